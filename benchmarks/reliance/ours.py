"""Our estimators on a scene, by the engine's public functions. Seeds are below 1000."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from benchmarks.reliance import loop
from benchmarks.reliance.again import regressed, without
from benchmarks.reliance.columns import Floats, Scored
from benchmarks.reliance.modules import trained
from benchmarks.reliance.scene import Scene
from yesand.reliance.influence import influence
from yesand.reliance.trajectory.inrun import in_run
from yesand.reliance.trajectory.path import Values, aumann_shapley
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import derivative
from yesand.reliance.trajectory.tangents import tangents

Estimate = Callable[[Scene], Scored]


def path(scene: Scene, seeds: int, count: int, dealt: int = 1, first: int = 0) -> Scored:
    """Aumann–Shapley along the path from no data to all."""
    numbers = first + torch.arange(seeds)
    found = aumann_shapley(
        scene.course, scene.takes, numbers, _usage(scene), count=count, dealt=dealt
    )
    return _of(scene, found)


def daily(
    scene: Scene,
    seeds: int,
    order: Literal[1, 2] = 1,
    stride: int = 1,
    queries: int | None = None,
    every: int = 1,
) -> Scored:
    """In-run: what takes add while the network trains."""
    found = in_run(
        scene.course, scene.takes, torch.arange(seeds), _usage(scene),
        order=order, stride=stride, queries=queries, every=every,
    )  # fmt: skip
    return _of(scene, found)


def watched(
    scene: Scene, seeds: int, rate: float = 0.12, every: int = 20, asked: int = 100
) -> Scored:
    """The recorder in a plain training loop, as one adds it to one's own; the training counts."""
    runs = (loop.recorded(scene, seed, rate, every, asked) for seed in range(seeds))
    return Scored(np.stack([run.record().effects() for run in runs]))


def metagradient(scene: Scene, seeds: int) -> Scored:
    """The exact derivative where all are in."""
    ones = torch.ones(seeds, len(scene.takes.label))
    found = derivative(scene.course, scene.takes, ones, torch.arange(seeds), _usage(scene))
    return Scored(_numbers(scene.summed(found.slope[:, 0])))


def per_query(scene: Scene, seeds: int, count: int) -> Scored:
    """Aumann–Shapley for every query at once, by tangents kept once a performer."""
    kept = tangents(
        scene.course, scene.takes, torch.arange(seeds), scene.size, count=count,
        question=_usage(scene),
    )  # fmt: skip
    many = len(scene.asked.label)
    parts = []
    for at in range(0, many, 100):
        some = Question(scene.asked, torch.eye(many)[:, at : at + 100])
        parts.append(kept.effects(scene.course, some).mean(0))
    usage = _usage(scene)
    return Scored(
        _numbers(kept.effects(scene.course, usage)[:, 0]),
        _numbers(torch.cat(parts).T),
        float(kept.gain(scene.course, usage).mean()),
    )


def factored(scene: Scene, seeds: int, damping: float) -> Scored:
    """EK-FAC of our own, averaged over networks."""
    found = [influence(trained(scene, seed), damping).numpy() for seed in range(seeds)]
    return Scored(np.stack([one.mean(1) for one in found]), np.mean(found, axis=0))


OURS: dict[str, Estimate] = {
    "in-run, daily (every 6th step, 128 queries every 30th)": partial(
        daily, seeds=1, stride=6, queries=128, every=5
    ),
    "in-run, 1 seed": partial(daily, seeds=1),
    "in-run, 8 seeds": partial(daily, seeds=8),
    "in-run, recorder in a plain loop, 1 seed": partial(watched, seeds=1),
    "in-run, recorder in a plain loop, 8 seeds": partial(watched, seeds=8),
    "in-run 2nd order, 8 seeds": partial(daily, seeds=8, order=2),
    "metagradient, 8 seeds": partial(metagradient, seeds=8),
    "Aumann–Shapley, 1 seed × 8 nodes": partial(path, seeds=1, count=8),
    "Aumann–Shapley, 8 seeds × 4 nodes": partial(path, seeds=8, count=4),
    "Aumann–Shapley, 8 seeds × 8 nodes": partial(path, seeds=8, count=8),
    "Aumann–Shapley, 8 seeds, 8 nodes dealt to 2": partial(path, seeds=8, count=8, dealt=2),
    "Aumann–Shapley, 8 seeds, 8 nodes dealt to 4": partial(path, seeds=8, count=8, dealt=4),
    "Aumann–Shapley, 16 seeds, 8 nodes dealt to 8": partial(path, seeds=16, count=8, dealt=8),
    "Aumann–Shapley per query, 4 seeds × 4 nodes": partial(per_query, seeds=4, count=4),
    "EK-FAC (ours), 1 seed": partial(factored, seeds=1, damping=1e-2),
    "EK-FAC (ours), 8 seeds": partial(factored, seeds=8, damping=1e-2),
    "leave-one-out (ours), 4 seeds": partial(without, seeds=4),
    "datamodel (ours), 80 pairs of subsets": partial(regressed, pairs=80),
    "datamodel (ours), 240 pairs of subsets": partial(regressed, pairs=240),
}


def _usage(scene: Scene) -> Question:
    return scene.usage


def _of(scene: Scene, found: Values) -> Scored:
    gain = float((found.whole - found.none).mean())
    return Scored(_numbers(scene.summed(found.effect[:, 0])), None, gain)


def _numbers(values: Tensor) -> Floats:
    return values.detach().double().numpy()
