"""Publishing tariffs, and finding the version that prices a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from yesand.kernel.canonical import parse as parsed
from yesand.kernel.clock import Period
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.models import Settlement, TariffVersion
from yesand.royalties.tariffs.tariff import InForce, Tariff, parse, standing
from yesand.royalties.units import UNITS


def publish(place: Place, told: Mapping[str, Any], by: User | None = None) -> TariffVersion:
    """Sign and log a version of a tariff. The same again is the one that is there.

    Raises
    ------
    BadInput : it does not hold, and why.
    Refused : that version is published otherwise, or it does not follow the one before: its number
        is not the next, its currency is another, or it would begin before that one, or in a month
        that is settled already.
    """
    made = parse(told, UNITS)
    payload = dsse.attest(
        Predicate.TARIFF, {made.called: digest_of(made.as_json())}, made.as_json()
    )
    name = digest_of(payload)
    with transaction.atomic():
        known = TariffVersion.objects.filter(name=made.name, version=made.version).first()
        if known is not None:
            return _same(known, made)
        # The log lets one writer in: of two who publish at once, the second sees the first's.
        entry = log.record(place, Kind.TARIFF_PUBLISHED, name)
        _check_follows(made)
        return TariffVersion.objects.create(
            digest=name,
            name=made.name,
            version=made.version,
            effective=date.fromisoformat(made.effective),
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            by=by,
            entry=entry,
        )


def tariff_of(row: TariffVersion) -> Tariff:
    """Return a version as it was signed."""
    return parse(parsed(dsse.payload_of(row.envelope))["predicate"], UNITS, where=str(row))


def versions(name: str) -> list[TariffVersion]:
    """Return all versions of a tariff, the oldest first.

    Raises
    ------
    NotFound : there is none.
    """
    found = list(TariffVersion.objects.filter(name=name).order_by("version"))
    if not found:
        raise NotFound(
            "No tariff of that name", where=name, remedy="Publish it: yesand tariff publish."
        )
    return found


def in_force(name: str, month: str, currency: str) -> InForce:
    """Return the version of a tariff that prices a month of an agreement in a currency.

    Raises
    ------
    Refused : none is in force at the month's first instant, or its currency is another.
    """
    rows = {row.version: row for row in TariffVersion.objects.filter(name=name)}
    found = standing(map(tariff_of, rows.values()), month)
    if found is None:
        raise Refused(
            f"No version of the tariff {name} is in force on {month}-01, and {month} is priced by "
            "it",
            where=name,
            remedy=f"Publish one that takes effect on {month}-01 or before (yesand tariff).",
        )
    if found.currency != currency:
        raise Refused(
            f"The tariff {found.called} is in {found.currency}, and an agreement by it in "
            f"{currency}",
            where=name,
            remedy="Agree on a tariff in the agreement's own currency.",
        )
    return InForce(month=month, record=rows[found.version].digest, tariff=found)


def begins(name: str) -> str:
    """Return the first month that a tariff prices; of one that there is not, none that comes."""
    first = TariffVersion.objects.filter(name=name).order_by("version").first()
    if first is None:
        return "9999-12"
    month = Period(first.effective.year, first.effective.month)
    return str(month if first.effective.day == 1 else month.next())


def _same(known: TariffVersion, made: Tariff) -> TariffVersion:
    if tariff_of(known) != made:
        raise Refused(
            f"{made.called} is published with other prices",
            where=known.digest[:16],
            remedy=f"What is published stays: publish version {made.version + 1}.",
        )
    return known


def _check_follows(made: Tariff) -> None:
    before = TariffVersion.objects.filter(name=made.name).order_by("-version").first()
    expected = before.version + 1 if before else 1
    if made.version != expected:
        raise Refused(f"The next version of {made.name} is {expected}", where=made.called)
    if before is None:
        return
    last = tariff_of(before)
    if made.currency != last.currency:
        raise Refused(
            f"{last.called} is in {last.currency}",
            where=f"{made.called}: currency",
            remedy="A tariff in another currency has a name of its own.",
        )
    if made.effective <= last.effective:
        raise Refused(
            f"{last.called} takes effect on {last.effective}, and what follows it later",
            where=f"{made.called}: effective",
        )
    _check_unsettled(made)


def _check_unsettled(made: Tariff) -> None:
    """Refuse what would give late usage of a settled month another price than the month had."""
    settled = Settlement.objects.order_by("-period").values_list("period", flat=True).first()
    if settled is not None and made.in_force(settled):
        after = Period.parse(settled).next()
        raise Refused(
            f"{settled} is settled, and {made.called} would price it anew",
            where=f"{made.called}: effective",
            remedy=f"Let it take effect after {settled}-01: the first month is then {after}.",
        )
