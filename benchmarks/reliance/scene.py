"""What a benchmark plays on: takes, whose they are, what is asked, and how models are trained."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.question import Question


@dataclass(frozen=True, eq=False)
class Scene:
    """One game. Nobody who is asked has trained.

    Attributes
    ----------
    takes, asked : what is trained on, with owners in 0 … size − 1, and the queries.
    players : whom the owners are, among all performers of the stage.
    """

    name: str
    takes: Takes
    asked: Takes
    players: tuple[int, ...]
    course: Course

    @property
    def size(self) -> int:
        """How many performers play."""
        return len(self.players)

    @property
    def usage(self) -> Question:
        """What the model is used for: all queries, each counting alike."""
        many = len(self.asked.label)
        return Question(self.asked, torch.full((many, 1), 1 / many))

    def weights(self, members: Tensor) -> Tensor:
        """Return the takes' weights (M, N) of subsets of performers (M, size)."""
        return members.to(torch.float32)[:, self.takes.owner]

    def small(self) -> Scene:
        """Return a game of a few takes and one epoch, on which code can warm up."""
        first = [(self.takes.owner == who).nonzero()[:3, 0] for who in range(self.size)]
        few, asked = torch.cat(first), torch.arange(min(8, len(self.asked.label)))
        course = replace(self.course, epochs=1)
        return replace(
            self, takes=_some(self.takes, few), asked=_some(self.asked, asked), course=course
        )

    def summed(self, values: Tensor) -> Tensor:
        """Return the performers' sums (…, size) of what takes have, (…, N)."""
        whole = values.new_zeros(*values.shape[:-1], self.size)
        return whole.index_add_(-1, self.takes.owner, values)


@dataclass(frozen=True, eq=False)
class Stage:
    """Its games, one a fold, and all performers, whose values add up over the games."""

    name: str
    performers: tuple[str, ...]
    scenes: tuple[Scene, ...]


def takes(features: Tensor, label: Tensor, owner: Tensor, classes: int) -> Takes:
    """Return takes in single precision, as networks are trained."""
    return Takes(features.to(torch.float32), label.to(torch.int64), owner.to(torch.int64), classes)


def _some(whole: Takes, at: Tensor) -> Takes:
    return Takes(whole.features[at], whole.label[at], whole.owner[at], whole.classes)
