"""What can stand between a question and its answer."""

from __future__ import annotations

from collections.abc import Sequence

from yesand.agreements.clause import Clause
from yesand.kernel.errors import Refused


class NotServing(Refused):
    """No deployment in service covers the model: it may answer nothing."""


class NotPermitted(Refused):
    """The law, or what the gate permitted, excludes this use; ``clauses`` say which and why."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self.clauses = tuple(clauses)
        super().__init__(
            "This use is not permitted",
            where="; ".join(map(str, clauses)),
            remedy="State a use that the manifest names, or ask the gate for another manifest.",
        )


class Unmetered(Refused):
    """The answer could not be metered, so it is not given."""
