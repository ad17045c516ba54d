"""Networks as rows of numbers: what optimisers move, and runs back pull along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

import torch
from torch import Tensor

from yesand.reliance.trajectory.network import Network, Parameters, Precision
from yesand.reliance.trajectory.stacked import Logits, stacked


@dataclass(frozen=True)
class Layout:
    """Where in a row each parameter stands, and its shape."""

    shapes: Mapping[str, torch.Size]

    @classmethod
    def of(cls, parameters: Parameters) -> Layout:
        """Return the layout of one network's parameters."""
        return cls({name: value.shape for name, value in parameters.items()})

    def join(self, parameters: Parameters) -> Tensor:
        """Return (…, P) of parameters (…, shape)."""
        lead = next(len(parameters[n].shape) - len(shape) for n, shape in self.shapes.items())
        return torch.cat([parameters[name].flatten(lead) for name in self.shapes], lead)

    def cut(self, rows: Tensor) -> Parameters:
        """Return parameters (…, shape) of rows (…, P), sharing their memory."""
        parts = torch.split(rows, [prod(shape) for shape in self.shapes.values()], -1)
        both = zip(self.shapes.items(), parts, strict=True)
        lead = rows.shape[:-1]
        return {name: part.view(*lead, *shape) for (name, shape), part in both}


@dataclass(frozen=True)
class Rows:
    """Networks of one kind, each a row of its parameters."""

    network: Network
    passes: Precision = "single"

    @cached_property
    def layout(self) -> Layout:
        """Return where each parameter stands."""
        return Layout.of(self.network.initial(0))

    @cached_property
    def _logits(self) -> Logits:
        return stacked(self.network)

    def logits(self, rows: Tensor, features: Tensor) -> Tensor:
        """Return what networks (M, P) answer to features (M, B, …): (M, B, classes)."""
        if self.passes == "single":
            return self._logits(self.layout.cut(rows), features)
        with torch.autocast(features.device.type, torch.bfloat16):
            return self._logits(self.layout.cut(rows), features).float()
