"""Networks as pure functions of their parameters.

No dropout and no batch normalisation: the one draws luck that is not in the seed, the other lets a
take that was removed matter still, through the others' means. A module with either is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, Protocol

import torch
from torch import Tensor, nn

from yesand.kernel.errors import BadInput

Parameters = dict[str, Tensor]
#: Of the passes through a network; bfloat16's products are added up in single precision.
Precision = Literal["single", "bf16"]
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "gelu": nn.functional.gelu,
    "tanh": torch.tanh,
}
_LUCK = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._NormBase)


class Network(Protocol):
    """What a course trains."""

    def initial(self, seed: int) -> Parameters:
        """Return the parameters that this seed starts from."""
        ...

    def logits(self, parameters: Parameters, features: Tensor) -> Tensor:
        """Return (B, classes) for features (B, …)."""
        ...


@dataclass(frozen=True)
class Mlp:
    """Layers of ``widths``, from the features' width to the number of classes.

    ``gelu`` and ``tanh`` are smooth, and smooth training is what makes a derivative worth having.
    With ``blank`` the last layer starts at 0: a network trained on nothing is then the uniform
    guess, whatever the seed.
    """

    widths: Sequence[int]
    activation: str = "gelu"
    blank: bool = False

    def initial(self, seed: int) -> Parameters:
        """Draw weights by He et al. (2015); biases are 0."""
        draw = torch.Generator().manual_seed(seed)
        found: Parameters = {}
        for at, (fan, width) in enumerate(pairwise(self.widths)):
            last = at + 2 == len(self.widths)
            spread = (0.0 if self.blank else fan**-0.5) if last else (2.0 / fan) ** 0.5
            found[f"weight{at}"] = torch.randn(fan, width, generator=draw) * spread
            found[f"bias{at}"] = torch.zeros(width)
        return found

    def logits(self, parameters: Parameters, features: Tensor) -> Tensor:
        """Return (B, classes)."""
        last = len(self.widths) - 2
        for at in range(last + 1):
            features = features @ parameters[f"weight{at}"] + parameters[f"bias{at}"]
            features = ACTIVATIONS[self.activation](features) if at < last else features
        return features


@dataclass(frozen=True)
class Module:
    """Any PyTorch module without dropout, batch normalisation or other state of its own.

    Parameters
    ----------
    make : returns the module with fresh parameters, drawn from PyTorch's global generator.
    made : one such module, whose own parameters mean nothing.

    Raises
    ------
    BadInput : the module draws luck or keeps state, so that its training is no pure function.
    """

    make: Callable[[], nn.Module]
    made: nn.Module = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make it once, to call it with other parameters ever after."""
        with torch.random.fork_rng(devices=[]):
            made = self.make()
        stray = [type(part).__name__ for part in made.modules() if isinstance(part, _LUCK)]
        stray += [f"buffer {name}" for name, _ in made.named_buffers()]
        if stray:
            raise BadInput(
                f"A network that cannot be differentiated through its training: {stray[0]}",
                where=type(made).__name__,
                remedy="Use GroupNorm or LayerNorm for batch normalisation; leave dropout out.",
            )
        object.__setattr__(self, "made", made.train())

    def initial(self, seed: int) -> Parameters:
        """Return the parameters of a module made under this seed."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made = self.make()
        return {name: value.detach().clone() for name, value in made.named_parameters()}

    def logits(self, parameters: Parameters, features: Tensor) -> Tensor:
        """Return (B, classes)."""
        found: Tensor = torch.func.functional_call(self.made, parameters, (features,))
        return found


def conv(bands: int, classes: int, channels: Sequence[int] = (16, 32), groups: int = 4) -> Module:
    """Return a small convolutional network on maps (B, 1, T, F).

    Parameters
    ----------
    bands : F, how many bands a map has; its length T is pooled away, whatever it is.
    groups : of GroupNorm after each convolution; 0 leaves it out.
    """
    if bands < 2 ** len(channels):
        raise BadInput("Fewer bands than the convolutions halve", where=f"{bands} bands")
    return Module(lambda: _conv(classes, tuple(channels), groups))


def _conv(classes: int, channels: tuple[int, ...], groups: int) -> nn.Module:
    layers: list[nn.Module] = []
    for before, after in pairwise((1, *channels)):
        layers.append(nn.Conv2d(before, after, 3, stride=2, padding=1))
        layers += [nn.GroupNorm(groups, after)] if groups else []
        layers.append(nn.GELU())
    return nn.Sequential(*layers, Pool(), nn.Linear(channels[-1], classes))


class Pool(nn.Module):
    """Average over time and bands."""

    def forward(self, maps: Tensor) -> Tensor:
        return maps.mean((-2, -1))
