"""A network's parameters as one row of numbers: what optimisers move and runs back pull along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from yesand.reliance.trajectory.network import Parameters


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
