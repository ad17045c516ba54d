"""A fine-tune's shares, measured through both trainings: the parent's, and its own after it.

A fine-tune is one training whose first steps show the parent's takes and whose later steps show its
own: the batches of the two courses one after the other, the optimiser going on in between. Weights
of takes from both enter the same way, so that derivatives, Aumann–Shapley's path and its additivity
hold for the whole as for one course; what the parent's takes still bring is the parent's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators.aumann_shapley import AumannShapley
from yesand.reliance.game import Game
from yesand.reliance.inputs import Corpus, FrozenModel, Inputs, Queries
from yesand.reliance.report import RelianceReport
from yesand.reliance.shares import BILLION
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.path import Values


@dataclass(frozen=True)
class Continued(Course):
    """Two courses, one after the other: of one network, batch and optimiser.

    Attributes
    ----------
    border : how many of the takes, the first ones, are the parent's.
    first, later : the course that shows these, and the one that shows the others.
    """

    border: int = 0
    first: Course | None = None
    later: Course | None = None

    @classmethod
    def of(cls, first: Course, later: Course, border: int) -> Continued:
        """Put one course behind the other."""
        return cls(
            first.network,
            batch=first.batch,
            momentum=first.momentum,
            decay=first.decay,
            optimiser=first.optimiser,
            border=border,
            first=first,
            later=later,
        )

    def steps(self, takes: int) -> int:
        """Return how many steps both make."""
        return len(self.rates(takes))

    def rates(self, takes: int) -> list[float]:
        """Return the learning rate of each step."""
        first, later = self._both()
        return first.rates(self.border) + later.rates(takes - self.border)

    def order(self, takes: int, seed: int) -> Tensor:
        """Return which takes come when: the parent's, then the others."""
        first, later = self._both()
        rest = later.order(takes - self.border, seed) + self.border
        return torch.cat([first.order(self.border, seed), rest])

    def _both(self) -> tuple[Course, Course]:
        assert self.first is not None and self.later is not None
        return self.first, self.later


@dataclass(frozen=True)
class FineTune(AumannShapley):
    """Settings: those of Aumann–Shapley, and these.

    Attributes
    ----------
    later_epochs, later_rate : of the fine-tune's own course.
    parent : the parent's digest. first : its takes.
    """

    network: str = "mlp:64"
    later_epochs: int = 5
    later_rate: float = 0.02
    parent: str = ""
    first: frozenset[str] = frozenset()
    borders: Mapping[tuple[int, ...], int] = field(default_factory=dict)
    #: What was brought by the parent's takes, and by all: a pair a fold and seed.
    found: list[tuple[float, float]] = field(default_factory=list)

    name: ClassVar[str] = "continued"
    version: ClassVar[str] = "1"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome; the parent's takes are its manifest's."""
        whole = super().settings()
        return {k: v for k, v in whole.items() if k not in {"first", "borders", "found", "l2"}}

    def course(self, game: Game) -> Course:
        """Return both courses of a game."""
        first = super().course(game)
        later = replace(first, epochs=self.later_epochs, rate=self.later_rate)
        return Continued.of(first, later, self.borders[tuple(game.asked.tolist())])

    def values(self, course: Course, game: Game, seeds: Tensor) -> Values:
        """Return what every take adds, and note which part is the parent's."""
        made = super().values(course, game, seeds)
        border = self.borders[tuple(game.asked.tolist())]
        each = made.effect.double().sum(1)
        self.found.extend(zip(each[:, :border].sum(1).tolist(), each.sum(1).tolist(), strict=True))
        return made

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report.

        Raises
        ------
        BadInput : the head, whose optimum forgets where it began; or no takes of one of the two.
        """
        if self.network == "head":
            raise BadInput(
                "A convex head forgets where it began: nothing is passed on through it",
                where="network",
                remedy="Take a network, such as mlp:64.",
            )
        self.found.clear()
        given = parents_first(Inputs(model, corpus, queries), self.first)
        chosen = replace(self, borders=_borders(given, self.first), found=self.found)
        return super(FineTune, chosen).estimate(given.model, given.corpus, given.queries, progress)

    def passed_on(self) -> dict[str, int]:
        """Return which part of the gain is the parent's takes', with its 95 % interval."""
        pairs = np.array(self.found)
        part = pairs[:, 0].sum() / pairs[:, 1].sum()
        spread = 1.96 * (pairs[:, 0] / pairs[:, 1]).std() / max(1, len(pairs) - 1) ** 0.5
        bounds = np.clip([part, part - spread, part + spread], 0, 1)
        names = ("part_ppb", "low_ppb", "high_ppb")
        return {n: round(float(x) * BILLION) for n, x in zip(names, bounds, strict=True)}


def parents_first(given: Inputs, first: frozenset[str]) -> Inputs:
    """Return the same with the parent's takes before the others.

    Raises
    ------
    BadInput : none of the takes is the parent's, or all are.
    """
    takes = given.corpus.takes
    order = np.argsort([take not in first for take in takes], kind="stable")
    if not 0 < sum(take in first for take in takes) < len(takes):
        raise BadInput(
            "A fine-tune's takes are the parent's and some of its own",
            where=f"{len(takes)} takes",
            remedy="Give the parent's folder, and the fine-tune's with the takes of both.",
        )
    corpus = replace(
        given.corpus,
        takes=tuple(takes[i] for i in order),
        owner=given.corpus.owner[order],
        label=given.corpus.label[order],
        heard=None if given.corpus.heard is None else given.corpus.heard[order],
    )
    model = replace(given.model, embedding=given.model.embedding[:, order])
    queries = replace(
        given.queries, fold=given.queries.fold[order], weight=given.queries.weight[order]
    )
    return Inputs(model, corpus, queries)


def _borders(given: Inputs, first: frozenset[str]) -> dict[tuple[int, ...], int]:
    """Return for each fold, known by who is asked, how many of the parent's takes train in it."""
    mine = np.array([take in first for take in given.corpus.takes])
    found = {}
    for fold in range(len(given.model.embedding)):
        trains = given.queries.fold != fold
        asks = ~trains & (given.queries.weight > 0)
        asked = np.unique(given.corpus.owner[asks])
        border, others = int((mine & trains).sum()), int((~mine & trains).sum())
        if len(asked) and (not border or not others):
            raise BadInput("In a fold nobody of one of the two trains", where=f"fold {fold}")
        found[tuple(asked.tolist())] = border
    return found
