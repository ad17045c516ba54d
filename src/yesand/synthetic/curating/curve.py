"""The cost–authenticity curve: what a corpus costs, and what it is worth, as more of it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.synthetic.judging.copying import authentic
from yesand.synthetic.judging.fidelity import fidelity
from yesand.synthetic.judging.measures import Measured
from yesand.synthetic.judging.neighbours import Ints, Side, joined, on_one_scale
from yesand.synthetic.judging.usefulness import Heard

#: Each point is measured on so many draws of takes, with replacement (a bootstrap).
DRAWS = 12


@dataclass(frozen=True)
class Prices:
    """What a take costs, in micro-units: a performer's fee, or generation and what is owed on."""

    human: int
    generation: int
    royalty: int

    @property
    def made(self) -> int:
        """A made take's whole price."""
        return self.generation + self.royalty


@dataclass(frozen=True)
class Point:
    """A corpus of which a part is made.

    Attributes
    ----------
    made : its part, from 0 to 1. cost : of a take, micro-units, on average.
    uar : on unseen performers. coverage : of their takes. authenticity : of all takes of it, where
        a person's is authentic.
    """

    made: float
    cost: int
    uar: Measured
    coverage: Measured
    authenticity: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "made": round(self.made, 6),
            "cost_micro": self.cost,
            "uar": self.uar.as_json(),
            "coverage": self.coverage.as_json(),
            "authenticity": round(self.authenticity, 6),
        }


@dataclass(frozen=True)
class Curve:
    """All points, and the one that is recommended."""

    points: Sequence[Point]
    recommended: int

    @property
    def says(self) -> str:
        """Say what the recommended point saves, and what is lost there."""
        best, people = self.points[self.recommended], self.points[0]
        if not self.recommended:
            return (
                "Synthetic takes do not pay here: every mixture costs more than it saves in what a "
                "model learns."
            )
        saved = 1 - best.cost / people.cost
        lost = 100 * (people.uar.value - best.uar.value)
        covers = 100 * (people.coverage.value - best.coverage.value)
        return (
            f"{best.made:.0%} made saves {saved:.0%} a take. UAR on unseen performers changes by "
            f"{-lost:+.1f} points (interval of people's takes alone: {100 * people.uar.low:.1f} to "
            f"{100 * people.uar.high:.1f}), coverage of what they do by {-covers:+.1f}."
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "points": [point.as_json() for point in self.points],
            "recommended": self.recommended,
            "says": self.says,
        }


def curve(
    people: Side,
    made: Side,
    unseen: Side,
    prices: Prices,
    parts: Sequence[float] = (0, 0.25, 0.5, 0.75, 0.9),
    seed: int = 0,
) -> Curve:
    """Measure corpora of one size, of which more and more is made.

    The recommended point is the cheapest whose UAR is not below the interval of people's takes.

    Parameters
    ----------
    people, made : takes of the same emotions. unseen : real takes of other performers.

    Raises
    ------
    BadInput : sides that do not fit together. CheckFailed : no head was found.
    """
    scaled = on_one_scale(people, made, unseen)
    classes = int(max(people.label.max(), made.label.max(), unseen.label.max())) + 1
    many = len(people)
    # There may be fewer takes than asked for: the same corpus is measured once.
    parts = sorted({min(round(part * many), len(made)) / many for part in parts})
    found = [
        _point(part, (people, made, unseen), scaled, prices, classes, many, seed) for part in parts
    ]
    allowed = [k for k, point in enumerate(found) if point.uar.value >= found[0].uar.low]
    return Curve(found, min(allowed, key=lambda k: found[k].cost))


def _point(
    part: float,
    raw: Sequence[Side],
    scaled: Sequence[Side],
    prices: Prices,
    classes: int,
    many: int,
    seed: int,
) -> Point:
    people, made, unseen = raw
    fresh = round(part * many)
    uar, covers = list[float](), list[float]()
    for draw in range(DRAWS):
        luck = np.random.default_rng([seed, draw])
        kept = luck.integers(0, len(people), max(1, many - fresh))
        drawn = luck.integers(0, len(made), fresh)
        mixed = joined(people.some(kept), made.some(drawn))
        said = Heard(mixed, classes)(unseen.rows).argmax(axis=1)
        uar.append(_recall(said, unseen.label))
        near = joined(scaled[0].some(kept), scaled[1].some(drawn))
        covers.append(float(fidelity(scaled[2].rows, near.rows).coverage.mean()))
    own = authentic(scaled[0].rows, scaled[1].rows).mean()
    really = fresh / many
    cost = round((1 - really) * prices.human + really * prices.made)
    return Point(really, cost, _spread(uar), _spread(covers), float(1 - really * (1 - own)))


def _recall(said: Ints, label: Ints) -> float:
    return float(np.mean([np.mean(said[label == c] == c) for c in np.unique(label)]))


def _spread(values: Sequence[float]) -> Measured:
    """Return the mean with 1.96 times the draws' deviation: of one corpus, not of the mean."""
    middle, spread = float(np.mean(values)), 1.96 * float(np.std(values, ddof=1))
    return Measured(middle, max(0.0, middle - spread), min(1.0, middle + spread))
