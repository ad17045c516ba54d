"""Which corrections wait for the next settlement, and each performer's part in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from yesand.corpus.models import ManifestPerformer
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.dsse import payload_of
from yesand.reliance.models import Report
from yesand.royalties.correcting import Redone, patched, standing
from yesand.royalties.facts import CorrectedMonth, Measured, Recount, Settled, UsageTotal
from yesand.royalties.gathering.asking.services import Asking, about
from yesand.royalties.gathering.resting.services import sound
from yesand.royalties.gathering.resting.services import standing as standing_terms
from yesand.royalties.instruments.models import Instrument as Row
from yesand.royalties.instruments.models import SettledCorrection
from yesand.royalties.instruments.services import issue, read
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.lines import REVENUE, Reliance, brought
from yesand.royalties.models import Reassignment, Settlement, Statement
from yesand.royalties.promised import counts
from yesand.royalties.reassigning.payee import about as about_month
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import facts_of, parse_settled, parse_statement


class Months:
    """Settled months as they were signed; a settlement can be long, and each is read once."""

    def __init__(self) -> None:
        self._signed: dict[str, tuple[Settlement, Settled]] = {}
        self._under: dict[str, frozenset[str]] = {}
        self._moved: dict[str, str] | None = None

    def of(self, month: str) -> tuple[Settlement, Settled]:
        """Return a month's settlement, and what it says; NotFound, if it is not settled."""
        if month not in self._signed:
            settlement = _settlement(month)
            self._signed[month] = settlement, settled_of(settlement)
        return self._signed[month]

    def moved(self, month: str) -> str:
        """Return a line of a month that was moved or waits to be; or nothing."""
        if self._moved is None:
            self._moved = {about: row for row, about in _moved_lines()}
        return self._moved.get(month, "")

    def since(self, month: str) -> Iterator[Settled]:
        """Yield the months that were settled after one."""
        later = Settlement.objects.filter(period__gt=month).order_by("period")
        for period in later.values_list("period", flat=True):
            yield self.of(period)[1]

    def followed(self, month: str, period: Period) -> str:
        """Return terms, followed by a month's end, by which something was taken off; or nothing."""
        if month not in self._under:
            self._under[month] = frozenset(_taken_under(self.of(month)[0]))
        stands = standing_terms(period)
        return next((d for d in sorted(self._under[month]) if stands.get(d, d) != d), "")


def _taken_under(settlement: Settlement) -> Iterator[str]:
    for envelope in settlement.statements.values_list("envelope", flat=True).iterator():
        told = parse_statement(_predicate(envelope))
        yield from (d.agreement for d in told.deductions)
        yield from (a.agreement for a in told.accounts)


def correct(place: Place, correction: Correction, months: Months | None = None) -> Row:
    """Enter a correction; the next settlement carries it out. The same again is the same.

    Parameters
    ----------
    months : those that were read already, where several corrections are entered.

    Raises
    ------
    NotFound : the month is not settled, or lacks that model or usage. Refused : the report is
    another model's, too unsure to set shares, or it says what was settled anyway. CheckFailed :
    the report is not what it was signed as, or its shares do not add up to one.
    """
    months = months or Months()
    with transaction.atomic():
        # Whoever moves one of its lines asks under the same lock what waits.
        log.wait_to_write()
        _check(place, correction, months)
        return issue(place, correction)


def _check(place: Place, correction: Correction, months: Months) -> None:
    _, settled = months.of(correction.month)
    if correction.model is not None:
        _check_report(correction, settled)
    if correction.deployment is not None:
        row = settled.usage[_row(correction, settled)]
        _check_bonus(months, settled, row)
        _check_payers(settled, row)
    _check_moved(correction.month, months)
    _check_followed(place, correction.month, months)


def _settlement(month: str) -> Settlement:
    found = Settlement.objects.filter(period=month).first()
    if found is None:
        raise NotFound(
            "That month is not settled",
            where=month,
            remedy="Put it right before it is settled: file the report, deliver the usage.",
        )
    return found


def _check_report(correction: Correction, settled: Settled) -> None:
    report = Report.objects.filter(digest=correction.report).first()
    basis = next((m for m in settled.models if m.model == correction.model), None)
    if basis is None:
        raise NotFound("That month settled no such model", where=str(correction.model)[:12])
    if basis.ancestors or _drawn(settled, basis.model):
        raise Refused(
            "Shares that were drawn by their noise, or passed on, are not corrected by a report",
            where=basis.model[:12],
            remedy="Correct what it was measured with, and file a report: it measures from now on.",
        )
    if report is None or report.model_id != correction.model:
        raise Refused("No report of that model", where=str(correction.report)[:12])
    if not report.sets_shares:
        raise Refused("That report is too unsure to set shares", where=report.digest[:12])
    sound(report, basis.model)
    rows = ManifestPerformer.objects.filter(manifest=basis.manifest)
    beyond = report.shares.keys() - {*rows.values_list("performer__handle", flat=True)}
    if beyond:
        raise Refused(
            "That report names performers who are not in the model's manifest",
            where=report.digest[:12],
            remedy="It measures from its date on; what was settled before stays as it was shared.",
        )


def _drawn(settled: Settled, model: str) -> bool:
    """Tell whether anybody's terms have the shares drawn: also where no report had come yet."""
    terms = Asking.of(Period.parse(settled.period), settled.models).terms.get(model, ())
    return any(each.pay.uncertainty == "shrunk" for each in terms)


def _check_bonus(months: Months, settled: Settled, row: UsageTotal) -> None:
    asking = Asking.of(Period.parse(settled.period), settled.models)
    pays = [terms.pay for terms in asking.terms.get(row.model, ())]
    if any(pay.bonus and counts(pay, row) for pay in pays) or _counted_since(months, settled, row):
        # A bonus was decided by that count: it would be paid twice, or never.
        raise Refused(
            "Use that a bonus waits for is not corrected",
            where=f"{row.deployment} {row.unit}",
            remedy="Agree with the performers, and put their shares right by a report or a payee.",
        )


def _counted_since(months: Months, settled: Settled, row: UsageTotal) -> bool:
    """Tell whether a later month has counted such use for a bonus, by terms that came after."""
    later = (one for each in months.since(settled.period) for one in each.counted)
    return any(about(row) == about(one) for one in later)


def _check_payers(settled: Settled, row: UsageTotal) -> None:
    for pool in settled.payers:
        own = (pool.licensee, settled.period) == (row.licensee, row.usage_period)
        if own and row.unit in {REVENUE, pool.unit}:
            # Who paid is forgotten: by one figure nobody can say whose payment would be another.
            raise Refused(
                "What was divided payer by payer is not corrected by one figure",
                where=f"{row.deployment} {row.unit}",
                remedy="Deliver what is lacking: it comes as late. Put a share right by a report.",
            )


def _moved_lines() -> Iterator[tuple[str, str]]:
    """Yield lines that were moved or wait to be, and the months that they are about."""
    rows = Reassignment.objects.exclude(decision__approved=False)
    # Few lines are ever moved; what was signed of them is read one by one, and of others never.
    signed = ("statement__envelope", "statement__settlement__envelope")
    rows = rows.select_related("statement__settlement").defer(*signed)
    for moved in rows.order_by("-entry_id"):
        statement = moved.statement
        told = parse_statement(_predicate(statement.envelope)).lines[moved.line]
        yield str(moved), about_month(told, statement.settlement.period)


def _check_moved(month: str, months: Months) -> None:
    if moved := months.moved(month):
        raise Refused(
            "A line of that month was moved to the right performer, or waits to be",
            where=moved,
            remedy="Turn the proposal down, or move it back, and correct the month then.",
        )


def _check_followed(place: Place, month: str, months: Months) -> None:
    """Refuse a month of whose pay something was taken off under terms that others followed."""
    followed = months.followed(month, Period.of(place.clock.now()))
    if followed:
        raise Refused(
            "Under terms that others have followed since, what was taken off is not undone",
            where=followed[:12],
            remedy="Settle the difference by the terms that stand now.",
        )


def _row(correction: Correction, settled: Settled) -> int:
    names = ("deployment", "unit", "currency", "realtime", "usage_period")
    asked = tuple(getattr(correction, name) for name in names)
    for place, row in enumerate(settled.usage):
        if tuple(getattr(row, name) for name in names) == asked:
            return place
    raise NotFound(
        "That month settled no such usage",
        where=f"{correction.deployment} {correction.unit} of {correction.usage_period}",
        remedy="Usage that was never settled is not corrected: deliver it, and it comes as late.",
    )


def waiting() -> list[Row]:
    """Return the corrections that no settlement has carried out, the oldest first."""
    rows = Row.objects.filter(kind="correction", carried_out__isnull=True)
    return list(rows.order_by("entry_id"))


def corrected_months(period: Period) -> tuple[CorrectedMonth, ...]:
    """Return the months that a settlement puts right, with all that is known of each.

    What was taken off under terms that others have followed while a correction waited cannot be
    given back by them: such a month goes on waiting.
    """
    by_month, months = sorted(_by_month(waiting()).items()), Months()
    return tuple(
        _month(*months.of(month), rows)
        for month, rows in by_month
        if not months.followed(month, period)
    )


def _by_month(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.subject, []).append(row)
    return found


def _month(settlement: Settlement, settled: Settled, new: list[Row]) -> CorrectedMonth:
    month = settlement.period
    reports: dict[str, str] = {}
    usage: dict[int, int] = {}
    # What was put right before stays right; the last word counts.
    for row in Row.objects.filter(kind="correction", subject=month).order_by("entry_id"):
        told = read(row)
        assert isinstance(told, Correction)
        if told.model is not None and told.report is not None:
            reports[told.model] = told.report
        if told.quantity is not None:
            usage[_row(told, settled)] = told.quantity
    return CorrectedMonth(
        settlement=settlement.digest,
        period=month,
        reports=tuple(Measured(model=m, report=r) for m, r in sorted(reports.items())),
        usage=tuple(Recount(row=r, quantity=q) for r, q in sorted(usage.items())),
        records=tuple(row.digest for row in new),
        why="; ".join(dict.fromkeys(_why(row) for row in new)),
    )


def _why(row: Row) -> str:
    told = read(row)
    assert isinstance(told, Correction)
    return told.why


def settled_of(settlement: Settlement) -> Settled:
    """Return a settlement as signed."""
    return parse_settled(_predicate(settlement.envelope))


def carried_out(settlement: Settlement, months: Iterable[CorrectedMonth]) -> None:
    """Note that a settlement has carried corrections out."""
    SettledCorrection.objects.bulk_create(
        SettledCorrection(instrument_id=record, settlement=settlement)
        for month in months
        for record in month.records
    )


class Redoing:
    """The months that a settlement puts right, with every performer's statements of them."""

    def __init__(self, months: Iterable[CorrectedMonth]) -> None:
        self.months = [(m, patched(self._settled(m), m)) for m in months]
        self.statements = [self._statements(m) for m, _ in self.months]
        bases = [b for _, settled in self.months for b in settled.models if b.report]
        self.reports = Report.objects.in_bulk({basis.report for basis in bases})
        for basis in bases:
            sound(self.reports[basis.report], basis.model)

    def whose(self) -> dict[int, set[str]]:
        """Return who has statements of these months, and in which currencies."""
        found: dict[int, set[str]] = {}
        for rows in self.statements:
            for performer, currency in rows:
                found.setdefault(performer, set()).add(currency)
        return found

    def of(self, performer: int, currency: str) -> tuple[Redone, ...]:
        """Return one performer's months in a currency, as they should have been."""
        return tuple(
            self._redone(month, settled, rows[performer, currency])
            for (month, settled), rows in zip(self.months, self.statements, strict=True)
            if (performer, currency) in rows
        )

    def _redone(self, month: CorrectedMonth, settled: Settled, first: Statement) -> Redone:
        read = [(first.digest, parse_statement(_predicate(first.envelope)))]
        read += _since(first, {month.period})
        original = read[0][1]
        facts = facts_of(original)
        parts, lines = standing((digest, payload.lines) for digest, payload in read)
        models = {weight.model for weight in facts.weights}
        shares = {
            basis.model: share_in(self.reports[basis.report], original.performer)
            for basis in settled.models
            if basis.report and basis.model in models
        }
        return Redone(
            statements=parts,
            facts=facts,
            standing=lines,
            settled=settled,
            shares=shares,
            why=month.why,
        )

    @staticmethod
    def _settled(month: CorrectedMonth) -> Settled:
        return settled_of(Settlement.objects.get(digest=month.settlement))

    @staticmethod
    def _statements(month: CorrectedMonth) -> Mapping[tuple[int, str], Statement]:
        rows = Statement.objects.filter(settlement__digest=month.settlement)
        return {(row.performer_id, row.currency): row for row in rows}


def _since(first: Statement, months: set[str]) -> list[tuple[str, Payload]]:
    """Return the later statements that have corrected a month already, in order."""
    rows = Statement.objects.filter(
        performer_id=first.performer_id,
        currency=first.currency,
        settlement__corrections__instrument__subject__in=months,
    )
    return [
        (row.digest, parse_statement(_predicate(row.envelope)))
        for row in rows.distinct().order_by("settlement__period")
    ]


def share_in(report: Report, handle: str) -> Reliance:
    """Return a performer's share in a report: none, if it does not name them."""
    nothing = {"share_ppb": 0, "low_ppb": 0, "high_ppb": 0}
    share = report.shares.get(handle, nothing)
    parts = {name: share[name] for name in nothing}
    through = brought(share.get("through", {}))
    return Reliance(report=report.digest, method=report.method, through=through, **parts)


def _predicate(envelope: Any) -> Any:
    return parse(payload_of(envelope))["predicate"]


def today(place: Place) -> str:
    """Return the day on which a correction is entered."""
    day: date = place.clock.now().date()
    return day.isoformat()
