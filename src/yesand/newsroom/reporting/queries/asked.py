"""A question to the registry: about which month, as of which position of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

from yesand.kernel.clock import Period
from yesand.newsroom.reporting.figure import Figure, Part

#: The query itself, and the rows that it gave.
Answer = tuple[QuerySet[Any], tuple[Part, ...]]


@dataclass(frozen=True)
class Asked:
    """Which month, as of which position of the log."""

    period: Period
    size: int

    @property
    def morrow(self) -> str:
        """The day after the month, as entries write time: it stands before that day's moments."""
        return f"{self.period.end:%Y-%m-%d}"

    def known(self, model: type[Model], path: str = "entry_id") -> QuerySet[Any]:
        """Return the rows that were in the log by then."""
        return model._default_manager.filter(**{f"{path}__lt": self.size})

    def during(self, model: type[Model], at: str, path: str = "entry_id") -> QuerySet[Any]:
        """Return those of them that fall in the month."""
        window = {f"{at}__gte": self.period.start, f"{at}__lt": self.period.end}
        return self.known(model, path).filter(**window)

    def by_end(self, model: type[Model], at: str, path: str = "entry_id") -> QuerySet[Any]:
        """Return those of them that had happened by the end of the month."""
        return self.known(model, path).filter(**{f"{at}__lt": self.period.end})


@dataclass(frozen=True)
class Question:
    """One figure before it is asked."""

    name: str
    title: str
    definition: str
    ask: Callable[[Asked], Answer]
    unit: str = ""

    def answer(self, asked: Asked) -> Figure:
        """Ask the registry."""
        query, found = self.ask(asked)
        return Figure(
            name=self.name,
            title=self.title,
            definition=self.definition,
            parts=found,
            query=str(query.query),
            unit=self.unit,
        )
