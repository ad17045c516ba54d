"""The oracle's disputes: what of a line is held, how each stands, and what statements say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from yesand.royalties.simulating.owing import ON_TOP
from yesand.royalties.simulating.paid import Payments
from yesand.royalties.simulating.picture import StatementSeen
from yesand.royalties.simulating.steps import Answer, Dispute

DONE, REFUSED, IDLE = "done", "Refused", "idle"
#: (Month, handle, currency).
Of = tuple[str, str, str]
#: How a dispute stands → what may be said then.
_NEXT = {
    "opened": {"answered", "upheld", "rejected", "withdrawn"},
    "answered": {"replied", "upheld", "rejected", "withdrawn"},
    "replied": {"answered", "upheld", "rejected", "withdrawn"},
}


@dataclass
class Disputed:
    """One dispute of a line, which is counted in the order of the statement's sorted lines.

    ``told`` is what statements since have said of it: that it is held, that it is released.
    """

    of: Of
    line: int
    micro: int
    said: list[str] = field(default_factory=lambda: ["opened"])
    told: set[str] = field(default_factory=set)

    @property
    def holds(self) -> bool:
        """Whether it is not decided yet."""
        return self.said[-1] in _NEXT


@dataclass
class Disputes:
    """All disputes, in the order in which they were opened."""

    rows: list[Disputed] = field(default_factory=list)

    def open(self, step: Dispute, statements: dict[Of, StatementSeen], payments: Payments) -> str:
        """Dispute a line; one that is in dispute already stays so."""
        of = step.month, step.handle, step.currency
        if of not in statements or not statements[of].lines:
            return IDLE
        lines = sorted(statements[of].lines)
        place = step.line % len(lines)
        if any(row.holds and (row.of, row.line) == (of, place) for row in self.rows):
            return DONE
        line = lines[place]
        micro = 0 if line.kind in ON_TOP else self._unpaid(line.micro, of, statements, payments)
        self.rows.append(Disputed(of, place, micro))
        self._move(payments, self.rows[-1], micro)
        return DONE

    def _unpaid(
        self, micro: int, of: Of, statements: dict[Of, StatementSeen], payments: Payments
    ) -> int:
        """Return what of a line was not paid out: payouts pay the oldest earnings first."""
        month, handle, currency = of
        account = payments.accounts.get(f"performer:{handle}")
        owed, later = -account[currency] if account else 0, 0
        for (at, who, money), made in statements.items():
            if at > month and (who, money) == (handle, currency):
                later += made.total_micro - sum(x.micro for x in made.taken)
                later -= sum(r.micro for r in self.rows if r.holds and r.of == (at, who, money))
        return max(0, min(micro, owed - max(0, later)))

    def answer(self, step: Answer, payments: Payments) -> str:
        """Say the next word of a dispute; the same word again changes nothing."""
        if not self.rows:
            return IDLE
        row = self.rows[step.number % len(self.rows)]
        if row.said[-1] == step.word:
            return DONE
        if step.word not in _NEXT.get(row.said[-1], set()):
            return REFUSED
        row.said.append(step.word)
        if not row.holds:
            self._move(payments, row, -row.micro)
        return DONE

    def _move(self, payments: Payments, row: Disputed, micro: int) -> None:
        _, handle, currency = row.of
        payments.post(f"performer:{handle}", currency, micro)
        payments.post(f"held:{handle}", currency, -micro)

    def stated(self, handle: str, currency: str) -> tuple[int, int]:
        """Return what the next statement says is held, and released, since the one before."""
        held = released = 0
        for row in self.rows:
            if row.of[1:] != (handle, currency):
                continue
            if "held" not in row.told:
                held += row.micro
                row.told.add("held")
            if not row.holds and "released" not in row.told:
                released += row.micro
                row.told.add("released")
        return held, released
