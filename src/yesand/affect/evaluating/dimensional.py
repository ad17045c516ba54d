"""Agreement on axes (valence, arousal, dominance): concordance, error, correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.recall import Floats
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Agreement:
    """How far predicted values are the given ones.

    Attributes
    ----------
    ccc : Lin's concordance, −1 … 1. pearson : −1 … 1; NaN where either never varies.
    rmse : in the scale's own units.
    """

    takes: int
    ccc: float
    rmse: float
    pearson: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals; null where there is none."""
        told = {"ccc": self.ccc, "rmse": self.rmse, "pearson": self.pearson}
        figures = {k: None if np.isnan(v) else round(v, 4) for k, v in told.items()}
        return {"takes": self.takes, **figures}


def agreement(predicted: Any, given: Any) -> Agreement:
    """Return concordance, error and correlation of one axis; what has no given value is left out.

    Parameters
    ----------
    predicted, given : shape (takes,); NaN in ``given`` where nobody rated.

    Raises
    ------
    BadInput : other shapes, or a prediction that is no number.
    """
    p, g = np.asarray(predicted, dtype=np.float64), np.asarray(given, dtype=np.float64)
    if p.shape != g.shape or p.ndim != 1:
        raise BadInput(f"One prediction a take is needed: {p.shape} beside {g.shape}")
    p, g = p[~np.isnan(g)], g[~np.isnan(g)]
    if not np.isfinite(p).all() or not np.isfinite(g).all():
        raise BadInput("A predicted value is no number")
    if not len(p):
        return Agreement(0, float("nan"), float("nan"), float("nan"))
    return Agreement(len(p), concordance(p, g), rmse(p, g), pearson(p, g))


def concordance(predicted: Floats, given: Floats) -> float:
    """Return 2 s_xy / (s_x² + s_y² + (x̄ − ȳ)²) (Lin 1989, "A concordance correlation coefficient").

    With moments over n, as there. NaN where both are the same constant: nothing can agree.
    """
    off = given.mean() - predicted.mean()
    x, y = predicted - predicted.mean(), given - given.mean()
    apart = (x**2).mean() + (y**2).mean() + off**2
    return float(2 * (x * y).mean() / apart) if apart > 0 else float("nan")


def rmse(predicted: Floats, given: Floats) -> float:
    """Return the root mean square error."""
    return float(np.sqrt(((predicted - given) ** 2).mean()))


def pearson(predicted: Floats, given: Floats) -> float:
    """Return the correlation; NaN where either never varies."""
    x, y = predicted - predicted.mean(), given - given.mean()
    size = np.sqrt((x**2).sum()) * np.sqrt((y**2).sum())
    return float(np.clip((x * y).sum() / size, -1, 1)) if size > 0 else float("nan")


def by_axis(predicted: Floats, given: Floats, axes: Sequence[str]) -> dict[str, Agreement]:
    """Return the agreement on each axis, (takes, axes) both."""
    return {axis: agreement(predicted[:, k], given[:, k]) for k, axis in enumerate(axes)}
