"""Disputing lines and answering, by the services that people's pages call."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.kernel.place import Place
from yesand.people.models import Performer, Seat, User
from yesand.royalties.disputing.dispute import Word
from yesand.royalties.disputing.services import open_dispute, say, signed_of
from yesand.royalties.models import Dispute, Statement
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.housed.furnishing.services import person
from yesand.royalties.simulating.seen import statement_seen

DONE, IDLE = "done", "idle"
_BY_PERFORMER = (Word.REPLIED, Word.WITHDRAWN)


def dispute(place: Place, step: steps.Dispute, names: Mapping[str, str]) -> str:
    """Dispute a line; idle, if there is no such statement, or nothing on it."""
    row = Statement.objects.filter(
        settlement__period=step.month, performer__handle=step.handle, currency=step.currency
    ).first()
    lines = statement_seen(signed_of(row), names).lines if row else ()
    if row is None or not lines:
        return IDLE
    line = sorted(range(len(lines)), key=lambda n: (lines[n], n))[step.line % len(lines)]
    open_dispute(place, row, line, "that is another number", performing(row.performer))
    return DONE


def answer(place: Place, step: steps.Answer) -> str:
    """Say a word in a dispute; idle, if there is none."""
    rows = sorted(Dispute.objects.prefetch_related("words"), key=_opened)
    if not rows:
        return IDLE
    row, word = rows[step.number % len(rows)], Word(step.word)
    by = performing(row.performer) if word in _BY_PERFORMER else producing()
    say(place, row, word, "so it is", by)
    return DONE


def _opened(row: Dispute) -> int:
    return min(word.entry_id for word in row.words.all())


def performing(performer: Performer) -> User:
    """Return the account by which a performer acts for themselves."""
    user = _seated(f"of-{performer.pk}", Seat.Role.PERFORMER)
    if performer.user_id is None:
        performer.user = user
        performer.save(update_fields=["user"])
    return user


def producing() -> User:
    """Return who answers for the house."""
    return _seated("three", Seat.Role.PRODUCER)


def _seated(name: str, role: Seat.Role) -> User:
    user = person(name)
    Seat.objects.get_or_create(user=user, role=role)
    return user
