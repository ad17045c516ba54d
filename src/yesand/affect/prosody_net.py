"""A small net that hears a whole take's prosody."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from yesand.affect.prosody.rows import NAMES
from yesand.affect.scaled import Scaled


class ProsodyNet(Scaled):
    """A take's prosody in, an embedding and logits out.

    Prosody is standardised and turned into its principal components, so that its many numbers that
    say the same count once. Both are taken from the takes to be trained on, and no word of what was
    acted in them.
    """

    axes: Tensor

    def __init__(self, classes: int, components: int, embedding: int) -> None:
        super().__init__(len(NAMES))
        self.register_buffer("axes", torch.zeros(len(NAMES), components))
        self.project = nn.Linear(components, embedding, bias=False)
        self.level = nn.BatchNorm1d(embedding)
        self.head = nn.Linear(embedding, classes)

    def meet(self, prosody: Tensor) -> None:
        """Take over mean, spread and principal components of takes, (takes, numbers)."""
        super().meet(prosody)
        within = self.within(prosody).double()
        _, values, axes = torch.linalg.svd(within - within.mean(dim=0), full_matrices=False)
        # Few takes span few axes: what is below is rounding, and large on any other take.
        axes = axes[values > 1e-6 * values[0].clamp_min(1e-12)][: self.axes.shape[1]].T
        self.axes.zero_()
        if axes.shape[1]:
            spread = (within @ axes).std(dim=0, unbiased=False).mean().clamp_min(1e-6)
            self.axes[:, : axes.shape[1]] = axes / spread

    def shown(self, prosody: Tensor) -> Tensor:
        """Return the principal components, (takes, components), of about unit spread."""
        return self.within(prosody) @ self.axes

    def embedded(self, shown: Tensor) -> Tensor:
        """Return the penultimate layer, shape (takes, embedding)."""
        return relu(self.level(self.project(shown)))

    def forward(self, prosody: Tensor) -> Tensor:
        """Return the embedding of takes by their prosody, (takes, embedding)."""
        return self.embedded(self.shown(prosody))
