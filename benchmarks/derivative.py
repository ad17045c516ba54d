"""What the derivative through a whole training costs, in units of that training in plain PyTorch.

Twenty-four synthetic performers and a network 64-64-6, trained gently (``benchmarks/reliance``).
The peer is the same derivative by PyTorch's own function transforms (``torch.func``): a step as a
pure function, its gradient by ``grad``, its way back by ``vjp``, networks side by side by ``vmap``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.func import functional_call, grad, vjp, vmap

from benchmarks.harness import Result, least_cpu
from benchmarks.reliance.loop import train
from benchmarks.reliance.modules import module, state
from benchmarks.reliance.ours import daily, path
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.stages import stage
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import derivative

Net = dict[str, Tensor]
TOGETHER, TURNS = 16, 3


def run() -> Result:
    """Measure all in turns, on one thread."""
    torch.set_num_threads(1)
    scene = stage("smooth").scenes[0]
    works: list[Callable[[], object]] = [
        partial(train, scene),
        partial(_ours, scene),
        partial(_theirs, scene),
        partial(path, scene, seeds=8, count=8, dealt=4),
        partial(path, scene, seeds=16, count=8, dealt=8),
        partial(daily, scene, seeds=1, stride=6, queries=128, every=5),
    ]
    one, ours, theirs, eight, sixteen, watched = least_cpu(works, TURNS)
    return Result(
        name="derivative",
        what=(
            f"CPU time of the exact derivative of a utility by every take's weight through a "
            f"training, over that training in plain PyTorch; {TOGETHER} networks side by side. "
            f"Aumann–Shapley of 8 seeds with 8 nodes dealt to 4 takes {eight / one:.1f} trainings "
            f"in all, of 16 seeds with 8 nodes dealt to 8 {sixteen / one:.1f}; in-run watching of "
            f"every 6th step {watched / one:.2f}, the training included."
        ),
        value=ours / one / TOGETHER,
        unit="trainings",
        peer="torch.func: vmap of vjp of grad",
        peer_value=theirs / one / TOGETHER,
    )


def _given(scene: Scene) -> tuple[Tensor, Tensor]:
    return torch.ones(TOGETHER, len(scene.takes.label)), torch.arange(TOGETHER)


def _ours(scene: Scene) -> Tensor:
    asked = len(scene.asked.label)
    usage = Question(scene.asked, torch.full((asked, 1), 1 / asked))
    return derivative(scene.course, scene.takes, *_given(scene), usage).slope[:, 0]


def _theirs(scene: Scene) -> Tensor:
    """Return what ``_ours`` returns, by function transforms; every state is kept."""
    course, takes = scene.course, scene.takes
    weights, seeds = _given(scene)
    made, count = module(scene), len(takes.label)
    order = torch.stack([course.order(count, int(seed)) for seed in seeds])

    def loss(net: Net, x: Tensor, label: Tensor, weight: Tensor) -> Tensor:
        scores = functional_call(made, net, (x,))
        return (weight * torch.nn.functional.cross_entropy(scores, label, reduction="none")).sum()

    def step(net: Net, speed: Net, weight: Tensor, x: Tensor, label: Tensor) -> tuple[Net, Net]:
        slope = grad(loss)(net, x, label, weight / course.batch)
        speed = {k: course.momentum * speed[k] + slope[k] + course.decay * net[k] for k in net}
        return {k: net[k] - course.rate * speed[k] for k in net}, speed

    def back(
        net: Net, speed: Net, weight: Tensor, x: Tensor, label: Tensor, pull: tuple[Net, Net]
    ) -> tuple[Net, Net, Tensor]:
        pulled: tuple[Net, Net, Tensor] = vjp(
            lambda a, b, w: step(a, b, w, x, label), net, speed, weight
        )[1](pull)
        return pulled

    starts = [state(scene, {k: v[None] for k, v in course.network.initial(int(s)).items()}, 0)
              for s in seeds]  # fmt: skip
    net = {name: torch.stack([one[name] for one in starts]) for name in starts[0]}
    speed, kept = {name: torch.zeros_like(value) for name, value in net.items()}, []
    for at in order.unbind(1):
        kept.append((net, speed, weights.gather(1, at), takes.features[at], takes.label[at]))
        net, speed = vmap(step)(*kept[-1])
    asked = torch.full((len(scene.asked.label),), -1 / len(scene.asked.label))
    rise = vmap(grad(loss), (0, None, None, None))(
        net, scene.asked.features, scene.asked.label, asked
    )
    pull = rise, {name: torch.zeros_like(value) for name, value in rise.items()}
    slope = torch.zeros_like(weights)
    for at in reversed(order.unbind(1)):
        back_to, back_speed, moved = vmap(back)(*kept.pop(), pull)
        pull = back_to, back_speed
        slope.scatter_add_(1, at, moved)
    return slope
