"""Writing an answer with a language model, and without it when it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import close_old_connections, connections
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import ValidationError

from yesand.heidi.answering.services import answer, run
from yesand.heidi.conversing.services import claim, finish
from yesand.heidi.endpoint import Endpoint
from yesand.heidi.figures import checked, figures
from yesand.heidi.intents import Intent
from yesand.heidi.models import Chunk, Message
from yesand.heidi.reply import Call, Reply
from yesand.heidi.slots import Asked, Meet
from yesand.heidi.talking.model import Choice, Unusable, choose, tell
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.inviting import with_the_people_named
from yesand.heidi.tools.table import TOOLS
from yesand.heidi.topics import named

#: This process, by a name of its own.
HERE = uuid4().hex
BEATS = 1.0
log = logging.getLogger("yesand.heidi")
_living: set[int] = set()
_guard = threading.Lock()


def alive(message: Message) -> bool:
    """Tell whether this very process is writing an answer."""
    return message.pk in _living


def begin(asker: Asker, message: Message) -> None:
    """Write an answer: at once, or beside this request where a language model is asked."""
    if Endpoint.told() is None:
        write(asker, message)
    elif claim(message, HERE):
        with _guard:
            _living.add(message.pk)
        threading.Thread(target=_aside, args=(asker, message.pk), daemon=True).start()


def write(asker: Asker, message: Message) -> None:
    """Write an answer and return when it is done."""
    if not claim(message, HERE):
        return
    _write(asker, Message.objects.select_related("answers").get(pk=message.pk))


def _aside(asker: Asker, pk: int) -> None:
    close_old_connections()
    try:
        _write(asker, Message.objects.select_related("answers").get(pk=pk))
    except Exception:  # whoever reads it will begin it again; here is the reason
        log.exception("An answer broke off")
    finally:
        with _guard:
            _living.discard(pk)
        connections.close_all()


def _write(asker: Asker, message: Message) -> None:
    assert message.answers is not None
    question = message.answers.text
    endpoint = Endpoint.told()
    if endpoint is not None:
        try:
            with _beating(message.pk):
                _told(asker, message, question, endpoint)
            return
        except Unusable as fault:
            log.warning("The language model failed: %s", fault)
    reply, trace = answer(asker, question)
    if endpoint is not None:
        with override(asker.language or asker.user.language or None):
            silent = _("The language model is silent, so here is what your records say.")
        reply = reply.before(silent)
    message.refresh_from_db()
    again = message.attempt + 1 if message.chunks.exists() else message.attempt
    finish(asker, message, reply, trace, HERE, again)


def _told(asker: Asker, message: Message, question: str, endpoint: Endpoint) -> None:
    """Have the model choose, run what it may choose, have it tell the results."""
    about = {"role": asker.role or "a guest", "now": f"{asker.now:%A %Y-%m-%d %H:%M}"}
    chosen = choose(endpoint, about, _said(message), _offered())
    reply, trace = _run(asker, chosen, question)
    results = {"text": reply.text, **reply.cards(), "proposals": [w.says for w in reply.wishes]}

    def refuse(name: str) -> None:
        trace.append(Call(name[:60], "model", refused="no tools while telling"))

    words = tell(endpoint, question, results, refuse)
    known = figures(question) | figures(str(results))
    text, attempt = _kept(message, checked(words, known))
    if not text.strip():
        raise Unusable("it said nothing")
    finish(asker, message, replace(reply, text=text), trace, HERE, attempt)


def _said(message: Message) -> list[str]:
    """Return what the person typed lately, and nothing else: no document, no answer of ours."""
    mine = Message.objects.filter(
        user=message.user_id, author=Message.Author.PERSON, pk__lte=message.answers_id or 0
    )
    return list(mine.order_by("-id").values_list("text", flat=True)[:3])[::-1]


def _offered() -> list[dict[str, Any]]:
    return [
        {
            "name": intent.value,
            "description": tool.about,
            "parameters_json_schema": tool.slots.model_json_schema(),
        }
        for intent, tool in TOOLS.items()
    ]


def _run(asker: Asker, chosen: list[Choice], question: str) -> tuple[Reply, list[Call]]:
    """Run the chosen tools; what does not exist or is told nonsense is refused, and noted."""
    replies: list[Reply] = []
    trace: list[Call] = []
    for choice in chosen:
        try:
            intent = named(choice.tool)
            tool = TOOLS[intent]
            slots = tool.slots.model_validate(choice.arguments)
        except (ValueError, KeyError, ValidationError):
            trace.append(Call(choice.tool[:60], "model", refused="no such tool, or not told so"))
            continue
        reply, calls = run(asker, intent, slots, by="model")
        if isinstance(slots, Meet):  # names stand in what the person typed, never in slots
            reply = with_the_people_named(reply, asker, slots, question)
        replies.append(reply)
        trace += calls
    if not replies:
        reply, calls = run(asker, Intent.OTHER, Asked(question=question[:400]), by="model")
        return reply, trace + calls
    return _joined(replies), trace


def _joined(replies: list[Reply]) -> Reply:
    return Reply(
        " ".join(r.text for r in replies),
        rows=tuple(row for r in replies for row in r.rows),
        links=tuple(dict.fromkeys(link for r in replies for link in r.links)),
        quotes=tuple(q for r in replies for q in r.quotes),
        wishes=tuple(w for r in replies for w in r.wishes),
        suggestions=tuple(dict.fromkeys(s for r in replies for s in r.suggestions))[:6],
        offers_human=any(r.offers_human for r in replies),
    )


def _kept(message: Message, words: Iterator[str]) -> tuple[str, int]:
    """Keep words as they come; return the text and the attempt that it is.

    An answer that was broken off by a restart goes on where it was as long as the model says the
    same again; where it says something else, the answer begins anew as another attempt.
    """
    attempt = message.attempt
    before = "".join(message.chunks.filter(attempt=attempt).values_list("text", flat=True))
    number, text = message.chunks.filter(attempt=attempt).count(), ""
    for word in words:
        text += word
        if before and before.startswith(text):
            continue
        if before and not text.startswith(before):
            attempt, number, before, fresh = attempt + 1, 0, "", text
            Message.objects.filter(pk=message.pk, writer=HERE).update(attempt=attempt)
        else:
            fresh = text[len(before) :] if before else word
            before = ""
        if fresh:
            number += 1
            Chunk.objects.create(message=message, attempt=attempt, number=number, text=fresh)
    if before and text != before:  # it said less than what was shown
        Message.objects.filter(pk=message.pk, writer=HERE).update(attempt=attempt + 1)
        return text, attempt + 1
    return text, attempt


@contextmanager
def _beating(pk: int) -> Iterator[None]:
    """Show that the writer lives while a model is waited for."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEATS):
            Message.objects.filter(pk=pk, writer=HERE).update(beat=F("beat") + 1)
        connections.close_all()

    ticker = threading.Thread(target=beat, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        done.set()
        ticker.join()
