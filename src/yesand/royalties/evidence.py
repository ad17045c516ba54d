"""``yesand verify``: check one performer's statement, offline, from its evidence bundle alone.

First what every bundle must hold (signatures, log proofs), then that the parts are about each
other, then that every line and the total come out again from the signed inputs.

What rests on the house's signature and not on the bundle's arithmetic: the metered totals (their
batches are in the log, their events are the licensees'), and where the performer stands among the
others in a manifest, which moves a share by one part in 10⁹ at most.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from yesand.agreements.drafts import PAYLOAD_TYPE
from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period
from yesand.kernel.errors import YesAndError
from yesand.kernel.keys import key_id
from yesand.kernel.money import MICRO, Money
from yesand.provenance import bundle as files
from yesand.provenance import evidence
from yesand.provenance.bundle import Bundle, Part
from yesand.provenance.dsse import IN_TOTO
from yesand.provenance.errors import BundleBroken
from yesand.provenance.evidence import HOUSE, Check
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.reliance.rows import open_row
from yesand.royalties.correcting import Redone, patched, standing
from yesand.royalties.estimating.stated import check_stated
from yesand.royalties.facts import CorrectedMonth, Settled
from yesand.royalties.instruments.shapes import (
    OWN,
    Certificate,
    Direction,
    Instrument,
    Rates,
    parse_instrument,
)
from yesand.royalties.lines import Reliance, Weight, brought
from yesand.royalties.proving.takes import opened_takes
from yesand.royalties.statement import (
    Before,
    Statement,
    facts_of,
    parse_settled,
    parse_statement,
    recompute,
)
from yesand.royalties.verdict import Verdict

T = TypeVar("T")

#: What a bundle of this kind is about.
STATEMENT = "statement"
SETTLEMENT = "settlement"
AGREEMENT = "agreement"
MANIFEST = "manifest"
RELIANCE = "reliance"
PREVIOUS = "previous"
INSTRUMENT = "instrument"
#: A statement that this one puts right, and the settlement of its month.
CORRECTED = "corrected"
RESETTLED = "resettled"
TARIFF = "tariff"
ESTIMATE = "estimate"
#: The key of whom the statement is for, in ``Bundle.keys``.
PERFORMER = "performer"
#: role → (predicate type, kind of log entry); agreements have a payload type of their own.
_ROLES = {
    STATEMENT: (Predicate.STATEMENT, Kind.STATEMENT_ISSUED),
    PREVIOUS: (Predicate.STATEMENT, Kind.STATEMENT_ISSUED),
    CORRECTED: (Predicate.STATEMENT, Kind.STATEMENT_ISSUED),
    SETTLEMENT: (Predicate.SETTLEMENT, Kind.PERIOD_SETTLED),
    RESETTLED: (Predicate.SETTLEMENT, Kind.PERIOD_SETTLED),
    INSTRUMENT: (Predicate.INSTRUMENT, Kind.INSTRUMENT_ISSUED),
    MANIFEST: (Predicate.MANIFEST, Kind.MANIFEST_SIGNED),
    RELIANCE: (Predicate.RELIANCE, Kind.RELIANCE_REPORTED),
    TARIFF: (Predicate.TARIFF, Kind.TARIFF_PUBLISHED),
    ESTIMATE: (Predicate.ESTIMATE, Kind.USAGE_ESTIMATED),
}


def verify(path: str | os.PathLike[str], *, origin: str | None = None) -> Verdict:
    """Check a statement's evidence bundle, without the house and without the network.

    Parameters
    ----------
    origin : the house's log, if the reader knows it from elsewhere (``yes-and/…``, as every
        agreement's receipt names it). Without it the bundle proves what *some* house has signed.

    Raises
    ------
    BadInput : not a bundle. BundleBroken : a part does not hold, and which.

    >>> import yesand
    >>> try:
    ...     yesand.verify("evidence.zip")
    ... except yesand.YesAndError as fault:
    ...     print(fault.as_dict()["error"], fault.exit_code)
    BadInput 2
    """
    bundle = files.read(Path(path))
    if bundle.kind != STATEMENT:
        raise BundleBroken("The bundle is not about a statement", where=bundle.kind[:40])
    if origin is not None and bundle.origin != origin:
        raise BundleBroken("The bundle is of another house", where=bundle.origin[:40])
    checks = evidence.check(bundle)
    try:
        return _Reading(bundle).verdict(tuple(checks))
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BundleBroken("A part has not the form of its role", where=str(fault)) from fault


class _Reading:
    """A checked bundle, read part by part."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        for part in bundle.parts:
            if part.role != AGREEMENT and part.role not in _ROLES:
                raise BundleBroken("A part that no statement has", where=part.name)
        issued, self.settlement = self._one(STATEMENT), self._one(SETTLEMENT)
        self.digest = issued.record
        self.issued: Statement = _held(issued, lambda: parse_statement(self._predicate(issued)))
        self.settled: Settled = _held(
            self.settlement, lambda: parse_settled(self._predicate(self.settlement))
        )

    def verdict(self, checks: tuple[Check, ...]) -> Verdict:
        issued, named = self.issued, self.issued.evidence
        _same(named.settlement, self.settlement.record, SETTLEMENT)
        self._is_the_performers()
        self._all_of(AGREEMENT, named.agreements)
        self._all_of(MANIFEST, named.manifests)
        self._all_of(INSTRUMENT, named.instruments)
        self._tariffs(named.tariffs)
        self._estimates(named.estimates)
        terms = {part.record: self._terms(part) for part in self.bundle.roled(AGREEMENT)}
        self._one_payer_one_key()
        redone = self._redone()
        shares = self._shares(self.settled, issued.weights)
        known = [shares, *(month.shares for month in redone)]
        self._all_of(RELIANCE, [rel.report for found in known for rel in found.values()])
        for weight in {*issued.weights, *(w for m in redone for w in m.facts.weights)}:
            self._own_takes(weight)
        before = Before(self._instruments(), redone)
        previous = self._previous()
        statement = self._one(STATEMENT)
        _held(
            statement,
            lambda: recompute(
                issued, self.settled, self.settlement.record, terms, shares, previous, before
            ),
        )
        money = issued.currency
        total = Money(money, issued.total_micro)
        payable = Money(money, issued.due_micro)
        return Verdict(
            statement=self.digest,
            performer=issued.performer,
            period=issued.period,
            total=total,
            payable=payable - Money(money, issued.carried_micro),
            carried=Money(money, issued.carried_micro),
            contributions=Money(money, issued.contributions_micro),
            line_count=len(issued.lines),
            origin=self.bundle.origin,
            trial=issued.trial,
            synthetic=issued.synthetic,
            checks=(*checks, Check("recomputed", f"{len(issued.lines)} lines add up to {total}")),
        )

    def _is_the_performers(self) -> None:
        if self.bundle.keys.get(PERFORMER) != self.issued.performer_key:
            raise BundleBroken("The performer's key is not the statement's", where=PERFORMER)

    def _terms(self, part: Part) -> Terms:
        """Return an agreement's terms, signed by the parties that it names."""
        if part.payload_type != PAYLOAD_TYPE or part.entry.kind != Kind.AGREEMENT_SIGNED:
            raise BundleBroken("The part is not an agreement", where=part.name)
        signed = evidence.payload(self.bundle, part)
        _same(signed.get("performer"), self.issued.performer_key, part.name)
        parties = {signed.get("producer")}
        if signed.get("kind") != "licence":  # a public corpus's own, recorded by the producer
            parties.add(signed.get("performer"))
        _same({self.bundle.keys[name] for name in part.signers}, parties, part.name)
        return _held(part, lambda: Terms.parse(signed["terms"], where=part.name))

    def _tariffs(self, named: Iterable[str]) -> None:
        """Check that what the settlement priced by is what was published."""
        self._all_of(TARIFF, named)
        for part in self.bundle.roled(TARIFF):
            signed = self._predicate(part)
            months = [self.settled, *self._resettled()]
            stated = [t.tariff for m in months for t in m.tariffs if t.record == part.record]
            _same([tariff.as_json() for tariff in stated], [signed] * len(stated), part.name)

    def _estimates(self, named: Iterable[str]) -> None:
        """Check that what was settled on an estimate is what was estimated and signed."""
        self._all_of(ESTIMATE, named)
        for part in self.bundle.roled(ESTIMATE):
            months = [self.settled, *self._resettled()]
            _held(part, partial(check_stated, self._predicate(part), part.record, months))

    def _resettled(self) -> Iterator[Settled]:
        for part in self.bundle.roled(RESETTLED):
            yield _held(part, partial(parse_settled, self._predicate(part)))

    def _shares(self, settled: Settled, weights: Iterable[Weight]) -> dict[str, Reliance]:
        """Return the performer's own share in each report that a settlement names."""
        bases = {m.model: m.report for m in settled.models if m.report}
        found = {}
        for weight in weights:
            report = bases.get(weight.model)
            if report is not None:
                found[weight.model] = self._share(weight, self._recorded(RELIANCE, report))
        return found

    def _one_payer_one_key(self) -> None:
        """Check that agreements with one payer are signed by one key, and each with its own."""
        keys: dict[str, str] = {}
        for party in self.issued.parties:
            part = self._recorded(AGREEMENT, party.agreement)
            key = str(evidence.payload(self.bundle, part).get("producer"))
            _same(keys.setdefault(party.payer, key), key, party.payer)
        _same(len({*keys.values()}), len(keys), AGREEMENT)

    def _instruments(self) -> dict[str, Instrument]:
        """Return the instruments, each standing at the month's end and the performer's or all's."""
        last = f"{Period.parse(self.issued.period).end - timedelta(days=1):%Y-%m-%d}"
        found: dict[str, Instrument] = {}
        for part in self.bundle.roled(INSTRUMENT):
            told = _held(part, partial(parse_instrument, self._predicate(part), part.name))
            signer = PERFORMER if told.kind in OWN else HOUSE
            _same(part.signers, (signer,), part.name)
            if isinstance(told, Certificate | Direction):
                _same(told.performer_key, self.issued.performer_key, part.name)
            over = isinstance(told, Certificate) and told.until < last
            # Rates name the days that they are of, whenever their table was entered.
            early = told.effective > last and not isinstance(told, Rates)
            if early or over:
                raise BundleBroken("The instrument does not stand in that month", where=part.name)
            found[part.record] = told
        self._rates(found)
        return found

    def _rates(self, instruments: Mapping[str, Instrument]) -> None:
        """Check that the rates that the settlements state are those of the tables."""
        for rate in (rate for m in (self.settled, *self._resettled()) for rate in m.rates):
            table = instruments.get(rate.record)
            if isinstance(table, Rates):
                of_day = {table.base: MICRO, **table.days.get(rate.day, {})}
                stated = (rate.base, rate.one_micro, rate.other_micro)
                kept = (table.base, of_day.get(rate.one), of_day.get(rate.other))
                _same(stated, kept, f"rates {rate.day}")

    def _redone(self) -> tuple[Redone, ...]:
        """Return the performer's months that the settlement puts right, as they should be."""
        parts = {part.record: part for part in self.bundle.roled(CORRECTED)}
        self._all_of(CORRECTED, self.issued.evidence.corrected)
        read = {
            record: _held(part, partial(parse_statement, self._predicate(part)))
            for record, part in parts.items()
        }
        for record, found in read.items():
            _same(found.performer_key, self.issued.performer_key, parts[record].name)
            _same(found.currency, self.issued.currency, parts[record].name)
        redone = [self._month(month, read) for month in self.settled.corrections]
        return tuple(month for month in redone if month is not None)

    def _month(self, month: CorrectedMonth, read: Mapping[str, Statement]) -> Redone | None:
        first = next((d for d, s in read.items() if s.evidence.settlement == month.settlement), "")
        if not first:
            return None
        part = self._recorded(RESETTLED, month.settlement)
        settled = _held(part, lambda: patched(parse_settled(self._predicate(part)), month))
        facts = facts_of(read[first])
        later = sorted((d for d in read if d != first), key=lambda d: read[d].period)
        parts, lines = standing((d, read[d].lines) for d in (first, *later))
        return Redone(
            statements=parts,
            facts=facts,
            standing=lines,
            settled=settled,
            shares=self._shares(settled, facts.weights),
            why=month.why,
        )

    def _share(self, weight: Weight, part: Part) -> Reliance:
        report = self._predicate(part)
        _same(report.get("model"), weight.model, part.name)
        if report.get("sets_shares") is not True:
            raise BundleBroken("The report is too unsure to set shares", where=part.name)
        shown = self._opening(part)
        row = _held(part, lambda: open_row(report, shown.get("row"), shown.get("salt", "")))
        _same(row.performer, self.issued.performer, part.name)
        return Reliance(
            report=part.record,
            method=report["method"],
            share_ppb=row.share_ppb,
            low_ppb=row.low_ppb,
            high_ppb=row.high_ppb,
            through=brought(dict(row.through)),
        )

    def _own_takes(self, weight: Weight) -> None:
        """Check what the performer gave against the takes under the manifest's signed root."""
        part = self._recorded(MANIFEST, weight.manifest)
        permitted = self._predicate(part).get("permitted", {})
        _same(permitted.get("duration_ms"), weight.total_ms, part.name)
        shown = self._opening(part)
        takes = _held(part, lambda: opened_takes(shown, permitted["root"], permitted["takes"]))
        _same({take["performer"] for take in takes}, {self.issued.performer}, part.name)
        _same(len(takes), sum(p.takes for p in weight.parts), part.name)
        _same(sum(take["duration_ms"] for take in takes), weight.own_ms, part.name)

    def _previous(self) -> Statement | None:
        before = self.bundle.roled(PREVIOUS)
        self._all_of(PREVIOUS, [self.issued.previous] if self.issued.previous else [])
        if not before:
            return None
        found = _held(before[0], lambda: parse_statement(self._predicate(before[0])))
        _same(found.performer_key, self.issued.performer_key, before[0].name)
        _same(found.currency, self.issued.currency, before[0].name)
        return found

    def _predicate(self, part: Part) -> dict[str, Any]:
        wanted, kind = _ROLES[part.role]
        signers = {HOUSE, PERFORMER} if part.role == INSTRUMENT else {HOUSE}
        if not signers & {*part.signers} or part.payload_type != IN_TOTO or part.entry.kind != kind:
            raise BundleBroken("The part is not what its role says", where=part.name)
        signed = evidence.payload(self.bundle, part)
        _same(signed.get("predicateType"), wanted.value, part.name)
        predicate: dict[str, Any] = signed.get("predicate", {})
        return predicate

    def _opening(self, part: Part) -> Any:
        if part.name not in self.bundle.openings:
            raise BundleBroken("The performer's own part is not shown", where=part.name)
        return self.bundle.openings[part.name]

    def _recorded(self, role: str, digest: str) -> Part:
        for part in self.bundle.roled(role):
            if part.record == digest:
                return part
        raise BundleBroken("A part is missing", where=f"{role} {digest[:12]}")

    def _one(self, role: str) -> Part:
        found = self.bundle.roled(role)
        if len(found) != 1:
            raise BundleBroken(f"The bundle holds {len(found)} of its one {role}", where=role)
        return found[0]

    def _all_of(self, role: str, digests: Iterable[str]) -> None:
        _same(sorted(p.record for p in self.bundle.roled(role)), sorted(set(digests)), role)


def _same(said: object, found: object, where: str) -> None:
    if said != found:
        raise BundleBroken("The parts are not about each other", where=where)


def _held(part: Part, work: Callable[[], T]) -> T:
    """Run a check; whatever is wrong is the part's fault."""
    try:
        return work()
    except YesAndError as fault:
        where = ": ".join(x for x in (part.name, fault.where) if x)
        raise BundleBroken(fault.what, where=where, remedy=fault.remedy) from fault


def key_named(public: str) -> str:
    """Return the name that a key has in a bundle, unless it has a role of its own."""
    return f"key-{key_id(bytes.fromhex(public))[:12]}"
