"""The oracle's corrections: a month as it should have been, and what of it has to be put right.

The month is computed anew, whole; each line that comes out otherwise is taken back, as it stands
by now, and stated again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest

from yesand.royalties.simulating import steps
from yesand.royalties.simulating.month import Month, Row
from yesand.royalties.simulating.owing import Key, owed
from yesand.royalties.simulating.picture import LineSeen, StatementSeen
from yesand.royalties.simulating.sharing import Interval

Amendment = steps.Remeasure | steps.Recount
#: (Deployment, unit, currency of revenue).
Used = tuple[str, str, str | None]


@dataclass
class Entered:
    """A correction, the report that it names, if it names one, and whether it was carried out."""

    step: Amendment
    on: date
    report: Mapping[str, Interval] | None
    carried: bool = False


@dataclass
class Amended:
    """Every settled month as it was settled, its lines as they stand now, and all corrections."""

    months: dict[str, Month] = field(default_factory=dict)
    lines: dict[tuple[str, Key], list[LineSeen]] = field(default_factory=dict)
    entered: list[Entered] = field(default_factory=list)

    def settled(self, month: Month, made: Mapping[Key, StatementSeen]) -> None:
        """Keep a month that was settled."""
        self.months[month.period] = month
        for key, seen in made.items():
            own = [x for x in seen.lines if not x.corrects and x.kind != "advance"]
            self.lines[month.period, key] = own

    def enter(self, step: Amendment, on: date, report: Mapping[str, Interval] | None) -> None:
        """Keep a correction; the same on the same day is the same."""
        known = any((one.step, one.on, one.report) == (step, on, report) for one in self.entered)
        if not known:
            self.entered.append(Entered(step, on, report))

    def waiting(self) -> list[str]:
        """Return the months that wait to be put right."""
        return sorted({one.step.month for one in self.entered if not one.carried})

    def lines_due(self, months: Iterable[str]) -> dict[Key, list[LineSeen]]:
        """Return, for everybody with a statement of these months, what puts them right."""
        found: dict[Key, list[LineSeen]] = {}
        for month in months:
            right = owed(self._right(month))
            for at, key in list(self.lines):
                if at == month:
                    pairs = list(_paired(self.lines[at, key], right.get(key, [])))
                    found.setdefault(key, []).extend(_told(pairs, month))
        return found

    def carry_out(self, months: Collection[str]) -> None:
        """Let what was stated again stand in place of what was taken back."""
        for month in months:
            right = owed(self._right(month))
            for at, key in list(self.lines):
                if at == month:
                    pairs = _paired(self.lines[at, key], right.get(key, []))
                    both = ((was, was if _stays(was, now) else now) for was, now in pairs)
                    self.lines[at, key] = [line for _, line in both if line is not None]
        for one in self.entered:
            one.carried = one.carried or one.step.month in months

    def stands(self, month: str, key: Key, line: LineSeen) -> bool:
        """Tell whether nothing has put a stated line right since."""
        if line.kind == "advance" or line.corrects == "back":
            return True
        return replace(line, corrects="", of="") in self.lines[month, key]

    def recounted(self, mended: Collection[str]) -> dict[Used, int]:
        """Return by how much use was counted otherwise, also in months that are being mended."""
        last = {
            (one.step.month, recounted(one.step)): one.step.quantity
            for one in self.entered
            if isinstance(one.step, steps.Recount) and (one.carried or one.step.month in mended)
        }
        found = defaultdict[Used, int](int)
        for (period, row), quantity in last.items():
            was = sum(each.quantity for each in self.months[period].rows if _about(each) == row)
            found[row.deployment, row.unit, row.currency] += quantity - was
        return found

    def _right(self, period: str) -> Month:
        """Return a month as it should have been: of each matter the last word counts."""
        month = self.months[period]
        shares, rows = dict(month.shares), {_about(row): row for row in month.rows}
        for one in (each for each in self.entered if each.step.month == period):
            if isinstance(one.step, steps.Recount):
                about = recounted(one.step)
                rows[about] = replace(rows[about], quantity=one.step.quantity)
            elif one.report is not None:
                shares[one.step.model] = one.report
        return replace(month, shares=shares, rows=list(rows.values()))


def recounted(step: steps.Recount) -> Row:
    """Return the row of usage that a correction is about, without its quantity."""
    return Row(step.deployment, step.unit, step.currency, step.realtime, step.used, quantity=0)


def has(month: Month, row: Row) -> bool:
    """Tell whether a month has settled such a row."""
    return row in {_about(each) for each in month.rows}


def _about(row: Row) -> Row:
    return replace(row, quantity=0)


_Pair = tuple[LineSeen | None, LineSeen | None]


def _paired(there: Iterable[LineSeen], right: Iterable[LineSeen]) -> list[_Pair]:
    """Pair lines that are about the same thing."""
    both: dict[LineSeen, tuple[list[LineSeen], list[LineSeen]]] = defaultdict(lambda: ([], []))
    for line in there:
        both[_same(line)][0].append(line)
    for line in right:
        both[_same(line)][1].append(line)
    return [pair for was, now in both.values() for pair in zip_longest(was, now)]


def _same(line: LineSeen) -> LineSeen:
    return replace(line, quantity=0, share_ppb=0, micro=0, via="")


def _stays(was: LineSeen | None, now: LineSeen | None) -> bool:
    return was is not None and now is not None and was.micro == now.micro


def _told(pairs: Iterable[_Pair], month: str) -> list[LineSeen]:
    found = []
    for was, now in pairs:
        if not _stays(was, now):
            found += [replace(was, micro=-was.micro, corrects="back", of=month)] if was else []
            found += [replace(now, corrects="right", of=month)] if now else []
    return found
