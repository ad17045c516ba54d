"""Twenty-four synthetic performers of known quality, and two ways to train on them.

An emotion is a direction in 64 features, a performer shifts all of theirs by a manner of their own
and plays with more or less noise. Queries come from forty voices that nobody trained on.

| performers | how they play |
|---|---|
| 0–13 | well, with noise from 0.8 to 1.6 |
| 14–16 | noisily: 2.5 |
| 17–19 | 20, 40, 60 % of their labels say another emotion |
| 20, 21 | copies of takes by 0 and 1, with a little noise |
| 22 | sound without meaning, labels at random (a free rider) |
| 23 | one emotion only |
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.reliance.scene import Scene, Stage, takes
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PERFORMERS, FEATURES, CLASSES = 24, 64, 6
VOICES, QUERIES = 40, 15  # a voice
WIDTHS = (FEATURES, 64, CLASSES)
# A kink in the network makes what training ends in jump as weights grow, and then slopes do not add
# up to what they should however closely one looks: so relu belongs to the rough course only.
ROUGH = Course(Mlp(WIDTHS, "relu"), rate=0.1, decay=1e-3)
SMOOTH = Course(Mlp(WIDTHS, "gelu"), rate=0.02, decay=1e-2)
_SEPARATION, _MANNER = 1.0, 0.6


def stage(course: Course, name: str, seed: int = 0) -> Stage:
    """Return the benchmark with models trained by that course."""
    rng = np.random.default_rng(seed)
    emotions = rng.normal(size=(CLASSES, FEATURES)) * _SEPARATION / 2
    played = list[tuple[Floats, Ints]]()
    for who in range(PERFORMERS):
        played.append(_performed(who, emotions, played, rng))
    asked = [_voice(emotions, QUERIES, 1.2, rng) for _ in range(VOICES)]
    owner = np.repeat(np.arange(PERFORMERS), [len(label) for _, label in played])
    voices = np.repeat(np.arange(VOICES), QUERIES)
    scene = Scene(
        name, _takes(played, owner), _takes(asked, voices), tuple(range(PERFORMERS)), course
    )
    return Stage(name, tuple(f"P{i:02d}" for i in range(PERFORMERS)), (scene,))


def _performed(
    who: int, emotions: Floats, before: list[tuple[Floats, Ints]], rng: np.random.Generator
) -> tuple[Floats, Ints]:
    count = int(rng.integers(30, 141))
    if who in {20, 21}:
        sound, label = before[who - 20]
        chosen = rng.integers(0, len(label), count)
        return sound[chosen] + rng.normal(size=(count, FEATURES)) * 0.1, label[chosen]
    noise = 2.5 if who in {14, 15, 16} else 0.8 + 0.8 * who / 13 if who < 14 else 1.2
    sound, label = _voice(emotions, count, noise, rng, only=2 if who == 23 else None)
    if who in {17, 18, 19}:
        wrong = rng.random(count) < 0.2 * (who - 16)
        label = np.where(wrong, (label + rng.integers(1, CLASSES, count)) % CLASSES, label)
    if who == 22:
        sound, label = rng.normal(size=sound.shape) * 1.5, rng.permutation(label)
    return sound, label


def _voice(
    emotions: Floats, count: int, noise: float, rng: np.random.Generator, only: int | None = None
) -> tuple[Floats, Ints]:
    label = rng.integers(0, CLASSES, count) if only is None else np.full(count, only)
    manner = rng.normal(size=FEATURES) * _MANNER
    return emotions[label] + manner + rng.normal(size=(count, FEATURES)) * noise, label


def _takes(played: list[tuple[Floats, Ints]], owner: Ints) -> Takes:
    shown = np.concatenate([x for x, _ in played])
    label = np.concatenate([y for _, y in played])
    # Features near unit scale, as a course's learning rate takes for granted.
    features, told, whose = map(torch.from_numpy, (shown / 1.6, label, owner))
    return takes(features, told, whose, CLASSES)
