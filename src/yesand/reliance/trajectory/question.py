"""What trained networks are asked, and how well they answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.func import jacrev, vmap

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Parameters
from yesand.reliance.trajectory.training import TOGETHER, each


@dataclass(frozen=True)
class Question:
    """Queries, and how much each counts in each of Q utilities.

    Attributes
    ----------
    takes : the queries. rate : (queries, Q); utility q is Σⱼ rateⱼ, q · log p(labelⱼ).
    """

    takes: Takes
    rate: Tensor

    def utility(self, course: Course, parameters: Parameters) -> Tensor:
        """Return the utilities of one network, (Q,)."""
        return -each(course, parameters, self.takes.features, self.takes.label) @ self.rate

    def utilities(self, course: Course, parameters: Parameters) -> Tensor:
        """Return the utilities of M networks, (M, Q)."""
        found: Tensor = vmap(partial(self.utility, course), chunk_size=TOGETHER)(parameters)
        return found

    def slopes(self, course: Course, parameters: Parameters) -> Parameters:
        """Return the gradient of every utility of M networks, (M, Q, …)."""
        found: Parameters = vmap(jacrev(partial(self.utility, course)), chunk_size=TOGETHER)(
            parameters
        )
        return found

    def drawn(self, count: int, draw: torch.Generator) -> Question:
        """Return ``count`` of the queries, drawn evenly, each for what it stands for."""
        whole = len(self.rate)
        if count >= whole:
            return self
        at = torch.randperm(whole, generator=draw)[:count]
        few = Takes(self.takes.features[at], self.takes.label[at], self.takes.owner[at],
                    self.takes.classes)  # fmt: skip
        return Question(few, self.rate[at] * (whole / count))
