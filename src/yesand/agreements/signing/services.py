"""Who may sign for a party at present; whoever may not is told why."""

from __future__ import annotations

from datetime import datetime

from yesand.agreements.signing.hand import PERFORMER, PRODUCER, Hand
from yesand.agreements.terms import Terms
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.acting import SIGN
from yesand.people.delegating.services import named
from yesand.people.models import Delegation, Organisation, Performer, Seat, User

GUARDIAN = Delegation.Kind.GUARDIAN.value


def needs_guardian(terms: Terms) -> bool:
    """Tell whether a parent or guardian signs, and nobody else."""
    return terms.represented_by == GUARDIAN


def guarded(performer: Performer, now: datetime) -> bool:
    """Tell whether a guardian may sign for a performer, or could once they open their link."""
    rows = Delegation.objects.filter(performer=performer, kind=GUARDIAN, ended_at=None)
    return any(SIGN in row.scopes for row in rows.filter(until__gt=now))


def for_performer(place: Place, performer: Performer, terms: Terms, user: User) -> Hand:
    """Return the hand by which a person may sign terms for a performer.

    Raises
    ------
    Refused : they may not, and why: no right, one that has ended, another right, or a minor whose
        guardian must sign.
    """
    by_guardian = needs_guardian(terms)
    if performer.user_id == user.pk and _sits(user, Seat.Role.PERFORMER):
        if by_guardian:
            raise Refused(
                "A parent or guardian signs this one",
                where=str(performer),
                remedy="Give them a link to act as guardian, with the right to sign.",
            )
        return Hand(PERFORMER, PERFORMER, performer.public_key)
    found = _delegation(performer, user, place.clock.now(), by_guardian)
    return Hand(PERFORMER, found.kind, performer.public_key, named(found))


def for_producer(producer: Organisation, user: User) -> Hand:
    """Return the hand by which a person may sign for the producer.

    Raises
    ------
    Refused : they do not sit for the producer.
    """
    if not _sits(user, Seat.Role.PRODUCER):
        raise Refused("Only the producer signs for the producer", where=str(user))
    return Hand(PRODUCER, PRODUCER, producer.public_key)


def _sits(user: User, role: Seat.Role) -> bool:
    return user.is_active and Seat.objects.filter(user=user, role=role).exists()


def _delegation(performer: Performer, user: User, now: datetime, by_guardian: bool) -> Delegation:
    rows = Delegation.objects.filter(performer=performer, user=user).order_by("-until")
    rights = list(rows) if user.is_active else []
    if not rights:
        raise Refused("You do not act for this performer", where=str(performer))
    standing = [row for row in rights if row.ended_at is None and row.until > now]
    if not standing:
        ended = max(min(row.until, row.ended_at or row.until) for row in rights)
        raise Refused(
            f"Your right to act for {performer} ended on {ended:%Y-%m-%d}",
            remedy="Ask them for a new one.",
        )
    able = [row for row in standing if SIGN in row.scopes]
    if not able:
        raise Refused(
            f"You may act for {performer}, but not sign for them",
            remedy="Ask them for a right that names signing.",
        )
    if not by_guardian:
        return able[0]
    guardians = [row for row in able if row.kind == GUARDIAN]
    if not guardians:
        raise Refused(
            "A parent or guardian signs this one, and no other delegate", where=str(performer)
        )
    return guardians[0]
