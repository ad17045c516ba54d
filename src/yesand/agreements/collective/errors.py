"""What collective agreements refuse."""

from __future__ import annotations

from collections.abc import Iterable

from yesand.kernel.errors import Refused


class BelowFloor(Refused):
    """Terms give a performer less than the collective agreement that covers them.

    Parameters
    ----------
    clauses : each field of the terms that does, and how.
    """

    def __init__(
        self, what: str, *, where: str, remedy: str, clauses: Iterable[tuple[str, str]]
    ) -> None:
        self.clauses = tuple(clauses)
        super().__init__(what, where=where, remedy=remedy)
