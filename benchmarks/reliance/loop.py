"""A training as anybody would write it: plain PyTorch, one network; watched or not."""

from __future__ import annotations

import torch
from torch.nn.functional import cross_entropy

from benchmarks.reliance.modules import module, state
from benchmarks.reliance.scene import Scene
from yesand.reliance.inrun import InRun


def train(scene: Scene) -> None:
    """Train a network."""
    course, takes = scene.course, scene.takes
    made = module(scene)
    optimiser = torch.optim.SGD(
        made.parameters(), course.rate, course.momentum, weight_decay=course.decay
    )
    count = len(takes.label)
    for rate, chosen in zip(course.rates(count), course.order(count, 0), strict=True):
        optimiser.param_groups[0]["lr"] = rate
        loss = cross_entropy(made(takes.features[chosen]), takes.label[chosen])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()


def recorded(scene: Scene, seed: int, rate: float, every: int, asked: int) -> InRun:
    """Train the seed's network with the recorder in the loop.

    Parameters
    ----------
    rate, every : of the recorder. asked : queries at once.
    """
    course, takes = scene.course, scene.takes
    made = module(scene)
    start = course.network.initial(seed)
    made.load_state_dict(state(scene, {name: value[None] for name, value in start.items()}, 0))
    optimiser = torch.optim.SGD(
        made.parameters(), course.rate, course.momentum, weight_decay=course.decay
    )
    parts = -(-len(scene.asked.label) // asked)
    queries = [(scene.asked.features[k::parts], scene.asked.label[k::parts]) for k in range(parts)]
    # Named so that their order is that of their numbers.
    owners = [f"{who:03d}" for who in takes.owner.tolist()]
    watch = InRun(made, optimiser, owners=owners, queries=queries, rate=rate, every=every)
    count = len(takes.label)
    for lr, chosen in zip(course.rates(count), course.order(count, seed), strict=True):
        optimiser.param_groups[0]["lr"] = lr
        losses = cross_entropy(made(takes.features[chosen]), takes.label[chosen], reduction="none")
        watch.step(losses, chosen)
        optimiser.zero_grad()
        torch.autograd.backward(losses.mean())
        optimiser.step()
    return watch
