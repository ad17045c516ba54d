"""How like real takes synthetic ones are, and how much of what is real they reach.

Per take where that can be, so that intervals need no second computation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigvalsh

from yesand.synthetic.judging.neighbours import Floats, between, reach, within

#: Neighbours that make a take's surroundings (Naeem et al. 2020 take 5).
K = 5
_LEVELS = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True, eq=False)
class Fidelity:
    """Indicators by take; their means are the measures.

    Attributes
    ----------
    precision, density : of each synthetic take, (S,). recall, coverage : of each real take, (R,).
        Precision and recall: Kynkäänniemi et al. 2019; density and coverage: Naeem et al. 2020.
    """

    precision: Floats
    density: Floats
    recall: Floats
    coverage: Floats


def fidelity(real: Floats, made: Floats, k: int = K) -> Fidelity:
    """Return how made takes lie among real ones, both (N, d) on one scale."""
    across, around = between(real, made), reach(within(real), k)
    inside = across < around[:, None]
    reached = across < (reach(within(made), k) if len(made) > 1 else 0.0)
    return Fidelity(
        precision=inside.any(axis=0).astype(float),
        density=inside.sum(axis=0) / k,
        recall=reached.any(axis=1).astype(float),
        coverage=(across.min(axis=1) < around).astype(float),
    )


def spheres(real: Floats, made: Floats) -> tuple[float, float]:
    """Return integrated α-precision and β-recall (Alaa et al. 2022, §3), each from 0 to 1.

    α-precision: of spheres around the centre that hold a share α of the real takes, how near to α
    is the share of made ones that they hold. β-recall: of spheres around the made takes' centre
    that hold a share β of them, how near to β is the share of real takes whose nearest made take is
    in it, and no further than their fifth nearest real one (theirs is the nearest).
    """
    centre = real.mean(axis=0)
    radii = np.quantile(_from(real, centre), _LEVELS)
    held = (_from(made, centre)[:, None] <= radii).mean(axis=0)
    across = between(real, made)
    nearest = across.argmin(axis=1)
    near = across[np.arange(len(real)), nearest] <= reach(within(real), K)
    own = _from(made, made.mean(axis=0))
    bounds = np.quantile(own, _LEVELS)
    reached = (near[:, None] & (own[nearest][:, None] <= bounds)).mean(axis=0)
    return _even(held), _even(reached)


def frechet(real: Floats, made: Floats) -> float:
    """Return the Fréchet distance of two normal distributions with their moments.

    A bare normal distribution has the distance of zero: read it with suspicion.
    """
    apart = float(((real.mean(axis=0) - made.mean(axis=0)) ** 2).sum())
    one, other = np.cov(real, rowvar=False), np.cov(made, rowvar=False)
    values, axes = np.linalg.eigh(np.atleast_2d(one))
    root = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    shared = np.sqrt(np.maximum(eigvalsh(root @ np.atleast_2d(other) @ root), 0)).sum()
    return apart + float(np.trace(np.atleast_2d(one)) + np.trace(np.atleast_2d(other)) - 2 * shared)


def kernel_distance(real: Floats, made: Floats) -> float:
    """Return the squared maximum mean discrepancy (Gretton et al. 2012), unbiased, × 100.

    By a Gaussian kernel as wide as the median distance of real takes, as the kernel audio distance
    has it (Chung et al. 2025).
    """
    apart = within(real)
    wide = 2 * float(np.median(apart[np.isfinite(apart)])) ** 2
    own = [_kernel_mean(apart, wide), _kernel_mean(within(made), wide)]
    across = float(np.exp(-(between(real, made) ** 2) / wide).mean())
    return 100 * (sum(own) - 2 * across)


def _kernel_mean(apart: Floats, wide: float) -> float:
    many = len(apart)
    return float(np.exp(-(apart**2) / wide).sum() / max(1, many * (many - 1)))


def _from(rows: Floats, centre: Floats) -> Floats:
    return np.asarray(np.linalg.norm(rows - centre, axis=1))


def _even(held: Floats) -> float:
    return float(max(0.0, 1 - 2 * np.abs(held - _LEVELS).mean()))
