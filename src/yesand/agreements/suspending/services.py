"""Calling a suspension and lifting it, and which of them reach an agreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from yesand.agreements.collective.membership.services import all_members
from yesand.agreements.collective.services import Covering, named
from yesand.agreements.models import Agreement
from yesand.agreements.signing.shown import check_shown
from yesand.agreements.standards import ALL
from yesand.agreements.suspending import suspension as words
from yesand.agreements.suspending.models import Lifting, Suspension
from yesand.agreements.suspending.suspension import LIFTED, PAYLOAD_TYPE, Cause, Reach, Suspended
from yesand.agreements.terms import Terms
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Seat, User
from yesand.people.rooms import offered
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

STANDARD = frozenset(f"standard/{name}" for name in ALL)
#: An agreement and its terms → the suspensions of its class.
Reaching = Callable[[Agreement, Terms], tuple[Suspended, ...]]


def suspend(
    place: Place, caller: Organisation, reach: Reach, reason: str, by: User
) -> tuple[Suspension, bool]:
    """Stop new use of a class of agreements, signed by who calls it: in the very next decision.

    A union calls a strike of its members, or of those whom its collective agreement covers; the
    producer puts a class on hold. The same class again, while it is suspended, changes nothing.

    Returns
    -------
    It, and whether it was called just now.

    Raises
    ------
    BadInput : no reason, or one too long; a class that names what there is not.
    Refused : the person does not sit for the caller, or the class is not the caller's to suspend.
    """
    cause = _cause(caller)
    _check_seat(caller, by)
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= words.LONGEST_REASON:
        raise BadInput(f"Say why, in up to {words.LONGEST_REASON} characters", where="reason")
    reach = _own(caller, reach) if cause == Cause.STRIKE else reach
    _check_named(reach)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=caller.pk)
        open_ones = Suspension.objects.filter(by=caller, lifting=None)
        known = next((row for row in open_ones if Reach.parse(row.reach) == reach), None)
        if known is not None:
            return known, False
        at = place.clock.now()
        payload = _payload(cause, caller, reach, reason, stamp(at))
        digest = digest_of(payload)
        made = Suspension.objects.create(
            digest=digest,
            cause=cause.value,
            by=caller,
            reach=reach.as_json(),
            reason=reason,
            at=at,
            envelope=dsse.seal(payload, [signer_of(place, caller)], PAYLOAD_TYPE),
            entry=log.record(place, Kind.SUSPENSION_BEGUN, digest),
        )
        _be_heard(place)
    return made, True


def _cause(caller: Organisation) -> Cause:
    if caller.kind == Organisation.Kind.UNION:
        return Cause.STRIKE
    if caller.slug == PRODUCER:
        return Cause.HOLD
    raise Refused("Only a union or the producer suspends agreements", where=caller.slug)


def _check_seat(caller: Organisation, by: User) -> None:
    seats = Seat.objects.filter(user=by, role=Seat.Role.PRODUCER)  # a house has one producer
    if caller.kind == Organisation.Kind.UNION:
        seats = Seat.objects.filter(user=by, role=Seat.Role.UNION, organisation=caller)
    if not by.is_active or not seats.exists():
        raise Refused(f"Only who sits for {caller} suspends or lifts in its name", where=str(by))


def _own(union: Organisation, reach: Reach) -> Reach:
    """Return the class as a union may suspend it: its members', or its collective agreement's."""
    if reach.collective:
        found = named(reach.collective)
        if found.union_id != union.pk:
            raise Refused("That is another union's collective agreement", where=str(found))
        reach = reach.model_copy(update={"collective": found.digest})
    elif not reach.union:
        reach = reach.model_copy(update={"union": union.slug})
    if reach.union not in ("", union.slug):
        raise Refused("A union calls a strike of its own members alone", where=reach.union)
    return reach


def _payload(
    cause: Cause, caller: Organisation, reach: Reach, reason: str, at: str
) -> dict[str, Any]:
    # By its key too: short names are the house's own, and an auditor reads the log alone.
    union = organisation(reach.union).public_key if reach.union else ""
    return words.payload(cause, caller.public_key, reach, reason, at, union=union)


def _check_named(reach: Reach) -> None:
    for slug in filter(None, [reach.union, *reach.licensees]):
        organisation(slug)
    if reach.collective:
        named(reach.collective)
    signed = Agreement.objects.filter(template__in=reach.templates)
    known = {*STANDARD, *signed.values_list("template", flat=True)}
    unknown = sorted(reach.templates - known)
    if unknown:
        raise BadInput(
            f"No agreement is called {unknown[0][:64]!r}",
            where="templates",
            remedy=f"Of {', '.join(sorted(STANDARD))}, or another that was signed here.",
        )


def lift(place: Place, suspension: Suspension, by: User, reason: str = "") -> bool:
    """End a suspension, signed by who called it; tell whether it was on until now.

    Raises
    ------
    Refused : the person does not sit for who called it.
    """
    _check_seat(suspension.by, by)
    reason = " ".join(reason.split())[: words.LONGEST_REASON]
    with transaction.atomic():
        row = Suspension.objects.select_for_update().get(pk=suspension.pk)
        if Lifting.objects.filter(suspension=row).exists():
            return False
        at, caller = place.clock.now(), suspension.by
        payload = words.lifting(row.digest, caller.public_key, reason, stamp(at))
        Lifting.objects.create(
            suspension=row,
            reason=reason,
            at=at,
            envelope=dsse.seal(payload, [signer_of(place, caller)], LIFTED),
            entry=log.record(place, Kind.SUSPENSION_ENDED, digest_of(payload)),
        )
        _be_heard(place)
    return True


def _be_heard(place: Place) -> None:
    for room in offered("hearing"):
        room.suspended(place)


def check(suspension: Suspension) -> Reach:
    """Return its class if its caller signed exactly what the registry shows, its end too.

    Raises
    ------
    CheckFailed : a signature is missing or wrong, or a field differs from what was signed.
    """
    caller, reach = suspension.by.public_key, Reach.parse(suspension.reach)
    cause, at = Cause(suspension.cause), stamp(suspension.at)
    shown = _payload(cause, suspension.by, reach, suspension.reason, at)
    where, name = str(suspension), suspension.digest
    check_shown(shown, suspension.envelope, caller, PAYLOAD_TYPE, where=where, name=name)
    end = Lifting.objects.filter(suspension=suspension).first()
    if end is not None:
        told = words.lifting(suspension.digest, caller, end.reason, stamp(end.at))
        check_shown(told, end.envelope, caller, LIFTED, where=str(end))
    return reach


def reaching(log_size: int | None = None) -> Reaching:
    """Return what tells which suspensions reach an agreement: at present, or at a size of the log.

    Where nothing is suspended, it costs one question to the database.
    """
    begun, ended = {}, {}
    if log_size is not None:
        begun, ended = {"entry_id__lt": log_size}, {"lifting__entry_id__lt": log_size}
    rows = Suspension.objects.filter(**begun).order_by("entry_id")
    over = Suspension.objects.filter(lifting__isnull=False, **ended)
    held = [(row, Reach.parse(row.reach)) for row in rows.exclude(pk__in=over.values("pk"))]
    if not held:
        return lambda agreement, terms: ()
    members, covering = all_members(log_size), Covering.of(log_size)

    def reached(agreement: Agreement, terms: Terms) -> tuple[Suspended, ...]:
        unions = members.get(agreement.performer_id, frozenset())
        collectives = [row.digest for row, _ in covering.over(terms, unions)]
        return tuple(
            Suspended.by(row.digest, Cause(row.cause), row.at, reach)
            for row, reach in held
            if reach.has(agreement.template, unions, collectives)
        )

    return reached
