"""Effects by who was asked, put together over folds, with intervals.

A performer never plays in the fold that holds them out, so folds are weighed by how many play in
them: then performers whose takes matter alike get the same whichever fold they are in, and the
effects still add up to U(all) − U(none). Where effects are sums over takes, takes are counted in
place of performers: then who splits into several accounts changes nobody's sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from yesand.reliance.inputs import Floats, Ints


@dataclass(frozen=True)
class Panel:
    """What was measured; Q performers asked, n performers who train.

    Attributes
    ----------
    effect : (R, Q, n) the estimate first, then the same from resampled subsets (R − 1 may be 0).
    without : (Q, n) what the utility loses when one performer is left out: exact.
    whole, none : (Q,) utility of everybody and of nobody.
    plays : (Q, n) whether a performer trains for those who are asked.
    amount : (n,) how much each performer counts when folds are weighed: takes, or without it 1.
    kinds : (Q, n, C) the estimate by the emotion of the takes, where takes are told apart.
    """

    effect: Floats
    without: Floats
    whole: Floats
    none: Floats
    plays: NDArray[np.bool_]
    amount: Floats | None = None
    kinds: Floats | None = None

    @property
    def at_stake(self) -> Floats:
        """How much each performer counts, where they play, (Q, n)."""
        each = np.ones(self.plays.shape[1]) if self.amount is None else self.amount
        counted: Floats = self.plays * each
        return counted

    @property
    def weight(self) -> Floats:
        """How much each asked performer counts, (Q,); adds up to 1."""
        size = self.at_stake.sum(1)
        # Those asked in one fold play the same game: they share that fold's weight.
        _, fold, peers = np.unique(self.plays, axis=0, return_inverse=True, return_counts=True)
        raw = size / peers[fold.ravel()]
        weight: Floats = raw / raw.sum()
        return weight

    def of(self, rows: Ints) -> Panel:
        """Return the panel of some of those asked, who then count as all."""
        return replace(
            self,
            effect=self.effect[:, rows],
            without=self.without[rows],
            whole=self.whole[rows],
            none=self.none[rows],
            plays=self.plays[rows],
            kinds=None if self.kinds is None else self.kinds[rows],
        )

    def utility(self) -> tuple[float, float]:
        """Return U(all) and U(none)."""
        return float(self.weight @ self.whole), float(self.weight @ self.none)

    def effects(self) -> Floats:
        """Return the estimate, (n,)."""
        once: Floats = self._together(self.effect[:1], np.ones((1, len(self.whole))))[0]
        return once

    def by_emotion(self) -> Floats | None:
        """Return the estimate by emotion, (n, C); it adds up to ``effects``."""
        if self.kinds is None:
            return None
        once = np.ones((1, len(self.whole)))
        parts = np.moveaxis(self.kinds, -1, 0)
        return np.stack([self._together(part[None], once)[0] for part in parts], axis=-1)

    def losses(self) -> Floats:
        """Return the exact loss without each performer, (n,)."""
        once: Floats = self._together(self.without[None], np.ones((1, len(self.whole))))[0]
        return once

    def resampled(self, times: int, rng: np.random.Generator) -> Resampled:
        """Bootstrap: other performers asked, and other subsets where they were drawn."""
        asked = len(self.whole)
        counts = rng.multinomial(asked, np.full(asked, 1 / asked), times).astype(np.float64)
        drawn = np.arange(times) % max(1, len(self.effect) - 1) + (len(self.effect) > 1)
        rate = counts * self.weight
        return Resampled(
            effect=self._together(self.effect[drawn], counts),
            without=self._together(self.without[None].repeat(times, 0), counts),
            gain=rate @ (self.whole - self.none) / rate.sum(1),
        )

    def _together(self, effect: Floats, counts: Floats) -> Floats:
        """Average (B, Q, n) over those asked, as often as ``counts`` (B, Q) says; (B, n)."""
        rate = counts * self.weight
        # What each would get of what is theirs if all mattered alike and the gain were one.
        whole = self.plays.shape[1] if self.amount is None else self.amount.sum()
        due = (rate / self.at_stake.sum(1)) @ self.plays * whole
        summed = np.einsum("bq,bqn->bn", rate, effect)
        together: Floats = np.divide(summed, due, out=np.zeros_like(summed), where=due > 0)
        return together


@dataclass(frozen=True)
class Resampled:
    """The same figures B times over: ``effect`` and ``without`` (B, n), ``gain`` (B,).

    ``by_player`` (B, players) is the effect before it is passed on to people (``through``).
    """

    effect: Floats
    without: Floats
    gain: Floats
    by_player: Floats | None = None


def interval(samples: Floats) -> Floats:
    """Return the central 95 % of the samples along the first axis, (2, …)."""
    found: Floats = np.percentile(samples, [2.5, 97.5], axis=0)
    return found
