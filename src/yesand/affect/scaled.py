"""Numbers of a take on the scale of the takes that were trained on."""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Further than so many standard deviations from what is usual counts as so many.
_FAR = 4.0


class Scaled(nn.Module):
    """Knows how each of a row's numbers lies in the takes to be trained on."""

    centre: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def meet(self, rows: Tensor) -> None:
        """Take over mean and spread of the takes to be trained on, (takes, width)."""
        told = rows.double()
        spread = told.std(dim=0, unbiased=False)
        self.centre.copy_(told.mean(dim=0))
        # What is the same in all takes would leave every other take at the limit.
        self.scale.copy_(torch.where(spread > 1e-6 * (1 + self.centre.abs()), 1 / spread, 0))

    def within(self, rows: Tensor) -> Tensor:
        """Return rows on one scale, none of them far out.

        One number far out, as of a take with hardly a voice in it, must not decide alone.
        """
        return ((rows - self.centre) * self.scale).clamp(-_FAR, _FAR)
