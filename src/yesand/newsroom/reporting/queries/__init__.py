"""What a report counts, and how: one query for each figure, over rows that never change.

A report knows the entries below a position of the log, and every query keeps to them: asked again
at any time, it gives the same.
"""

from __future__ import annotations

from yesand.newsroom.reporting.queries import giving, making, owing, using
from yesand.newsroom.reporting.queries.asked import Asked, Question

__all__ = ["QUESTIONS", "Asked", "Question", "asked_of"]

#: The figures of a report, in their order on its page.
QUESTIONS = (*giving.QUESTIONS, *using.QUESTIONS, *making.QUESTIONS, *owing.QUESTIONS)


def asked_of(name: str) -> Question | None:
    """Return the question of that name."""
    return next((q for q in QUESTIONS if q.name == name), None)
