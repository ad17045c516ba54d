"""Everything that is measured of made takes in one space, with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from yesand.synthetic.judging.copying import authentic, membership, ratio
from yesand.synthetic.judging.fidelity import fidelity, frechet, kernel_distance, spheres
from yesand.synthetic.judging.neighbours import Ints, Side
from yesand.synthetic.judging.recognising import recognised

#: Parts of the made takes that are left out in turn, for intervals.
PARTS = 10
#: With fewer performers takes are left out: so few people tell no spread.
ENOUGH = 6
#: What is a share, and so ends at 0 and 1.
SHARES = (
    "precision", "recall", "coverage", "alpha_precision", "beta_recall", "authenticity", "ratio",
    "membership", "told", "nearer",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A value with its interval at 95 %."""

    value: float
    low: float
    high: float

    def as_json(self) -> list[float | None]:
        """Return value, low and high; nothing for what could not be asked."""
        told = (self.value, self.low, self.high)
        return [round(number, 6) if np.isfinite(number) else None for number in told]


def measured(parents: Side, made: Side, strangers: Side, seed: int = 0) -> dict[str, Measured]:
    """Return every measure of made takes, sides on one scale (``neighbours.on_one_scale``).

    Intervals are by the delete-a-group jackknife (Kott 2001) over the made takes, whole performers
    where there are six or more, with Student's t of as many groups less one. They hold well for
    means and smooth measures, and roughly for a median.

    Parameters
    ----------
    parents : what the made takes were made from. strangers : real takes of others.
    """
    whole = _values(parents, made, strangers)
    part = _parts(made, seed)
    groups = np.unique(part)
    if len(groups) < 2:
        return {name: Measured(value, -np.inf, np.inf) for name, value in whole.items()}
    rest = [_values(parents, made.some(part != k), strangers) for k in groups]
    return {
        name: _interval(name, value, [one[name] for one in rest]) for name, value in whole.items()
    }


def _values(parents: Side, made: Side, strangers: Side) -> dict[str, float]:
    like = fidelity(parents.rows, made.rows)
    alpha, beta = spheres(parents.rows, made.rows)
    voices = recognised(parents, made, strangers)
    return {
        "precision": float(like.precision.mean()),
        "recall": float(like.recall.mean()),
        "density": float(like.density.mean()),
        "coverage": float(like.coverage.mean()),
        "alpha_precision": alpha,
        "beta_recall": beta,
        "authenticity": float(authentic(parents.rows, made.rows).mean()),
        "ratio": float(np.median(ratio(parents.rows, made.rows))),
        "membership": membership(parents.rows, strangers.rows, made.rows),
        "told": np.nan if voices.told is None else voices.told,
        "above_chance": np.nan if voices.told is None else voices.told - voices.chance,
        "nearer": voices.nearer,
        "frechet": frechet(parents.rows, made.rows),
        "kernel_distance": kernel_distance(parents.rows, made.rows),
    }


def _parts(made: Side, seed: int) -> Ints:
    """Deal takes to parts: whole performers, where there are several, and nobody's one by one."""
    luck = np.random.default_rng(seed)
    people, owner = np.unique(made.performer, return_inverse=True)
    if len(people[people != ""]) >= ENOUGH:
        found: Ints = luck.permutation(np.arange(len(people)) % PARTS)[owner]
        alone = made.performer == ""
        found[alone] = luck.permutation(np.arange(int(alone.sum())) % PARTS)
    else:
        found = luck.permutation(np.arange(len(made)) % PARTS)
    return found


def _interval(name: str, value: float, rest: list[float]) -> Measured:
    many = len(rest)
    spread = np.sqrt((many - 1) / many * np.sum((np.array(rest) - np.mean(rest)) ** 2))
    wide = float(student.ppf(0.975, many - 1)) * spread
    low, high = value - wide, value + wide
    if name in SHARES:
        low, high = max(0.0, low), min(1.0, high)
    return Measured(float(value), float(low), float(high))
