"""How well values on an axis are told of performers whom a model never met, and for whom worst.

Points are takes, or moments of takes. Beside it: how far one rater agrees with the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.dimensional import Agreement, agreement, concordance
from yesand.affect.evaluating.intervals import Interval
from yesand.affect.evaluating.recall import Floats, Ints

#: With fewer points of a performer, their own concordance says nothing.
ENOUGH = 5
_DRAWS = 1000
FIGURES = ("ccc", "rmse", "pearson")


@dataclass(frozen=True)
class Raters:
    """One rater against the mean of the others on the same points, and the model against the same.

    Attributes
    ----------
    ratings : of points that somebody else rated too. one, model : concordance.
    """

    ratings: int
    one: float
    model: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; null where there is no figure."""
        return {
            "ratings": self.ratings,
            "one_rater": _figure(self.one),
            "model": _figure(self.model),
        }


@dataclass(frozen=True, eq=False)
class OnAxis:
    """Scores on one axis.

    Attributes
    ----------
    takes, points : as many; of read-outs by take they are the same.
    intervals : 95 %, of ``FIGURES``: whole performers drawn; empty: there is but one.
    performers : each one's own, of those with enough points. raters : none where none overlap.
    within : correlation of what moves inside takes, each take's mean taken off both; NaN by take.
    """

    takes: int
    points: int
    agreement: Agreement
    intervals: Mapping[str, Interval]
    performers: Mapping[str, Agreement]
    raters: Raters | None
    within: float

    @property
    def worst(self) -> tuple[str, float] | None:
        """The performer whose values are told worst, with their concordance; none: too few."""
        told = {who: one.ccc for who, one in self.performers.items() if not np.isnan(one.ccc)}
        return min(told.items(), key=lambda item: (item[1], item[0])) if told else None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        whole = self.agreement.as_json()
        worst = self.worst
        return {
            "takes": self.takes,
            "points": self.points,
            **{name: whole[name] for name in FIGURES},
            "intervals": {name: one.as_json() for name, one in self.intervals.items()},
            "worst_performer": worst and {"performer": worst[0], "ccc": round(worst[1], 4)},
            "performers": {who: one.as_json() for who, one in sorted(self.performers.items())},
            "raters": self.raters.as_json() if self.raters else None,
            "within_takes": _figure(self.within),
        }


def scored(
    told: Floats,
    given: Floats,
    performers: Sequence[str],
    takes: Ints,
    raters: Raters | None = None,
) -> OnAxis:
    """Score points.

    Parameters
    ----------
    told, given : predicted, and what raters said, (points,). performers : whose each is.
    takes : which take each is of.
    """
    names, owner = np.unique(np.asarray(performers, dtype=str), return_inverse=True)
    own = {str(name): owner == n for n, name in enumerate(names)}
    return OnAxis(
        takes=len(np.unique(takes)),
        points=len(given),
        agreement=agreement(told, given),
        intervals=drawn(told, given, owner, len(names)),
        performers={
            who: agreement(told[here], given[here])
            for who, here in own.items()
            if here.sum() >= ENOUGH
        },
        raters=raters,
        within=_within(told, given, takes),
    )


def one_against_rest(point: Ints, value: Floats, told: Floats) -> Raters | None:
    """Return how one rater does beside the mean of the others, and the model beside the same mean.

    Parameters
    ----------
    point, value : (ratings,), of which point each is, and what it says. told : (points,).
    """
    number = np.bincount(point, minlength=len(told))
    whole = np.bincount(point, value, len(told))
    shared = number[point] > 1
    if not shared.any():
        return None
    here, own = point[shared], value[shared]
    rest = (whole[here] - own) / (number[here] - 1)
    return Raters(int(shared.sum()), concordance(own, rest), concordance(told[here], rest))


def drawn(told: Floats, given: Floats, owner: Ints, people: int) -> dict[str, Interval]:
    """Return 95 % percentile intervals of ``FIGURES`` by the bootstrap, whole performers drawn.

    All three are made of moments that add up over performers, so that a draw is a weighted sum.
    The figure itself is always in its interval.

    Parameters
    ----------
    owner : whose each point is, 0 … people − 1, (points,).
    """
    if people < 2:
        return {}
    # About the middle, so that no digit is lost.
    p, g = told - given.mean(), given - given.mean()
    parts = (np.ones(len(p)), p, g, p * p, g * g, p * g)
    moments = np.stack([np.bincount(owner, part, people) for part in parts], axis=1)
    luck = np.random.default_rng(0)
    weights = luck.multinomial(people, np.full(people, 1 / people), _DRAWS).astype(np.float64)
    draws, whole = _figures(weights @ moments), _figures(moments.sum(0)[None])
    found = dict[str, Interval]()
    for name in FIGURES:
        values, own = draws[name][np.isfinite(draws[name])], whole[name][0]
        if len(values) and np.isfinite(own):
            low, high = np.quantile(values, [0.025, 0.975])
            found[name] = Interval(min(float(low), float(own)), max(float(high), float(own)))
    return found


def _figures(moments: Floats) -> dict[str, Floats]:
    """Return the figures of each row of moments, (draws, 6); NaN where there is none."""
    n, p, g, pp, gg, pg = moments.T
    p, g, pp, gg, pg = p / n, g / n, pp / n, gg / n, pg / n
    both, mine, theirs = pg - p * g, np.maximum(pp - p * p, 0), np.maximum(gg - g * g, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "ccc": 2 * both / (mine + theirs + (p - g) ** 2),
            "rmse": np.sqrt(np.maximum(pp - 2 * pg + gg, 0)),
            "pearson": np.clip(both / np.sqrt(mine * theirs), -1, 1),
        }


def _within(told: Floats, given: Floats, takes: Ints) -> float:
    _, place = np.unique(takes, return_inverse=True)
    number = np.bincount(place)
    if number.max() < 2:
        return float("nan")
    p, g = (x - (np.bincount(place, x) / number)[place] for x in (told, given))
    size = np.sqrt((p**2).sum() * (g**2).sum())
    return float((p * g).sum() / size) if size > 1e-12 else float("nan")


def _figure(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
