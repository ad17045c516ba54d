"""What watching a training costs: with over without, on an MLP and on our own voice model.

Beside it: the same sums from a gradient of every single take (``torch.func``), in the same loop and
the same steps. All three are run in turns, and the least disturbed turn of each counts.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from benchmarks.harness import Result, least_cpu
from yesand.affect.frames import Pack
from yesand.affect.learning import Recipe, fit
from yesand.affect.listening import Heard
from yesand.affect.prosody.rows import NAMES
from yesand.affect.voice_model import Shape
from yesand.reliance.inrun import InRun
from yesand.reliance.inrun.recorder import Recorder

PEOPLE, TAKES, WIDTH, HIDDEN, CLASSES, BATCH, EPOCHS = 24, 2_048, 256, 512, 6, 64, 12
TURNS = 6


def run() -> Result:
    """Measure all in turns, on one thread."""
    torch.set_num_threads(1)
    plain, watched, single = least_cpu(
        [_mlp, partial(_mlp, "watched"), partial(_mlp, "single")], TURNS
    )
    pack, label, people = _voices()
    without, recorded = least_cpu(
        [partial(_voice, pack, label, people, record) for record in (False, True)], TURNS
    )
    return Result(
        name="inrun",
        what=(
            f"CPU time of a training that is watched, over the same training that is not: an MLP "
            f"({WIDTH}-{HIDDEN}-{CLASSES}, {TAKES:,} takes of {PEOPLE} performers, SGD with "
            f"momentum, {EPOCHS} epochs). Of our own voice model "
            f"(`yesand train --record`) it is {recorded / without:.2f}. The peer takes a gradient "
            f"of every take in the same steps."
        ),
        value=watched / plain,
        unit="trainings",
        peer="a gradient a take (torch.func)",
        peer_value=single / plain,
    )


def _mlp(how: str = "") -> None:
    luck = torch.Generator().manual_seed(0)
    label = torch.randint(0, CLASSES, (TAKES,), generator=luck)
    meaning = torch.randn(CLASSES, WIDTH, generator=luck)
    x = meaning[label] + 2 * torch.randn(TAKES, WIDTH, generator=luck)
    owner = [f"P{i % PEOPLE:02d}" for i in range(TAKES)]
    queries = [(x[k::32], label[k::32]) for k in range(32)]
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(WIDTH, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, CLASSES))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-3)
    watch = InRun(model, optimiser, owners=owner, queries=queries) if how == "watched" else None
    peer = _Single(model, queries) if how == "single" else None
    for _ in range(EPOCHS):
        for takes in torch.split(torch.randperm(TAKES, generator=luck), BATCH):
            losses = cross_entropy(model(x[takes]), label[takes], reduction="none")
            if watch:
                watch.step(losses, takes)
            if peer:
                peer.step(x[takes], label[takes])
            optimiser.zero_grad()
            torch.autograd.backward(losses.mean())
            optimiser.step()


class _Single:
    """The same sums by a gradient of every take, at the same steps and with as many askings."""

    def __init__(self, model: nn.Module, queries: list[tuple[Tensor, Tensor]]) -> None:
        self.model, self.queries, self.steps = model, queries, 0
        self.found = list[Tensor]()

    def step(self, x: Tensor, label: Tensor) -> None:
        weights = {name: w.detach() for name, w in self.model.named_parameters()}

        def loss(given: dict[str, Tensor], one: Tensor, its: Tensor) -> Tensor:
            logits: Tensor = torch.func.functional_call(self.model, given, (one[None],))
            return cross_entropy(logits, its[None])

        if self.steps % 20 == 0:
            asked, answers = self.queries[self.steps // 20 % len(self.queries)]
            utility = -cross_entropy(self.model(asked), answers)
            self.slope = torch.autograd.grad(utility, list(self.model.parameters()))
        if self.steps * 0.6180339887498949 % 1.0 < 0.12:
            each = torch.func.vmap(torch.func.grad(loss), (None, 0, 0))(weights, x, label)
            dots = [
                (g * s).flatten(1).sum(1) for g, s in zip(each.values(), self.slope, strict=True)
            ]
            self.found.append(torch.stack(dots).sum(0))
        self.steps += 1


def _voices() -> tuple[Pack, Tensor, list[str]]:
    """Return a pack of takes of the real length, of which only the size matters here."""
    luck = np.random.default_rng(0)
    sounds = luck.normal(size=(480, 260, 64)).astype(np.float16)
    rows = luck.normal(size=(480, len(NAMES))).astype(np.float32)
    people = [f"P{i % PEOPLE:02d}" for i in range(len(sounds))]
    takes = [Heard(mel, row) for mel, row in zip(sounds, rows, strict=True)]
    return Pack.of(takes, people), torch.from_numpy(luck.integers(0, 8, len(takes))), people


def _voice(pack: Pack, label: Tensor, people: list[str], record: bool) -> None:
    fold = np.array([int(p[1:]) % 6 for p in people])
    recorder = Recorder()
    recorder.begin(pack, label.numpy(), people, fold)
    takes = torch.from_numpy(np.flatnonzero(fold != 0))
    recipe = Recipe(epochs=1, least_steps=128)
    fit(pack, takes, label, 8, recipe, Shape(), watch=recorder.watch(0) if record else None)
