"""A convex read-out: ridge regression in closed form (Hoerl & Kennard 1970), one axis at a time.

Over standardised features z, with weights ω that add up to one:
min_β Σᵢ ωᵢ (yᵢ − ȳ − βᵀzᵢ)² + λ ‖β‖², so β = (Zᵀ Ω Z + λ I)⁻¹ Zᵀ Ω (y − ȳ). One optimum, whatever
the order of the takes; λ means the same for few takes as for many, and the mean costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect.evaluating.recall import Floats, Ints

Bools = NDArray[np.bool_]
#: From hardly any to so much that all takes are told their mean.
PENALTIES = tuple(10.0 ** (k / 2) for k in range(-6, 7))


@dataclass(frozen=True, eq=False)
class Ridge:
    """One axis, linear in what the model sees of a take.

    Attributes
    ----------
    slope : (d,). bias : of the scale. penalty : λ.
    """

    slope: Floats
    bias: float
    penalty: float

    def __call__(self, seen: Floats) -> Floats:
        """Return values, (takes,), for (takes, d); never beyond the scale's ends."""
        told = torch.from_numpy(seen) @ torch.from_numpy(self.slope) + self.bias
        return np.asarray(told.clamp(-1.0, 1.0).numpy(), dtype=np.float64)


def solved(
    seen: Floats, value: Floats, weight: Floats, penalties: Sequence[float] = PENALTIES
) -> Iterator[Ridge]:
    """Yield the read-out by each penalty, from one decomposition.

    On one thread of PyTorch (``head.curvature.one_thread``) the sums are the same everywhere.

    Parameters
    ----------
    seen : (takes, d). value : (takes,). weight : (takes,), not all zero.
    """
    told, given = torch.from_numpy(seen), torch.from_numpy(value)
    share = torch.from_numpy(weight / weight.sum())
    centre, mean = share @ told, share @ given
    spread = (share @ (told - centre).square()).sqrt()
    # What is the same in all takes tells nothing of them, and would decide about others.
    varies = spread > 1e-6 * (1 + centre.abs())
    scale = torch.where(varies, 1 / spread.clamp_min(1e-12), 0.0)
    within = (told - centre) * scale
    bent = within * share[:, None]
    values, axes = torch.linalg.eigh(within.T @ bent)
    pull = axes.T @ (bent.T @ (given - mean))
    for penalty in penalties:
        slope = scale * (axes @ (pull / (values.clamp_min(0.0) + penalty)))
        yield Ridge(slope.numpy(), float(mean - slope @ centre), float(penalty))


def errors(seen: Floats, value: Floats, weight: Floats, group: Ints) -> Floats:
    """Return each penalty's weighted squared error on groups that were left out, (penalties,)."""
    lost = np.zeros(len(PENALTIES))
    for one in np.unique(group):
        out = group == one
        if out.all():
            continue
        lost += missed(seen, value, weight, out)
    return lost


def missed(seen: Floats, value: Floats, weight: Floats, out: Bools) -> Floats:
    """Return each penalty's weighted squared error on the takes that are left out, (penalties,)."""
    made = solved(seen[~out], value[~out], weight[~out])
    return np.array([weight[out] @ (one(seen[out]) - value[out]) ** 2 for one in made])


def best(lost: Floats) -> float:
    """Return the penalty of the least error; of those that are as good, the greatest."""
    good = np.flatnonzero(lost <= lost.min() * (1 + 1e-9))
    return float(PENALTIES[int(good[-1])])


def fitted(seen: Floats, value: Floats, weight: Floats, group: Ints) -> Ridge:
    """Return the read-out by the penalty that does best on groups of takes that it leaves out.

    Parameters
    ----------
    group : (takes,), of at least two; what is in none of them has no say.
    """
    penalty = best(errors(seen, value, weight, group))
    return next(solved(seen, value, weight, [penalty]))
