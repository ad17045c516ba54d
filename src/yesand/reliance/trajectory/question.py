"""What trained networks are asked, and how well they answer."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.flat import Rows
from yesand.reliance.trajectory.gradients import Batch, slopes
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.training import TOGETHER, losses


@dataclass(frozen=True)
class Question:
    """Queries, and how much each counts in each of Q utilities.

    Attributes
    ----------
    takes : the queries. rate : (queries, Q); utility q is Σⱼ rateⱼ, q · log p(labelⱼ).
    """

    takes: Takes
    rate: Tensor

    def utilities(self, course: Course, parameters: Parameters) -> Tensor:
        """Return the utilities of M networks, (M, Q)."""
        lost = losses(course, parameters, self.takes)[:, None]
        # One product a network: its bytes do not depend on how many there are.
        return -torch.bmm(lost, self.rate.expand(len(lost), *self.rate.shape))[:, 0]

    def slopes(self, networks: Rows, here: Tensor) -> Tensor:
        """Return the gradient of every utility of M networks (M, P): (M, Q, P)."""
        parts = torch.split(here, TOGETHER)
        found = [slopes(networks, part, self.batch(len(part)), -self.rate.T) for part in parts]
        return torch.cat(found)

    def batch(self, networks: int) -> Batch:
        """Return all queries for so many networks; they count equally."""
        asked = one_hot(self.takes.label, self.takes.classes).to(self.takes.features)
        each = self.takes.features, asked, torch.ones_like(self.rate[:, 0])
        return Batch(*(part.expand(networks, *part.shape) for part in each))

    def drawn(self, count: int, draw: torch.Generator) -> Question:
        """Return ``count`` of the queries, drawn evenly, each for what it stands for."""
        whole = len(self.rate)
        if count >= whole:
            return self
        at = torch.randperm(whole, generator=draw)[:count]
        few = Takes(
            self.takes.features[at], self.takes.label[at], self.takes.owner[at], self.takes.classes
        )
        return Question(few, self.rate[at] * (whole / count))
