"""Has a model's usage moved away from what its report was asked?

Usage and report each have a mix of emotions. Their distance is the total variation, ½ Σ |pₖ − qₖ|:
the part of the usage that would have to be another emotion for the two to be the same. A sample is
never exactly what it was drawn from, so the distance is held against what chance alone would show:
its 95 % point where as many uses as were metered are drawn from the report's own mix. Uses of one
day resemble each other; so that a busy day does not count as many witnesses, their number is
divided by how much more the days differ than single uses would (the design effect, Kish 1965).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from yesand.reliance.feelings import named
from yesand.reliance.inputs import Floats
from yesand.reliance.shares import BILLION, apportion

#: A mix that moved so far needs a new report; a report so old too.
THRESHOLD, LONGEST_DAYS = 0.10, 180
_DRAWS, _SURE = 2_000, 0.95
MOVED, OLD = "moved", "old"


@dataclass(frozen=True)
class Usage:
    """Metered use: the emotions of each day, weighed by how often a day was asked.

    Attributes
    ----------
    emotions : K names. days : (D, K) how many uses of a day were about each; parts count.
    """

    emotions: tuple[str, ...]
    days: Floats

    @property
    def events(self) -> int:
        """How many uses said what they were about."""
        return round(float(self.days.sum()))

    @property
    def mix(self) -> dict[str, int]:
        """The whole mix, in parts per billion; empty where nothing was used."""
        whole = self.days.sum(0)
        if not whole.sum() > 0:
            return {}
        return dict(zip(self.emotions, apportion(whole.tolist()), strict=True))

    def told_as(self, known: Collection[str]) -> Usage:
        """Return the same by a model's own names of emotions."""
        names = [named(emotion, known) for emotion in self.emotions]
        kept = tuple(dict.fromkeys(names))
        days = np.zeros((len(self.days), len(kept)))
        for column, name in enumerate(names):
            days[:, kept.index(name)] += self.days[:, column]
        return Usage(kept, days)

    def worth(self) -> int:
        """Return of how many uses drawn one by one these tell as much."""
        count = self.days.sum(1)
        days = self.days[count > 0]
        if len(days) < 2:
            return self.events
        p, count = self.days.sum(0) / self.days.sum(), count[count > 0]
        spread = ((days / count[:, None] - p) ** 2 * count[:, None]).sum() / (len(days) - 1)
        alone = float((p * (1 - p)).sum())
        return max(1, round(self.events / max(1.0, spread / alone))) if alone > 0 else self.events


@dataclass(frozen=True)
class Drift:
    """How far usage moved, and what chance would show, both in parts per billion."""

    moved_ppb: int
    noise_ppb: int

    def due(self, threshold: float = THRESHOLD) -> bool:
        """Tell whether it moved further than the threshold, and further than chance would."""
        return self.moved_ppb > threshold * BILLION and self.moved_ppb > self.noise_ppb


def distance(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """Return the total variation of two mixes in parts per billion.

    >>> distance({"joy": 600_000_000, "fear": 400_000_000}, {"joy": 1_000_000_000})
    400000000
    """
    names = {*one, *other}
    return sum(abs(one.get(name, 0) - other.get(name, 0)) for name in names) // 2


def drift(asked: Mapping[str, int], usage: Usage, seed: int = 0) -> Drift | None:
    """Hold the usage against what a report was asked; None where nothing was used.

    Parameters
    ----------
    asked : the report's mix, emotion → parts per billion.
    """
    mix = usage.mix
    if not mix or not sum(asked.values()):
        return None
    return Drift(distance(asked, mix), _noise([*asked.values()], usage.worth(), seed))


def _noise(asked: Sequence[int], uses: int, seed: int) -> int:
    p = np.array(asked, dtype=np.float64) / sum(asked)
    drawn = np.random.default_rng(seed).multinomial(uses, p, _DRAWS) / uses
    return round(float(np.quantile(np.abs(drawn - p).sum(1) / 2, _SURE)) * BILLION)


def indicated(asked: Mapping[str, Mapping[str, int]], mix: Mapping[str, int]) -> dict[str, int]:
    """Return the shares that a mix would give: handle → parts per billion.

    The utility is a mean over queries, so it is linear in the mix, and so are the effects.

    Parameters
    ----------
    asked : handle → emotion asked → what the performer brought to it, in billionths of a nat.

    >>> indicated({"ada": {"joy": 8, "fear": 0}, "ben": {"joy": 2, "fear": 4}}, {"joy": 10**9})
    {'ada': 800000000, 'ben': 200000000}
    """
    worth = [sum(mix.get(e, 0) * brought for e, brought in one.items()) for one in asked.values()]
    return dict(zip(asked, apportion(worth), strict=True))
