"""The bench's disputes: words, holds and postings by the real pure core."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from yesand.kernel.ids import digest_of
from yesand.royalties.disputing.dispute import (
    HOLDING,
    State,
    Word,
    check_next,
    held_draft,
    held_part,
    released_draft,
    standing,
)
from yesand.royalties.facts import Hold
from yesand.royalties.ledger import Draft
from yesand.royalties.lines import ON_TOP
from yesand.royalties.statement import Statement


@dataclass
class Contest:
    """One dispute of a line of a statement; ``told`` is what statements said of it since."""

    statement: str
    made: Statement
    line: int
    micro: int
    nth: int
    words: list[Word] = field(default_factory=lambda: [Word.OPENED])
    told: set[bool] = field(default_factory=set)

    @property
    def stands(self) -> State:
        """How it stands after its words."""
        return standing(self.words)

    @property
    def holding(self) -> bool:
        """Whether its amount is held."""
        return self.stands in HOLDING

    def draft(self, released: bool) -> Draft | None:
        """Return what holding it posts, or releasing it."""
        name = digest_of(["dispute", self.nth])
        about = name, self.made.performer, self.made.currency, self.micro
        return released_draft(*about) if released else held_draft(*about)


@dataclass
class Contested:
    """All disputes, in the order in which they were opened."""

    rows: list[Contest] = field(default_factory=list)

    def open(
        self, digest: str, made: Statement, line: int, owed: int, later: Iterable[Statement]
    ) -> Draft | None:
        """Dispute a line, unless it is in dispute.

        Parameters
        ----------
        owed : what the performer's account holds. later : their statements since.
        """
        there = [row for row in self.rows if (row.statement, row.line) == (digest, line)]
        if any(row.holding for row in there):
            return None
        since = list(later)
        named = {digest_of(each.model_dump(mode="json")) for each in since}
        earned = sum(each.total_micro - each.deductions_micro for each in since)
        held = sum(row.micro for row in self.rows if row.holding and row.statement in named)
        told = made.lines[line]
        micro = 0 if told.kind in ON_TOP else held_part(told.micro, owed, earned - held)
        self.rows.append(Contest(digest, made, line, micro, len(self.rows)))
        return self.rows[-1].draft(released=False)

    def say(self, number: int, word: Word) -> Draft | None:
        """Say the next word; the last one again changes nothing."""
        row = self.rows[number % len(self.rows)]
        if row.words[-1] is word:
            return None
        check_next(row.stands, word)
        row.words.append(word)
        return None if row.holding else row.draft(released=True)

    def since(self, performer: str, currency: str) -> tuple[Hold, ...]:
        """Return what came into dispute, and out of it, since the statement before."""
        found = []
        for row in self._of(performer, currency):
            if False not in row.told:
                found.append(_hold(row, released=False))
            if not row.holding and True not in row.told:
                found.append(_hold(row, released=True))
        return tuple(found)

    def stated(self, performer: str, currency: str) -> None:
        """Note that a statement has said all of it."""
        for row in self._of(performer, currency):
            row.told |= {False} if row.holding else {False, True}

    def _of(self, performer: str, currency: str) -> list[Contest]:
        whose = performer, currency
        rows = (row for row in self.rows if (row.made.performer, row.made.currency) == whose)
        return [row for row in rows if row.micro]


def _hold(row: Contest, *, released: bool) -> Hold:
    return Hold(statement=row.statement, line=row.line, micro=row.micro, released=released)
