"""Actors that the tests make: two spaces of one 'sound', curved as no normal distribution is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from yesand.synthetic.judging.neighbours import Side
from yesand.synthetic.judging.panel import Case

EMOTIONS = ("anger", "fear", "joy")
Sides = dict[str, Side]


def actors(count: int, takes: int, seed: int, first: int = 0) -> Sides:
    """Return takes of actors in two spaces of one sound.

    An emotion is a circle; where on it a take lies, and whose voice it is, is in both spaces.
    """
    luck = np.random.default_rng(seed)
    label = np.tile(np.repeat(np.arange(len(EMOTIONS)), takes), count)
    owner = np.repeat(np.arange(count), len(EMOTIONS) * takes)
    place = luck.uniform(0, 2 * np.pi, len(label))
    circle = 3 * np.column_stack([np.cos(place), np.sin(place)])
    voice = luck.normal(0, 1.5, (count, 4))[owner]
    emotion = 8 * np.eye(len(EMOTIONS))[label]
    deep = np.column_stack([emotion, circle, voice])
    shown = np.random.default_rng(99).normal(0, 1, (deep.shape[1], 24))
    names = np.array([f"actor-{first + k}" for k in owner])
    found = Sides()
    for name, part in (("one", shown[:, :12]), ("other", shown[:, 12:])):
        rows = deep @ part + luck.normal(0, 0.3, (len(deep), part.shape[1]))
        found[name] = Side(rows, label, names)
    return found


def case(parents: Sides, others: Sides, made: Sides) -> Case:
    """Return the three as one case."""
    sides = (parents, others, made)
    sizes = [len(side["one"]) for side in sides]

    def which(place: int) -> NDArray[np.bool_]:
        return np.repeat(np.arange(3) == place, sizes)

    return Case(
        label=np.concatenate([side["one"].label for side in sides]),
        performer=np.concatenate([side["one"].performer for side in sides]),
        parents=which(0),
        others=which(1),
        made=which(2),
        spaces={n: np.concatenate([side[n].rows for side in sides]) for n in ("one", "other")},
        names=EMOTIONS,
    )


def by(cheat: Callable[[Side, np.random.Generator], Side], parents: Sides, apart: bool) -> Sides:
    """Return a cheat in both spaces: the same takes in each, or drawn in each by itself."""
    seeds = {name: place * apart for place, name in enumerate(parents)}
    return {n: cheat(side, np.random.default_rng(seeds[n])) for n, side in parents.items()}
