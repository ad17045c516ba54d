"""The curvature of multinomial logistic regression, and sums that come out the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def one_thread() -> Iterator[None]:
    """Do what is within on one thread."""
    # Products this small gain little from a second thread and lose tenfold on a busy machine; and
    # sums in one order give the same bits wherever there are more cores.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def hessian(features: Tensor, chance: Tensor, weight: Tensor | float, l2: float) -> Tensor:
    """Return Σᵢ wᵢ (xᵢxᵢᵀ) ⊗ (diag pᵢ − pᵢpᵢᵀ) + l2, (width · classes)².

    Parameters
    ----------
    features : (N, width). chance : (N, classes), softmax of the scores there.
    weight : (N,) of each take, or one number for all.
    """
    width, classes = features.shape[1], chance.shape[1]
    full = features.new_empty(width, classes, width, classes)
    for one in range(classes):
        for other in range(one, classes):
            rate = -chance[:, one] * chance[:, other]
            rate = rate + chance[:, one] if one == other else rate
            block = (features * (weight * rate)[:, None]).T @ features
            full[:, one, :, other] = full[:, other, :, one] = block
    flat = full.view(width * classes, -1)
    flat.diagonal().add_(l2)
    return flat
