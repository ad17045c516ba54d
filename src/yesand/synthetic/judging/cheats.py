"""Takes that are no takes: what the panel must condemn, made from its own parents.

They are for tests and for the tables of docs/synthetic.md, beside every generator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from yesand.synthetic.judging.neighbours import Floats, Ints, Side

Cheat = Callable[[Side, np.random.Generator], Side]


def copies(parents: Side, luck: np.random.Generator) -> Side:
    """Half of the parents, as they are."""
    return parents.some(_half(parents, luck))


def noisy(parents: Side, luck: np.random.Generator) -> Side:
    """Half of the parents with a little noise on every feature."""
    return _blurred(copies(parents, luck), parents, 0.1, luck)


def gaussian(parents: Side, luck: np.random.Generator) -> Side:
    """A normal distribution an emotion, with the parents' mean and covariance: nobody spoke."""
    rows, label = list[Floats](), list[Ints]()
    for c in np.unique(parents.label):
        own = parents.rows[parents.label == c]
        many = max(2, len(own) // 2)
        drawn = luck.standard_normal((many, len(own))) / np.sqrt(len(own))
        rows.append(own.mean(axis=0) + drawn @ (own - own.mean(axis=0)))
        label.append(np.full(many, c))
    return Side(np.concatenate(rows), np.concatenate(label), np.full(sum(map(len, rows)), ""))


def one_performer(parents: Side, luck: np.random.Generator) -> Side:
    """One performer's takes over and over, blurred."""
    own = parents.some(parents.performer == np.unique(parents.performer)[0])
    again = own.some(luck.integers(0, len(own), len(parents) // 2))
    return _blurred(again, parents, 0.3, luck)


def collapsed(parents: Side, luck: np.random.Generator) -> Side:
    """Three takes an emotion over and over, with a little noise."""
    few = [
        luck.choice(np.flatnonzero(parents.label == c), 3, replace=True)
        for c in np.unique(parents.label)
    ]
    again = parents.some(luck.choice(np.concatenate(few), len(parents) // 2))
    return _blurred(again, parents, 0.1, luck)


def shuffled(parents: Side, luck: np.random.Generator) -> Side:
    """Labels dealt anew."""
    half = copies(parents, luck)
    return Side(half.rows, luck.permutation(half.label), half.performer)


CHEATS: Mapping[str, Cheat] = {
    "exact copies": copies,
    "noisy copies": noisy,
    "a Gaussian an emotion": gaussian,
    "one performer repeated": one_performer,
    "mode collapse": collapsed,
    "labels shuffled": shuffled,
}


def _half(parents: Side, luck: np.random.Generator) -> Ints:
    found: Ints = luck.permutation(len(parents))[: max(2, len(parents) // 2)]
    return found


def _blurred(side: Side, parents: Side, part: float, luck: np.random.Generator) -> Side:
    spread = part * parents.rows.std(axis=0)
    return side.with_rows(side.rows + spread * luck.standard_normal(side.rows.shape))
