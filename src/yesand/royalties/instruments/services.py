"""Issuing instruments, and which of them stand on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.people.services import signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.instruments.models import Instrument as Row
from yesand.royalties.instruments.shapes import (
    OWN,
    Certificate,
    Correction,
    Direction,
    Instrument,
    parse_instrument,
)


def issue(place: Place, instrument: Instrument) -> Row:
    """Sign an instrument, enter it in the log and keep it; the same again is the same.

    A direction is signed by the performer's key, all else by the house.

    Raises
    ------
    NotFound : no such performer. Refused : another of the same subject begins on the same day.
    """
    whose = _whose(instrument)
    told = instrument.model_dump(mode="json")
    signer = signer_of(place, whose) if whose and instrument.kind in OWN else place.signer
    subject = {str(instrument.kind): digest(instrument.subject.encode())}
    envelope = dsse.seal(dsse.attest(Predicate.INSTRUMENT, subject, told), [signer])
    name = digest(dsse.payload_of(envelope))
    with transaction.atomic():
        log.wait_to_write()
        known = Row.objects.filter(digest=name).first()
        if known is not None:
            return known
        _check_alone(instrument)
        return Row.objects.create(
            digest=name,
            kind=instrument.kind,
            subject=instrument.subject,
            effective=date.fromisoformat(instrument.effective),
            performer=whose,
            envelope=envelope,
            at=place.clock.now(),
            entry=log.record(place, Kind.INSTRUMENT_ISSUED, name),
        )


def _whose(instrument: Instrument) -> Performer | None:
    if not isinstance(instrument, Certificate | Direction):
        return None
    found = Performer.objects.filter(public_key=instrument.performer_key).first()
    if found is None or found.handle != instrument.performer:
        raise NotFound("No such performer", where=instrument.performer)
    return found


def _check_alone(instrument: Instrument) -> None:
    if isinstance(instrument, Correction):
        return  # a month can be wrong in more than one way
    day = date.fromisoformat(instrument.effective)
    rows = Row.objects.filter(kind=instrument.kind, subject=instrument.subject, effective=day)
    if rows.exists():
        raise Refused(
            f"Another {instrument.kind} begins on {day} already",
            where=instrument.subject[:40],
            remedy="Nothing that was signed is changed: let this one begin on another day.",
        )


def read(row: Row) -> Instrument:
    """Return what was signed."""
    return parse_instrument(parse(dsse.payload_of(row.envelope))["predicate"], row.digest[:12])


def standing(kind: str, day: date) -> dict[str, Row]:
    """Return the instruments of a kind that stand on a day: the last begun of each subject."""
    rows = Row.objects.filter(kind=kind, effective__lte=day).order_by("effective", "entry_id")
    return {row.subject: row for row in rows.select_related("performer")}


def all_of(kind: str) -> QuerySet[Row]:
    """Return all instruments of a kind, the latest first."""
    rows = Row.objects.filter(kind=kind).select_related("performer")
    return rows.order_by("-effective", "-entry_id")


def in_force(day: date) -> Standing:
    """Return what bears on everybody's deductions on a day."""
    return Standing(day)


class Standing:
    """The instruments that stand on a day, each read once."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.tables = standing("tax-table", day)
        self.certificates = standing("certificate", day)
        self.directions = standing("direction", day)
        self.read: dict[str, Instrument] = {}

    def table(self, country: str) -> str:
        """Return the table of a country's tax.

        Raises
        ------
        Refused : there is none on that day.
        """
        row = self.tables.get(country)
        if row is None:
            raise Refused(
                f"Terms have the tax of {country} withheld, and no table of its rates is in force",
                where=f"{self.day}",
                remedy="Enter one with `yesand withholding FILE`, and settle then.",
            )
        return self._keep(row)

    def certificate(self, key: str) -> str | None:
        """Return the certificate of residence of the performer of a key, if one is good."""
        row = self.certificates.get(key)
        if row is None:
            return None
        found = read(row)
        assert isinstance(found, Certificate)
        return self._keep(row) if self.day.isoformat() <= found.until else None

    def directed(self, key: str) -> tuple[str, ...]:
        """Return the directions of the performer of a key that name somebody."""
        rows = (self.directions.get(f"{key}.{role}") for role in ("agent", "payee"))
        found = [row for row in rows if row is not None]
        return tuple(sorted(self._keep(row) for row in found if _names_somebody(row)))

    def of(self, digests: Iterable[str]) -> Mapping[str, Instrument]:
        """Return instruments that were named, by digest."""
        return {digest: self.read[digest] for digest in digests}

    def _keep(self, row: Row) -> str:
        if row.digest not in self.read:
            self.read[row.digest] = read(row)
        return row.digest


def _names_somebody(row: Row) -> bool:
    found = read(row)
    return isinstance(found, Direction) and bool(found.to)


def directed_payees(day: date) -> dict[str, str]:
    """Return who is paid through another, and through whom: account → account."""
    found = {}
    for row in standing("direction", day).values():
        told = read(row)
        if isinstance(told, Direction) and told.role == "payee" and told.to and row.performer:
            found[f"performer:{row.performer.handle}"] = f"payee:{told.to}"
    return found


def from_file(value: Any, where: str, kind: str) -> Instrument:
    """Read an instrument of one kind.

    Raises
    ------
    BadInput : another kind, or a field that is wrong.
    """
    given = {"kind": kind, **value} if isinstance(value, dict) else value
    found = parse_instrument(given, where)
    if found.kind != kind:
        raise BadInput(f"That is a {found.kind}, and a {kind} is asked for", where=where)
    return found
