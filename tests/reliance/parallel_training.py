"""A data-parallel training as one starts it with torchrun; prints what every process found."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(Path(__file__).parent))

from loops import TAKES, batches, data, mlp, sgd
from trajectory_factories import short, takes

from yesand.reliance.distributed import World, joined
from yesand.reliance.estimators import estimator
from yesand.reliance.inputs import Corpus, FrozenModel, ask
from yesand.reliance.inrun import InRun
from yesand.reliance.trajectory.path import aumann_shapley
from yesand.reliance.trajectory.question import Question


def train(world: World) -> list[float]:
    """Train on this process's part of every batch; return what each performer brought."""
    torch.set_num_threads(1)
    x, y, owner = data()
    model = mlp()
    wrapped = DistributedDataParallel(model) if world.size > 1 else model
    optimiser = sgd(model, momentum=0.5)
    queries = batches(*data(100)[:2])
    watch = InRun(model, optimiser, owners=owner, queries=queries, rate=0.5, every=3, across=world)
    luck = torch.Generator().manual_seed(0)
    for _ in range(4):
        for batch in torch.randperm(TAKES, generator=luck).split(12):
            own = batch[world.rank :: world.size]
            losses = cross_entropy(wrapped(x[own]), y[own], reduction="none")
            watch.step(losses, own)
            optimiser.zero_grad()
            losses.mean().backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 0.3)
            optimiser.step()
    return watch.record().effects().tolist()


def path(world: World) -> list[float]:
    """Return Aumann–Shapley values of four seeds, shared out."""
    asked = takes(15, seed=1)
    question = Question(asked, torch.full((15, 1), 1 / 15, dtype=torch.float64))
    given = (short(), takes(), torch.tensor([3, 5, 8, 9]), question)
    found = aumann_shapley(*given, count=4, dealt=2, world=world)
    return [found.missing, *found.effect.flatten().tolist()]


def shares(world: World) -> list[int]:
    """Return the shares that the estimator finds with its trainings shared out."""
    luck = np.random.default_rng(0)
    owner, label = np.arange(48) % 4, np.arange(48) % 3
    shown = luck.normal(size=(3, 6))[label] + luck.normal(size=(48, 6))
    corpus = Corpus(
        tuple(f"{take:064x}" for take in range(48)), ("A", "B", "C", "D"), owner, ("x", "y", "z"),
        label,
    )  # fmt: skip
    model = FrozenModel("0" * 64, np.broadcast_to(shown, (2, *shown.shape)))
    chosen = estimator(
        "aumann-shapley", network="mlp:4", epochs=2, batch=8, nodes=2, max_seeds=4, checks=2,
        resamples=5, across=world.size > 1,
    )  # fmt: skip
    found = chosen.estimate(model, corpus, ask(corpus, owner % 2))
    return [found.quality.seeds, *(row.share_ppb for row in found.rows)]


def square(job: int) -> Tensor:
    """Return what one job gives."""
    luck = torch.Generator().manual_seed(job)
    return torch.randn(3, generator=luck).square()


if __name__ == "__main__":
    with joined(patience=60) as world:
        each = [result.tolist() for result in world.each(range(5), square)]
        found = {
            "effects": train(world),
            "path": path(world),
            "each": each,
            "shares": shares(world),
        }
        Path(sys.argv[1], f"{world.rank}.json").write_text(json.dumps(found))
