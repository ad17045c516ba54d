"""Numbers with a direction in which they move: PyTorch's forward derivatives, typed."""

from __future__ import annotations

from torch import Tensor
from torch.autograd import forward_ad

level = forward_ad.dual_level


def moving(here: Tensor, along: Tensor) -> Tensor:
    """Have a tensor move along another, within a ``level``."""
    found: Tensor = forward_ad.make_dual(here, along)  # type: ignore[no-untyped-call]
    return found


def parted(value: Tensor) -> tuple[Tensor, Tensor]:
    """Return where a tensor is and how it moves."""
    found = forward_ad.unpack_dual(value)  # type: ignore[no-untyped-call]
    return found.primal, found.tangent
