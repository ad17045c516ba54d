"""The bench's corrections: which wait, what months they put right, and each performer's part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from yesand.kernel.ids import digest_of
from yesand.royalties.correcting import Redone, patched, standing
from yesand.royalties.facts import CorrectedMonth, Measured, Recount, Settled
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.lines import Reliance
from yesand.royalties.shrinking import Measured as Interval
from yesand.royalties.statement import Statement, facts_of

#: (month, handle, currency) → the statement, and its digest.
Issued = Mapping[tuple[str, str, str], tuple[str, Statement]]


@dataclass
class Mending:
    """All corrections so far, in order; those that no settlement has carried out wait.

    Attributes
    ----------
    reports : digest → (model's digest, handle → (share, low, high)).
    """

    entered: dict[str, Correction] = field(default_factory=dict)
    carried: set[str] = field(default_factory=set)
    reports: dict[str, tuple[str, Mapping[str, Interval]]] = field(default_factory=dict)

    def enter(self, told: Correction) -> None:
        """Enter a correction; the same again is the same."""
        self.entered.setdefault(digest_of(told.model_dump(mode="json")), told)

    def waiting(self) -> set[str]:
        """Return the months that wait to be put right."""
        return {told.month for d, told in self.entered.items() if d not in self.carried}

    def months(
        self, settled: Mapping[str, Settled], hindered: Set[str]
    ) -> tuple[CorrectedMonth, ...]:
        """Return the months that the next settlement puts right; hindered ones go on waiting."""
        waiting = {d: c for d, c in self.entered.items() if d not in self.carried}
        names = sorted({told.month for told in waiting.values()} - hindered)
        return tuple(self._month(name, waiting, settled[name]) for name in names)

    def _month(
        self, name: str, waiting: Mapping[str, Correction], settled: Settled
    ) -> CorrectedMonth:
        reports, usage = dict[str, str](), dict[int, int]()
        for told in (each for each in self.entered.values() if each.month == name):
            if told.model is not None and told.report is not None:
                reports[told.model] = told.report
            row = row_of(told, settled)
            if row is not None and told.quantity is not None:
                usage[row] = told.quantity
        return CorrectedMonth(
            settlement=digest_of(settled.model_dump(mode="json")),
            period=name,
            reports=tuple(Measured(model=m, report=r) for m, r in sorted(reports.items())),
            usage=tuple(Recount(row=r, quantity=q) for r, q in sorted(usage.items())),
            records=tuple(d for d, told in waiting.items() if told.month == name),
            why="an error",
        )


def row_of(told: Correction, settled: Settled) -> int | None:
    """Return which row of a settlement's usage a correction is about, if there is one."""
    names = ("deployment", "unit", "currency", "realtime", "usage_period")
    asked = tuple(getattr(told, name) for name in names)
    found = (tuple(getattr(row, name) for name in names) for row in settled.usage)
    return next((n for n, row in enumerate(found) if row == asked), None)


class Redoing:
    """The months that one settlement puts right, with everybody's statements of them."""

    def __init__(
        self, mending: Mending, settled: Mapping[str, Settled], now: Settled, issued: Issued
    ) -> None:
        self.mending, self.settled, self.issued = mending, settled, issued
        self.months = [(m, patched(settled[m.period], m)) for m in now.corrections]

    def whose(self, handle: str) -> set[str]:
        """Return in which currencies a performer has statements of these months."""
        months = {month.period for month, _ in self.months}
        return {c for month, who, c in self.issued if who == handle and month in months}

    def of(self, handle: str, currency: str) -> Iterator[Redone]:
        """Yield one performer's months in a currency, as they should have been."""
        for month, right in self.months:
            first = self.issued.get((month.period, handle, currency))
            if first is None:
                continue
            chain = [first, *self._since(month.period, handle, currency)]
            parts, lines = standing((digest, made.lines) for digest, made in chain)
            facts = facts_of(first[1])
            yield Redone(
                statements=parts,
                facts=facts,
                standing=lines,
                settled=right,
                shares=self._shares(right, {w.model for w in facts.weights}, handle),
                why=month.why,
            )

    def _since(self, month: str, handle: str, currency: str) -> Iterator[tuple[str, Statement]]:
        """Yield the later statements that have corrected a month already, in order."""
        for later, settled in sorted(self.settled.items()):
            found = self.issued.get((later, handle, currency))
            if found and any(each.period == month for each in settled.corrections):
                yield found

    def _shares(self, right: Settled, models: set[str], handle: str) -> dict[str, Reliance]:
        found = {}
        for basis in right.models:
            if basis.report and basis.model in models:
                _, told = self.mending.reports[basis.report]
                found[basis.model] = share_in(basis.report, told, handle)
        return found


def share_in(report: str, told: Mapping[str, Interval], handle: str) -> Reliance:
    """Return a performer's share in a report: none, if it does not name them."""
    share, low, high = told.get(handle, (0, 0, 0))
    return Reliance(report=report, method="simulated", share_ppb=share, low_ppb=low, high_ppb=high)
