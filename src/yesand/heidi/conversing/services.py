"""Keeping a conversation: said once, answered once, exported and erased at will."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yesand.heidi.answering.services import LONGEST, nothing_said, too_long
from yesand.heidi.models import Chunk, Message, Proposal
from yesand.heidi.reply import Call, Reply
from yesand.heidi.tools import meetings
from yesand.heidi.tools.asker import Asker
from yesand.heidi.words import kept
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused, YesAndError
from yesand.people.models import User

#: How many messages a person may send in a minute.
A_MINUTE = 30
#: How much of the conversation a page shows.
SHOWN = 60
_PIECE = re.compile(r"\S+\s*")


class TooOften(Refused):
    """More messages than anyone types; the words are kept in the box."""


def say(asker: Asker, text: str, key: str) -> Message:
    """Note what a person says and return the answer to it, perhaps still to be written.

    Raises
    ------
    BadInput : nothing was said, or more than is read. TooOften : too many messages in a minute.
    """
    words, key = kept(text).strip(), kept(key)[:40]
    if not words:
        raise BadInput(nothing_said().text.rstrip("."))
    if len(words) > LONGEST:
        raise BadInput(too_long(len(words)).text.rstrip("."))
    known = Message.objects.filter(user=asker.user, author=Message.Author.HEIDI, key=key).first()
    if known:
        return known
    now = asker.place.clock.now()
    lately = Message.objects.filter(user=asker.user, author=Message.Author.PERSON)
    if lately.filter(at__gt=now - timedelta(minutes=1)).count() >= A_MINUTE:
        raise TooOften(_("That was very fast"), remedy=_("Wait a minute; your words are kept."))
    return _noted(asker, words, key)


def _noted(asker: Asker, words: str, key: str) -> Message:
    now = asker.place.clock.now()
    with transaction.atomic():
        said, _new = Message.objects.get_or_create(
            user=asker.user,
            author=Message.Author.PERSON,
            key=key,
            defaults={"text": words, "at": now},
        )
        answer, _new = Message.objects.get_or_create(
            user=asker.user,
            author=Message.Author.HEIDI,
            key=key,
            defaults={"answers": said, "at": now, "state": Message.State.WAITING},
        )
    return answer


def claim(message: Message, writer: str) -> bool:
    """Take an unfinished answer over, as it was seen; of two who try, one succeeds."""
    rows = Message.objects.exclude(state=Message.State.DONE).filter(
        pk=message.pk, writer=message.writer, beat=message.beat
    )
    taken = rows.update(writer=writer, beat=message.beat + 1, state=Message.State.WRITING)
    return bool(taken)


def finish(
    asker: Asker, message: Message, reply: Reply, trace: list[Call], writer: str, attempt: int
) -> bool:
    """Write an answer down whole, with what it proposes; only its writer can, and only once."""
    with transaction.atomic():
        mine = Message.objects.filter(pk=message.pk, writer=writer).exclude(state="done")
        if not mine.update(
            text=reply.text,
            cards=reply.cards(),
            trace=[call.as_json() for call in trace],
            state=Message.State.DONE,
            attempt=attempt,
        ):
            return False
        _propose(asker, message, reply)
        written = Chunk.objects.filter(message=message, attempt=attempt)
        before = "".join(written.values_list("text", flat=True))
        rest = reply.text.removeprefix(before)
        number = written.count()
        Chunk.objects.bulk_create(
            Chunk(message=message, attempt=attempt, number=number + n, text=piece)
            for n, piece in enumerate(_PIECE.findall(rest), start=1)
        )
    return True


def _propose(asker: Asker, message: Message, reply: Reply) -> None:
    for wish in reply.wishes:
        Proposal.objects.create(
            user=asker.user,
            message=message,
            tool=wish.tool,
            slots=wish.slots,
            says=wish.says[:500],
            made_at=asker.place.clock.now(),
        )


def conversation(user: User, most: int = SHOWN) -> list[Message]:
    """Return the latest of what was said, in its order."""
    rows = Message.objects.filter(user=user).prefetch_related("proposals").order_by("-id")[:most]
    return list(rows)[::-1]


def decide(asker: Asker, pk: int, yes: bool, reason: str = "") -> Proposal:
    """Do what a person clicked, or drop it. A second click changes nothing.

    What others are to be told the reason of stays open until one is given.

    Raises
    ------
    BadInput : it is none of theirs.
    """
    proposal = Proposal.objects.filter(pk=pk, user=asker.user).first()
    if proposal is None:
        raise BadInput(_("There is nothing of yours to confirm here"))
    if proposal.state != Proposal.State.OPEN:
        return proposal
    if yes and not reason.strip() and meetings.asks_why(asker, proposal.tool, proposal.slots):
        return _asked_why(proposal)
    state = Proposal.State.DONE if yes else Proposal.State.DROPPED
    now = asker.place.clock.now()
    rows = Proposal.objects.filter(pk=pk, state=Proposal.State.OPEN)
    if rows.update(state=state, decided_at=now) and yes:
        _perform(asker, proposal, kept(reason))
    proposal.refresh_from_db()
    return proposal


def _asked_why(proposal: Proposal) -> Proposal:
    """Ask for the reason in the card itself: it may have become late since it was proposed."""
    proposal.slots = {**proposal.slots, "late": True}
    proposal.outcome = meetings.within_notice()
    proposal.save(update_fields=["slots", "outcome"])
    return proposal


def _perform(asker: Asker, proposal: Proposal, reason: str) -> None:
    """Do it; what cannot be done is told, and may be asked for again in other words."""
    call = Call(proposal.tool, "click", proposal.slots)
    try:
        outcome, address = meetings.perform(asker, proposal.tool, proposal.slots, reason)
        state = Proposal.State.DONE
    except YesAndError as fault:
        outcome, address, state = fault.sentence(), "", Proposal.State.REFUSED
    Proposal.objects.filter(pk=proposal.pk).update(
        state=state, outcome=outcome[:500], address=address
    )
    message = proposal.message
    message.trace = [*message.trace, call.as_json()]
    message.save(update_fields=["trace"])


def exported(user: User) -> list[dict[str, Any]]:
    """Return the whole conversation as plain data."""
    rows = Message.objects.filter(user=user).prefetch_related("proposals")
    return [
        {
            "author": m.author,
            "at": stamp(m.at),
            "text": m.text,
            **m.cards,
            "tools": [call["tool"] for call in m.trace],
            "proposals": [{"says": p.says, "state": p.state} for p in m.proposals.all()],
        }
        for m in rows
    ]


def forget(user: User) -> None:
    """Erase the whole conversation."""
    Message.objects.filter(user=user).delete()
