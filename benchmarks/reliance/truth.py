"""Ground truth by retraining: without each performer, on half of them, and in every order.

Every estimator here uses seeds below 1000 and every truth seeds of its own above, so that nothing
is ever compared with a training that it has seen. What is retrained is kept under the digest of the
game and of these counts; the second time it is only read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from itertools import combinations
from math import comb

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.reliance.scene import Scene
from benchmarks.reliance.sounds import KEPT
from yesand.reliance.trajectory.training import losses, train

Floats = NDArray[np.float32]
_WITHOUT, _HALVES, _ORDERS = 1_000, 2_000, 3_000
_TOGETHER = 64
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """How much is retrained.

    Attributes
    ----------
    seeds : of leaving each performer out. halves : subsets of half the performers, each with
        ``half_seeds`` seeds. orders : pairs of an order and its reverse, each pair with a seed.
    """

    seeds: int = 8
    halves: int = 100
    half_seeds: int = 4
    orders: int = 40


@dataclass(frozen=True)
class Truth:
    """What retraining found; utility is minus the mean loss.

    Attributes
    ----------
    without : (seeds, size, Q) how much a query's loss rises without the performer.
    members : (halves, size) who is in. half : (half_seeds, halves, Q) the queries' losses.
    shapley : (orders, size) gains in utility, each row the mean of an order and its reverse.
    gain : U(all) − U(none), mean over the orders' seeds.
    """

    without: Floats
    members: Floats
    half: Floats
    shapley: Floats
    gain: Floats


def truth(scene: Scene, plan: Plan, *, again: bool = False, say: Say = print) -> Truth:
    """Retrain, or read what was retrained before under the same settings (unless ``again``)."""
    kept = KEPT / f"truth-{scene.name}-{key(scene, plan)}.npz"
    if kept.exists() and not again:
        with np.load(kept) as arrays:
            return Truth(**{field.name: arrays[field.name] for field in fields(Truth)})
    say(f"{scene.name}: retraining")
    found = Truth(
        left_out(scene, _WITHOUT + torch.arange(plan.seeds)),
        *_half(scene, plan),
        *_shapley(scene, plan),
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(kept, **vars(found))
    return found


def key(scene: Scene, plan: Plan) -> str:
    """Name a game and a plan by everything that decides the outcome."""
    course = {name: value for name, value in vars(scene.course).items() if name != "network"}
    start = scene.course.network.initial(0)
    shapes = {name: list(value.shape) for name, value in start.items()}
    told = sha256(json.dumps([asdict(plan), course, shapes], sort_keys=True).encode())
    probe = scene.course.network.logits(start, scene.takes.features[:64])
    parts = (scene.takes.features, scene.takes.label, scene.takes.owner, scene.asked.features)
    for part in (*parts, scene.asked.label, probe.detach()):
        told.update(part.numpy().tobytes())
    return told.hexdigest()[:16]


def queried(scene: Scene, members: Tensor, seeds: Tensor) -> Floats:
    """Return the queries' losses (M, Q) under networks trained on subsets (M, size)."""
    parts = []
    for at in range(0, len(seeds), _TOGETHER):
        rows, some = members[at : at + _TOGETHER], seeds[at : at + _TOGETHER]
        networks = train(scene.course, scene.takes, scene.weights(rows), some)
        with torch.no_grad():
            parts.append(losses(scene.course, networks, scene.asked).numpy())
    return np.concatenate(parts)


def left_out(scene: Scene, seeds: Tensor) -> Floats:
    """Return how much each query's loss rises without each performer, (seeds, size, Q)."""
    size, count = scene.size, len(seeds)
    members = torch.cat([torch.ones(1, size), 1 - torch.eye(size)]).repeat(count, 1)
    found = queried(scene, members, seeds.repeat_interleave(size + 1))
    found = found.reshape(count, size + 1, -1)
    return found[:, 1:] - found[:, :1]


def _half(scene: Scene, plan: Plan) -> tuple[Floats, Floats]:
    members = np.stack(list(_subsets(scene.size, plan.halves)))
    rows = torch.from_numpy(members).repeat(plan.half_seeds, 1)
    seeds = _HALVES + torch.arange(plan.half_seeds).repeat_interleave(len(members))
    return members, queried(scene, rows, seeds).reshape(plan.half_seeds, len(members), -1)


def _subsets(size: int, count: int) -> Iterator[Floats]:
    """Yield halves of the performers: all there are if no more than ``count``, else at random."""
    half, rng = size // 2, np.random.default_rng(11)
    every = comb(size, half) <= count
    chosen = combinations(range(size), half) if every else _random(size, half, count, rng)
    for some in chosen:
        row = np.zeros(size, dtype=np.float32)
        row[list(some)] = 1
        yield row


def _random(
    size: int, half: int, count: int, rng: np.random.Generator
) -> Iterator[tuple[int, ...]]:
    seen = set[tuple[int, ...]]()
    while len(seen) < count:
        some = tuple(sorted(rng.permutation(size)[:half].tolist()))
        if some not in seen:
            seen.add(some)
            yield some


def _shapley(scene: Scene, plan: Plan) -> tuple[Floats, Floats]:
    """Return Shapley values by permutation, each order with its reverse (Castro et al. 2009)."""
    size, rng = scene.size, np.random.default_rng(13)
    orders = np.stack([rng.permutation(size) for _ in range(plan.orders)])
    both = np.stack([orders, orders[:, ::-1]], 1)
    place = both.argsort(2)
    steps = np.arange(size + 1)[:, None]
    # The reverse needs neither everybody nor nobody again; what is spared is two in 2 · size + 2.
    members = (place[:, :, None, :] < steps).astype(np.float32)
    seeds = _ORDERS + torch.arange(plan.orders).repeat_interleave(2 * (size + 1))
    rows = torch.from_numpy(members.reshape(-1, size))
    value = -queried(scene, rows, seeds).mean(1).reshape(plan.orders, 2, size + 1)
    gains = np.take_along_axis(np.diff(value, axis=2), place, 2)
    return gains.mean(1), (value[:, 0, -1] - value[:, 0, 0]).mean(keepdims=True)
