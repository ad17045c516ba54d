"""Numbers with a direction in which they move: PyTorch's forward derivatives, typed."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor
from torch.autograd import forward_ad

level = forward_ad.dual_level


def moving(here: Iterable[Tensor], along: Iterable[Tensor]) -> list[Tensor]:
    """Have tensors move along others, within a ``level``."""
    both = zip(here, along, strict=True)
    return [forward_ad.make_dual(x, dx) for x, dx in both]  # type: ignore[no-untyped-call]


def parted(value: Tensor) -> tuple[Tensor, Tensor]:
    """Return where a tensor is and how it moves."""
    found = forward_ad.unpack_dual(value)  # type: ignore[no-untyped-call]
    return found.primal, found.tangent
