"""The oracle's lines that went to the wrong performer, and its invoices, in plain sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from yesand.royalties.simulating.month import EXPONENTS
from yesand.royalties.simulating.owing import ON_TOP
from yesand.royalties.simulating.paid import Payments
from yesand.royalties.simulating.picture import StatementSeen
from yesand.royalties.simulating.steps import PRODUCERS, Step

DONE, REFUSED, BAD, IDLE = "done", "Refused", "BadInput", "idle"
#: (Month, handle, currency).
Of = tuple[str, str, str]
Statements = Mapping[Of, StatementSeen]


@dataclass(frozen=True)
class Move(Step):
    """A producer proposes that a part of a line is another's: counted in the lines' own order."""

    month: str
    handle: str
    currency: str
    line: int
    right: str
    part_ppm: int


@dataclass(frozen=True)
class Sanction(Step):
    """Another producer approves a proposal, or turns it down: counted as they were made."""

    number: int
    approved: bool


@dataclass(frozen=True)
class Bill(Step):
    """Invoices are issued for a month, and for those before it."""

    month: str


@dataclass
class Moved:
    """One proposal; ``decided`` is nothing while it waits.

    ``about`` is the month that the line is of, or puts right.
    """

    of: Of
    line: int
    about: str
    right: str
    micro: int
    decided: bool | None = None


@dataclass
class Moves:
    """All proposals, in order."""

    rows: list[Moved] = field(default_factory=list)

    def propose(
        self,
        step: Move,
        statements: Statements,
        joined: Collection[str],
        stands: Callable[[Of, int], bool],
    ) -> str:
        """Propose to move a part of a line.

        Parameters
        ----------
        stands : whether a line is whole: not in dispute, nothing taken off it or put right.
        """
        of = step.month, step.handle, step.currency
        if step.right not in joined or of not in statements or not statements[of].lines:
            return IDLE
        lines = sorted(statements[of].lines)
        place = step.line % len(lines)
        line = lines[place]
        if step.right == step.handle or line.kind in ON_TOP:
            return BAD
        micro = line.micro * step.part_ppm // 10**6
        if not stands(of, place):
            return REFUSED
        if micro <= 0:
            return BAD
        gone = (r.micro for r in self.rows if (r.of, r.line) == (of, place))
        turned_down = (
            r.micro for r in self.rows if (r.of, r.line, r.decided) == (of, place, False)
        )
        if micro > line.micro - sum(gone) + sum(turned_down):
            return REFUSED
        self.rows.append(Moved(of, place, line.of or step.month, step.right, micro))
        return DONE

    def decide(self, step: Sanction, payments: Payments, stands: Callable[[Of, int], bool]) -> str:
        """Decide a proposal; the same again changes nothing."""
        if not self.rows:
            return IDLE
        row = self.rows[step.number % len(self.rows)]
        if row.decided is not None:
            return DONE if row.decided == step.approved else REFUSED
        if step.approved and not stands(row.of, row.line):
            return REFUSED
        row.decided = step.approved
        if step.approved:
            payments.post(f"performer:{row.of[1]}", row.of[2], row.micro)
            payments.post(f"performer:{row.right}", row.of[2], -row.micro)
        return DONE

    def bars(self, month: str) -> bool:
        """Tell whether a month is not corrected, as a line of it was moved or may be."""
        return any(row.about == month and row.decided is not False for row in self.rows)


#: (Licensee, currency, month) → (minor units, micro-units that go to the next).
Invoices = dict[tuple[str, str, str], tuple[int, int]]


@dataclass
class Bills:
    """Invoices as they should be."""

    made: Invoices = field(default_factory=dict)

    def issue(self, step: Bill, settled: list[str], statements: Statements) -> str:
        """Issue the invoices of a month and of any before it."""
        if step.month not in settled:
            return REFUSED
        for month in sorted(each for each in settled if each <= step.month):
            owed: dict[tuple[str, str], int] = defaultdict(int)
            for (at, _, currency), made in statements.items():
                for line in made.lines if at == month else ():
                    if line.licensee not in PRODUCERS:
                        owed[line.licensee, currency] += line.micro
            for (licensee, currency), micro in owed.items():
                self._one(licensee, currency, month, micro)
        return DONE

    def _one(self, licensee: str, currency: str, month: str, micro: int) -> None:
        if (licensee, currency, month) in self.made:
            return
        before = [at for who, money, at in self.made if (who, money) == (licensee, currency)]
        carried = self.made[licensee, currency, max(before)][1] if before else 0
        whole, unit = carried + micro, 10 ** (6 - EXPONENTS[currency])
        # Towards nothing, above and below it.
        left = abs(whole) % unit * (-1 if whole < 0 else 1)
        self.made[licensee, currency, month] = (whole - left) // unit, left
