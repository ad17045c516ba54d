"""A trained network as attribution libraries expect it: a module, its takes, its queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from yesand.kernel.errors import BadInput
from yesand.reliance.head import Takes

State = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Trained:
    """What is asked about.

    Attributes
    ----------
    module : gives logits (B, classes) of features (B, …).
    takes, asked : what it was trained on, with owners in 0 … performers − 1, and the queries.
    states : of further trainings, each a ``state_dict``, for methods that average over them.
    """

    module: nn.Module
    takes: Takes
    asked: Takes
    performers: int
    states: tuple[State, ...] = ()

    def __post_init__(self) -> None:
        """Refuse takes that belong to nobody.

        Raises
        ------
        BadInput : an owner is out of range, or there is no take or no query.
        """
        owner = self.takes.owner
        if not len(owner) or not len(self.asked.label):
            raise BadInput("Attribution needs takes and queries", where="trained network")
        if int(owner.min()) < 0 or int(owner.max()) >= self.performers:
            raise BadInput("A take belongs to no performer", where=f"owner {int(owner.max())}")

    def whose(self) -> Tensor:
        """Return (performers, N), 1 where the take is the performer's."""
        found = torch.zeros(self.performers, len(self.takes.owner))
        found[self.takes.owner, torch.arange(len(self.takes.owner))] = 1
        return found.to(self.takes.features)
