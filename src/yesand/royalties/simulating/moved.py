"""The bench's moved lines and invoices, by the real pure core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.royalties.invoicing.bill import bill_lines, sums_of
from yesand.royalties.ledger import Draft
from yesand.royalties.lines import ON_TOP, Line
from yesand.royalties.reassigning.payee import about, check_amount, drafted
from yesand.royalties.simulating.moving import Bill, Invoices, Move, Sanction
from yesand.royalties.simulating.picture import LineSeen
from yesand.royalties.simulating.steps import PRODUCERS
from yesand.royalties.statement import Statement

if TYPE_CHECKING:
    from yesand.royalties.simulating.bench import Bench

DONE, IDLE = "done", "idle"
#: (Month, handle, currency) → (digest, statement).
Issued = Mapping[tuple[str, str, str], tuple[str, Statement]]


@dataclass
class Moved:
    """One proposal: whose line is whose."""

    month: str
    statement: str
    made: Statement
    line: int
    right: str
    micro: int
    nth: int
    decided: bool | None = None


@dataclass
class Desk:
    """Proposals of other payees, in order, and invoices."""

    rows: list[Moved] = field(default_factory=list)
    invoices: Invoices = field(default_factory=dict)

    def propose(self, step: Move, digest: str, made: Statement, line: int, *, whole: bool) -> None:
        """Propose to move a part of a line; ``whole``: it is still what was stated.

        Raises
        ------
        BadInput, Refused : as the real desk says.
        """
        told = made.lines[line]
        if step.right == step.handle or told.kind in ON_TOP:
            raise BadInput("That line is not to be moved to that performer", where=step.right)
        if not whole:
            raise Refused("That line is not whole", where=step.month)
        same = [r for r in self.rows if (r.statement, r.line) == (digest, line)]
        moved = sum(row.micro for row in same if row.decided is not False)
        micro = told.micro * step.part_ppm // 10**6
        check_amount(micro, told.micro, moved)
        month = about(told, step.month)
        self.rows.append(Moved(month, digest, made, line, step.right, micro, len(self.rows)))

    def of(self, step: Sanction) -> Moved | None:
        """Return the proposal that a decision is about."""
        return self.rows[step.number % len(self.rows)] if self.rows else None

    def decide(self, row: Moved, approved: bool, *, whole: bool) -> Iterator[Draft]:
        """Decide a proposal, and yield what it posts; the same again posts nothing."""
        if row.decided is not None:
            if row.decided != approved:
                raise Refused("That is decided already", where=row.month)
            return
        if approved and not whole:
            raise Refused("That line is not whole", where=row.month)
        row.decided = approved
        if approved:
            name = digest_of(["payee", row.nth])
            yield drafted(name, row.made.performer, row.right, row.made.currency, row.micro)

    def bars(self, month: str) -> bool:
        """Tell whether a line of a month was moved, or is proposed to be."""
        return any(row.month == month and row.decided is not False for row in self.rows)

    def bill(self, step: Bill, settled: Mapping[str, object], issued: Issued) -> None:
        """Issue the invoices of a month and of any before it.

        Raises
        ------
        Refused : the month is not settled.
        """
        if step.month not in settled:
            raise Refused("That month is not settled", where=step.month)
        for month in sorted(each for each in settled if each <= step.month):
            owed: dict[tuple[str, str], list[Line]] = {}
            for (at, _, currency), (_, made) in issued.items():
                for line in made.lines if at == month else ():
                    if line.licensee not in PRODUCERS:
                        owed.setdefault((line.licensee, currency), []).append(line)
            for (licensee, currency), lines in sorted(owed.items()):
                self._one(licensee, currency, month, lines)

    def _one(self, licensee: str, currency: str, month: str, lines: list[Line]) -> None:
        if (licensee, currency, month) in self.invoices:
            return
        those = {at: n for (who, money, at), (_, n) in self.invoices.items()
                 if (who, money) == (licensee, currency)}  # fmt: skip
        brought = those[max(those)] if those else 0
        sums = sums_of(currency, bill_lines(lines), brought, 0)
        self.invoices[licensee, currency, month] = sums.net_minor, sums.carried_micro


def do(bench: Bench, step: Move | Sanction | Bill) -> str:
    """Propose to move a line, decide that, or issue invoices; return what it comes to."""
    if isinstance(step, Bill):
        bench.desk.bill(step, bench.settled, bench.issued)
        return DONE
    if isinstance(step, Move):
        return _propose(bench, step)
    row = bench.desk.of(step)
    if row is None:
        return IDLE
    for draft in bench.desk.decide(
        row, step.approved, whole=_whole(bench, row.statement, row.line)
    ):
        bench.till.post(draft)
    return DONE


def _propose(bench: Bench, step: Move) -> str:
    digest, made = bench.issued.get((step.month, step.handle, step.currency), ("", None))
    if step.right not in bench.joined or made is None or not made.lines:
        return IDLE
    line = nth(bench.shown(digest, made, bench.names()).lines, step.line)
    bench.desk.propose(step, digest, made, line, whole=_whole(bench, digest, line))
    return DONE


def nth(lines: Sequence[LineSeen], number: int) -> int:
    """Return the place of a line that is counted in the lines' own order."""
    return sorted(range(len(lines)), key=lambda n: (lines[n], n))[number % len(lines)]


def _whole(bench: Bench, digest: str, place: int) -> bool:
    """Tell whether a line is still what was stated, and all of it the performer's."""
    of = next(key for key, (name, _) in bench.issued.items() if name == digest)
    made = bench.issued[of][1]
    line, rows = made.lines[place], bench.contested.rows
    held = any(r.holding and (r.statement, r.line) == (digest, place) for r in rows)
    taken = any(d.agreement == line.agreement and d.micro for d in made.deductions)
    if held or taken or about(line, of[0]) in bench.mending.waiting():
        return False
    later = (each.corrects for _, other in bench.issued.values() for each in other.lines)
    return not any(c and c.reverses and (c.statement, c.line) == (digest, place) for c in later)
