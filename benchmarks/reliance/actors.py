"""Real actors: RAVDESS (24) and EMO-DB (10), asked about voices that the model never heard.

Three folds of RAVDESS's actors (pairs of EmoBox's six) and five of EMO-DB's: those of one fold
are asked, the others train, and an actor's share adds up over the folds they train in. Three
models: a small network and a convex head on 96 principal components of statistics of the voice, and
a convolutional one on coarse log-mel maps. Components and scales come from those who train.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.reliance.scene import Scene, Stage, takes
from benchmarks.reliance.sounds import BANDS, STEPS, Floats, Ints, heard
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp, Module

COMPONENTS = 96
_RAVDESS = ({1, 11, 20, 21, 4, 10, 12, 14}, {8, 9, 19, 23, 3, 5, 7, 24})


def stage(corpus: str, network: str) -> Stage:
    """Return the benchmark of a corpus (ravdess, emodb) and a model (mlp, head, conv)."""
    statistics, maps, who, label = heard(corpus)
    performers, owner = np.unique(who, return_inverse=True)
    shown = maps if network == "conv" else statistics
    name = f"{corpus}-{network}"
    scenes = tuple(
        _scene(f"{name}-{i}", shown, owner, label, fold, network)
        for i, fold in enumerate(_folds(corpus, performers.tolist()))
    )
    return Stage(name, tuple(performers.tolist()), scenes)


def _folds(corpus: str, performers: list[str]) -> list[list[int]]:
    """Return who is asked in each fold, as places among the performers."""
    if corpus == "emodb":
        return [[i, i + 1] for i in range(0, len(performers), 2)]
    named = [int(name.split("_")[1]) for name in performers]
    first, second = ([i for i, n in enumerate(named) if n in fold] for fold in _RAVDESS)
    rest = [i for i in range(len(named)) if i not in {*first, *second}]
    return [first, second, rest]


def _scene(
    name: str, shown: Floats, owner: Ints, label: Ints, fold: list[int], network: str
) -> Scene:
    asks = np.isin(owner, fold)
    seen = _scaled(shown, ~asks) if network == "conv" else _components(shown, ~asks)
    players, places = np.unique(owner[~asks], return_inverse=True)
    classes = int(label.max()) + 1

    def chosen(which: NDArray[np.bool_], whose: Ints) -> Takes:
        features, told, who = map(torch.from_numpy, (seen[which], label[which], whose))
        return takes(features, told, who, classes)

    return Scene(
        name=name,
        takes=chosen(~asks, places),
        asked=chosen(asks, owner[asks]),
        players=tuple(players.tolist()),
        course=course(network, classes),
    )


def course(network: str, classes: int) -> Course:
    """Return how a model is trained: smoothly, its steps falling to nothing.

    The decay is the one with which voices that were not heard are answered best, of .01 to .1; less
    of it, and a network learns its takes by heart, whereupon seeds disagree about whose they were.
    """
    if network == "conv":
        return Course(Module(partial(_conv, classes)), 20, 32, 0.02, "cosine", decay=0.05)
    widths = (COMPONENTS, 64, classes) if network == "mlp" else (COMPONENTS, classes)
    return Course(Mlp(widths), 20, 32, 0.02, "cosine", decay=0.05)


def _conv(classes: int) -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(-1, (1, BANDS, STEPS)),
        nn.Conv2d(1, 8, 3, 2, 1),
        nn.GELU(),
        nn.Conv2d(8, 16, 3, 2, 1),
        nn.GELU(),
        nn.Flatten(-3),
        nn.Linear(BANDS * STEPS, classes),
    )


def _scaled(shown: Floats, trains: NDArray[np.bool_]) -> Floats:
    # One scale for the whole picture: its bands and steps stay comparable.
    scaled: Floats = (shown - shown[trains].mean(0)) / shown[trains].std()
    return scaled


def _components(shown: Floats, trains: NDArray[np.bool_]) -> Floats:
    spread = shown[trains].std(0)
    scaled = (shown - shown[trains].mean(0)) / np.where(spread > 1e-9, spread, 1)
    power, axes = np.linalg.eigh(scaled[trains].T @ scaled[trains] / trains.sum())
    spread = np.sqrt(power[-COMPONENTS:])
    # Half-whitened: small components matter, but not as much as the large ones.
    turned: Floats = scaled @ axes[:, -COMPONENTS:] / np.sqrt(spread * spread.mean())
    return turned
