"""Signing a collective agreement by both sides, and holding individual terms to its floor."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yesand.agreements.collective.accord import PAYLOAD_TYPE, Accord
from yesand.agreements.collective.errors import BelowFloor
from yesand.agreements.collective.floor import below_in_words
from yesand.agreements.collective.membership.services import belongs
from yesand.agreements.collective.models import Collective, Countersignature
from yesand.agreements.comparing.difference import Change
from yesand.agreements.comparing.values import ENGLISH, Voice
from yesand.agreements.signing.shown import check_shown
from yesand.agreements.terms import Terms
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer, Seat, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

Party = Collective.Party


def propose(
    place: Place,
    told: Mapping[str, Any],
    by: User,
    *,
    union: Organisation,
    supersedes: Collective | None = None,
) -> Collective:
    """Propose a collective agreement, signed by the side whose seat a person has.

    The same words proposed again while they wait are the proposal that there is.

    Raises
    ------
    BadInput : words that do not hold, or an organisation that is no union.
    Refused : the person sits for neither side, or it would follow one of other parties.
    """
    accord = Accord.parse(told)
    if union.kind != Organisation.Kind.UNION:
        raise BadInput("A collective agreement is with a union", where=union.slug)
    party = _side(by, union)
    if supersedes is not None and supersedes.union_id != union.pk:
        raise Refused("It would follow another union's agreement", where=str(supersedes))
    waits = _proposals(union).filter(words=accord.as_json(), supersedes=supersedes).first()
    if waits is not None:
        return waits
    producer, at = organisation(PRODUCER), place.clock.now()
    before = supersedes.digest if supersedes else None
    payload = accord.payload(union.public_key, producer.public_key, before, stamp(at))
    signer = signer_of(place, union if party == Party.UNION else producer)
    digest = digest_of(payload)
    with transaction.atomic():
        return Collective.objects.create(
            digest=digest,
            union=union,
            producer=producer,
            words=accord.as_json(),
            proposed_by=party,
            envelope=dsse.seal(payload, [signer], PAYLOAD_TYPE),
            at=at,
            supersedes=supersedes,
            entry=log.record(place, Kind.COLLECTIVE_PROPOSED, digest),
        )


def _proposals(union: Organisation) -> QuerySet[Collective]:
    return Collective.objects.filter(union=union, countersignature=None)


def _side(by: User, union: Organisation) -> Party:
    """Return for which side a person signs.

    Raises
    ------
    Refused : for neither.
    """
    seats = Seat.objects.filter(user=by) if by.is_active else Seat.objects.none()
    if seats.filter(role=Seat.Role.UNION, organisation=union).exists():
        return Party.UNION
    if seats.filter(role=Seat.Role.PRODUCER).exists():
        return Party.PRODUCER
    raise Refused("Only the union and the producer sign this", where=union.slug)


def may_sign(collective: Collective, by: User) -> bool:
    """Tell whether it waits for that person's signature."""
    if standing(collective) or followed(collective):
        return False
    try:
        return _side(by, collective.union).value != collective.proposed_by
    except Refused:
        return False


def countersign(place: Place, collective: Collective, by: User) -> tuple[Collective, bool]:
    """Sign what the other side proposed: from now on it stands. Again changes nothing.

    Returns
    -------
    It, and whether it was signed just now.

    Raises
    ------
    Refused : one's own proposal, or one that another has overtaken.
    """
    with transaction.atomic():
        row = Collective.objects.select_for_update().get(pk=collective.pk)
        party = _side(by, row.union)
        if standing(row):
            return row, False
        if party.value == row.proposed_by:
            raise Refused("The other side signs what you have proposed", where=str(row))
        if followed(row):
            raise Refused("Another took its place already", where=str(row))
        payload = _payload(row)
        signer = signer_of(place, row.union if party == Party.UNION else row.producer)
        Countersignature.objects.create(
            collective=row,
            envelope=dsse.seal(payload, [signer], PAYLOAD_TYPE),
            at=place.clock.now(),
            entry=log.record(place, Kind.COLLECTIVE_SIGNED, row.digest),
        )
    return row, True


def standing(collective: Collective) -> bool:
    """Tell whether both sides have signed it."""
    return Countersignature.objects.filter(collective=collective).exists()


def followed(collective: Collective) -> bool:
    """Tell whether what it would follow, or it itself, was followed by one that both signed."""
    before = [collective.digest, *filter(None, [collective.supersedes_id])]
    rows = Collective.objects.filter(supersedes__in=before, countersignature__isnull=False)
    return rows.exclude(pk=collective.pk).exists()


def _payload(row: Collective) -> dict[str, Any]:
    accord, keys = Accord.parse(row.words), (row.union.public_key, row.producer.public_key)
    return accord.payload(*keys, row.supersedes_id, stamp(row.at))


def check(collective: Collective) -> Accord:
    """Return its words if its sides signed exactly what the registry shows.

    Raises
    ------
    CheckFailed : a signature is missing or wrong, or a word differs from what was signed.
    """
    sides = {Party.UNION.value: collective.union, Party.PRODUCER.value: collective.producer}
    signed = [(collective.envelope, sides.pop(collective.proposed_by))]
    if standing(collective):
        signed.append((collective.countersignature.envelope, *sides.values()))
    shown = _payload(collective)
    for envelope, side in signed:
        where, name = str(collective), collective.digest
        check_shown(shown, envelope, side.public_key, PAYLOAD_TYPE, where=where, name=name)
    return Accord.parse(collective.words)


def named(begin: str) -> Collective:
    """Return the collective agreement whose digest begins so.

    Raises
    ------
    NotFound : there is none, or more than one.
    """
    rows = list(Collective.objects.filter(digest__startswith=begin.lower())[:2])
    if not begin or len(rows) != 1:
        raise NotFound("No such collective agreement, or more than one", where=begin)
    return rows[0]


@dataclass(frozen=True)
class Covering:
    """The collective agreements that both sides signed, ready to ask whom each covers."""

    rows: tuple[tuple[Collective, Accord], ...]

    @classmethod
    def of(cls, log_size: int | None = None) -> Covering:
        """Return those that stood when the log had that size, or stand now."""
        upto = {} if log_size is None else {"countersignature__entry_id__lt": log_size}
        rows = Collective.objects.filter(countersignature__isnull=False, **upto)
        found = list(rows.select_related("union"))
        over = {row.supersedes_id for row in found}
        return cls(tuple((r, Accord.parse(r.words)) for r in found if r.digest not in over))

    def over(self, terms: Terms, unions: Collection[str]) -> list[tuple[Collective, Accord]]:
        """Return those that cover terms of a performer who belongs to these unions."""
        return [
            (row, accord)
            for row, accord in self.rows
            if accord.covers(terms, member=row.union.slug in unions)
        ]


@dataclass(frozen=True)
class Breach:
    """A term that goes below a collective floor."""

    collective: Collective
    change: Change

    def in_words(self, voice: Voice = ENGLISH) -> str:
        """Name the clause, and say how it differs from the floor."""
        return below_in_words(self.change, voice)


def floors(performer: Performer, terms: Terms, day: date) -> list[tuple[Collective, Accord]]:
    """Return the collective agreements that cover such terms for a performer on a day."""
    found = Covering.of().over(terms, belongs(performer))
    return [(row, accord) for row, accord in found if accord.on(day)]


def breaches(performer: Performer, terms: Terms, day: date) -> list[Breach]:
    """Return where terms go below the floors that hold for a performer."""
    held = floors(performer, terms, day)
    return [Breach(row, c) for row, accord in held for c in accord.floor.below(terms)]


def check_floor(place: Place, performer: Performer, terms: Terms) -> None:
    """Refuse terms below a floor that holds for a performer today.

    Raises
    ------
    BelowFloor : which clauses, and the agreements that set them.
    """
    day = place.clock.now().astimezone(UTC).date()
    found = breaches(performer, terms, day)
    if found:
        raise BelowFloor(
            f"Below the collective floor: {'; '.join(each.in_words() for each in found)}",
            where=", ".join(_titles(each.collective for each in found)),
            remedy="Offer at least what the collective agreement says, clause by clause.",
            clauses=[(each.change.field, each.in_words()) for each in found],
        )


def _titles(rows: Iterable[Collective]) -> list[str]:
    return list(dict.fromkeys(str(row) for row in rows))
