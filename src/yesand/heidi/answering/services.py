"""The embedded default: the router chooses one tool by the person's own words, and runs it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from threading import Lock
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from yesand.heidi.documents import Section
from yesand.heidi.headings import of_records
from yesand.heidi.intents import Intent, corrected
from yesand.heidi.reading.services import Question
from yesand.heidi.reply import Call, Quote, Reply
from yesand.heidi.router import Router, ready
from yesand.heidi.search import shortened
from yesand.heidi.slots import Asked, Meet, Slots, read
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.inviting import with_the_people_named
from yesand.heidi.tools.mentioned import with_their_pages
from yesand.heidi.tools.table import TOOLS
from yesand.heidi.topics import Named, Topic, topic
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place

#: The longest message that is read.
LONGEST = 2_000
log = logging.getLogger("yesand.heidi")
_once = Lock()
_kept: list[Router] = []


def router(cache: Path) -> Router:
    """Return the router; it is fitted once, by whoever comes first, and is every house's."""
    with _once:
        if not _kept:
            _kept.append(ready(cache))
        return _kept[0]


def answer(asker: Asker, text: str) -> tuple[Reply, list[Call]]:
    """Return the answer to one sentence, and the trace of what was called for it."""
    with override(asker.language or asker.user.language or None):
        return _answer(asker, text.strip())


def _answer(asker: Asker, text: str) -> tuple[Reply, list[Call]]:
    if not text:
        return nothing_said(), []
    if len(text) > LONGEST:
        return too_long(len(text)), []
    question = Question.of(text)
    reply, trace = _routed(asker, question)
    explained = question.explained()
    if explained is None or reply.wishes:
        return reply, trace
    page = told(explained)
    records = of_records(question.english) or trace[0].tool in set(Topic)
    if records and trace[0].tool != Intent.OTHER:
        return replace(reply, quotes=(*page.quotes, *reply.quotes)[:3], offers_human=False), trace
    return replace(page, links=reply.links), trace


def intended(place: Place, english: str) -> Intent:
    """Return what a sentence asks for, by what the router was taught."""
    return corrected(router(place.cache).guess(english).intent, english)


def _routed(asker: Asker, question: Question) -> tuple[Reply, list[Call]]:
    text = question.english
    intent = topic(intended(asker.place, text), text)
    if intent is Intent.OTHER:
        return run(asker, Intent.OTHER, Asked(question=question.words[:400]))
    slots = read(intent, text, asker.now.replace(tzinfo=None))
    reply, trace = run(asker, intent, slots)
    if isinstance(slots, Meet):
        return with_the_people_named(reply, asker, slots, text), trace
    return with_their_pages(reply, asker, text), trace


def told(section: Section) -> Reply:
    """Answer by a section of the documentation, whole."""
    address = f"{reverse('help_page', args=[section.page])}#{section.anchor}"
    quote = Quote(section.heading, shortened(section.text), address)
    return Reply(_("Our documentation says:"), quotes=(quote,))


def run(asker: Asker, intent: Named, slots: Slots, by: str = "router") -> tuple[Reply, list[Call]]:
    """Run one tool with the asker's eyes."""
    call = Call(intent.value, by, slots.model_dump(mode="json", exclude_defaults=True))
    try:
        return TOOLS[intent].run(asker, slots), [call]
    except YesAndError as fault:
        return Reply(fault.sentence(), offers_human=True), [call]
    except Exception:  # an answer that never came would be asked for again for ever
        reference = uuid4().hex[:12]
        log.exception("Heidi's tool %s broke: reference %s", intent.value, reference)
        return broken(reference), [call]


def broken(reference: str) -> Reply:
    """Answer where a tool broke, with the reference that stands in the log."""
    told = _("Something went wrong on our side, and nothing was changed. Its reference is %(id)s.")
    return Reply(told % {"id": reference}, offers_human=True)


def nothing_said() -> Reply:
    """Answer an empty message."""
    return Reply(_("You sent me nothing. Ask about your account, a meeting or your balance."))


def too_long(length: int) -> Reply:
    """Answer a message that is longer than anyone reads."""
    return Reply(
        _(
            "That is %(n)s characters; I read up to %(most)s. Your words are still in the box: "
            "please ask in a sentence or two."
        )
        % {"n": f"{length:,}", "most": f"{LONGEST:,}"}
    )
