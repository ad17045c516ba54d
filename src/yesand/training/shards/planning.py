"""Who is in which part, held out in which fold, and what a withdrawal costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plan:
    """Where each take is, (N,) each: ``fold`` that holds it out, and ``part`` that learns from it.

    Attributes
    ----------
    folds, parts : how many there are; a fold whose performers have all withdrawn stays empty.
    """

    fold: Ints
    part: Ints
    folds: int
    parts: int

    def taught(self, k: int, s: int) -> Ints:
        """Return the takes that part ``s`` learns from while fold ``k`` is held out.

        With ``k`` = ``folds`` nobody is held out.
        """
        return np.flatnonzero((self.fold != k) & (self.part == s))

    def checked(self) -> Plan:
        """Check that every part has somebody to learn from, whoever is held out.

        Raises
        ------
        Refused : one has not.
        """
        for k in range(self.folds + 1):
            for s in range(self.parts):
                if not len(self.taught(k, s)):
                    raise Refused(
                        f"Part {s + 1} of {self.parts} has nobody left to learn from",
                        where="shards",
                        remedy="Train with fewer shards.",
                    )
        return self

    def cost(self, part: int, fold: int) -> float:
        """Return which share of all takes learned from is learned anew if one of that part goes.

        Parameters
        ----------
        fold : that holds them out: its own models have never met them.
        """
        sizes = {
            (k, s): len(self.taught(k, s)) for k in range(self.folds + 1) for s in range(self.parts)
        }
        again = sum(size for (k, s), size in sizes.items() if s == part and k != fold)
        return again / sum(sizes.values())

    def most(self) -> float:
        """Return what the dearest single withdrawal costs."""
        there = set(zip(self.part.tolist(), self.fold.tolist(), strict=True))
        return max(self.cost(part, fold) for part, fold in there)


def plan(performers: Sequence[str], fold: Ints, parts: int) -> Plan:
    """Deal performers to parts, fold by fold, the most recorded first to the emptiest part.

    Raises
    ------
    BadInput : fewer than two parts, or so many that one would have nobody to learn from.
    """
    if parts < 2:
        raise BadInput("A network of parts has two or more", where="shards")
    counts, held = Counter(performers), dict(zip(performers, fold.tolist(), strict=True))
    full = [(0, s) for s in range(parts)]
    chosen = dict[str, int]()
    for who in sorted(counts, key=lambda name: (held[name], -counts[name], name)):
        takes, s = min(full)
        full[s], chosen[who] = (takes + counts[who], s), s
    made = Plan(fold, np.array([chosen[who] for who in performers]), int(fold.max()) + 1, parts)
    try:
        return made.checked()
    except Refused as fault:
        raise BadInput(fault.what, where="shards", remedy="Train with fewer shards.") from fault


def name_of(takes: Sequence[str], labels: Sequence[str], emotions: Sequence[str]) -> str:
    """Return what names a part's training: the same takes in the same order give the same part."""
    told = [list(pair) for pair in zip(takes, labels, strict=True)]
    return digest_of({"takes": told, "emotions": list(emotions)})
