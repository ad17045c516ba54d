"""On a graphics card: ``python -m benchmarks.reliance.card``; it says what it finds, line by line.

- The synthetic performers' shares by Aumann–Shapley on the card beside those on the processor, how
  long both take, whether a second run gives the same bytes, and what bfloat16 changes.
- A wide network: how long a payout report takes, in trainings of one such network.
- The recorder in the training loop of a transformer with bfloat16 passes and AdamW, ever larger:
  a step with it over a step without, and the memory that both need, up to the largest that fits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, gelu, scaled_dot_product_attention

from benchmarks.reliance import performers
from benchmarks.reliance.scene import Scene, takes
from yesand.kernel.errors import CheckFailed
from yesand.reliance.estimators.networks import placed
from yesand.reliance.inrun import InRun
from yesand.reliance.shares import fractions
from yesand.reliance.trajectory.network import Mlp, Precision
from yesand.reliance.trajectory.path import Values, aumann_shapley
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import train

T = TypeVar("T")
SEEDS, NODES, DEALT = 8, 8, 4
WIDE = (96, 4_096, 4_096, 8)
#: Width and layers of transformers, the smallest first.
SIZES = ((512, 8), (1_024, 12), (2_048, 20), (2_560, 24), (3_072, 24), (3_584, 26), (4_096, 26))
_BATCH, _FRAMES, _BANDS, _CLASSES, _STEPS = 32, 200, 80, 8, 40


def there(scene: Scene, device: str) -> Scene:
    """Return a scene whose takes lie on a device."""
    return replace(scene, takes=placed(scene.takes, device), asked=placed(scene.asked, device))


def shares(scene: Scene, passes: Precision = "single") -> tuple[Values, float]:
    """Return the values by Aumann–Shapley, and how many seconds they took."""
    course = replace(scene.course, passes=passes)
    count = len(scene.asked.label)
    usage = Question(scene.asked, scene.asked.features.new_full((count, 1), 1 / count))
    return timed(
        lambda: aumann_shapley(
            course, scene.takes, torch.arange(SEEDS), usage, count=NODES, dealt=DEALT
        )
    )


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what work gives and its seconds, the card having finished."""
    _wait()
    start = time.perf_counter()
    found = work()
    _wait()
    return found, time.perf_counter() - start


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _most() -> float:
    """Return the gibibytes that the card held at most."""
    return torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else 0.0


def apart(scene: Scene, one: Values, other: Values) -> float:
    """Return by how many points of a hundred a performer's share differs at most."""
    mine, theirs = (fractions(_summed(scene, v).numpy()) for v in (one, other))
    return float(100 * abs(mine - theirs).max())


def _summed(scene: Scene, values: Values) -> Tensor:
    owner = scene.takes.owner.cpu()
    effect = values.effect[:, 0].mean(0).double().cpu()
    return effect.new_zeros(scene.size).index_add_(0, owner, effect)


def synthetic(device: str) -> Iterator[str]:
    """Yield how the card agrees with the processor on the synthetic performers."""
    scene = performers.stage(performers.SMOOTH, "smooth").scenes[0]
    here, slow = shares(scene)
    card = there(scene, device)
    shares(card)  # kernels are chosen and loaded at first use
    found, quick = shares(card)
    again, _ = shares(card)
    half, halved = shares(card, "bf16")
    same = torch.equal(found.effect, again.effect)
    yield f"synthetic: processor {slow:.1f} s, {device} {quick:.1f} s, bf16 {halved:.1f} s"
    yield f"synthetic: {device} a second time {'the same bytes' if same else 'other bytes'}"
    for name, one in ((device, found), ("bf16", half)):
        yield (
            f"synthetic: {name} apart from the processor by {apart(scene, here, one):.4f} points, "
            f"additivity error {100 * one.missing:.2f} %"
        )


def wide(device: str, widths: tuple[int, ...] = WIDE) -> Iterator[str]:
    """Yield what a payout report on a wide network costs, in trainings of one."""
    draw = torch.Generator().manual_seed(5)
    centre = torch.randn(widths[-1], widths[0], generator=draw)

    def voices(count: int) -> Scene:
        label = torch.randint(widths[-1], (count,), generator=draw)
        owner = torch.arange(count) % 24
        noise = (0.5 + owner[:, None] / 12) * torch.randn(count, widths[0], generator=draw)
        made = takes(centre[label] + noise, label, owner, widths[-1])
        course = replace(performers.SMOOTH, network=Mlp(widths), rate=0.005)
        return Scene("wide", made, made, tuple(range(24)), course)

    scene = there(replace(voices(2_400), asked=voices(600).takes), device)
    size = sum(value.numel() for value in scene.course.network.initial(0).values())
    for passes in ("single", "bf16"):
        course = replace(scene.course, passes=passes)
        alone = replace(scene, course=course)
        one = partial(
            train, course, scene.takes, torch.ones(1, len(scene.takes.label)), torch.tensor([0])
        )
        timed(one)
        (_, training), (found, report) = timed(one), shares(alone, passes)
        yield (
            f"wide: {size / 1e6:.1f} million parameters, {passes}: report {report:.1f} s, training "
            f"{training:.2f} s, {report / training:.1f} trainings, additivity error "
            f"{100 * found.missing:.2f} %, {_most():.1f} GiB"
        )


class Layer(nn.Module):
    """A transformer's layer (pre-norm), of linear layers that the recorder can read."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = width // 64
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.rise, self.fall = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        parts = self.mix(self.before(x)).unflatten(-1, (3, self.heads, 64)).unbind(2)
        seen = scaled_dot_product_attention(*(part.transpose(1, 2) for part in parts))
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        found: Tensor = x + self.fall(gelu(self.rise(self.between(x))))
        return found


class Voice(nn.Module):
    """Frames (B, T, bands) to emotions."""

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.enter = nn.Linear(_BANDS, width)
        self.layers = nn.Sequential(*(Layer(width) for _ in range(layers)))
        self.tell = nn.Linear(width, _CLASSES)

    def forward(self, frames: Tensor) -> Tensor:
        found: Tensor = self.tell(self.layers(self.enter(frames)).mean(1))
        return found


@dataclass(frozen=True)
class Speed:
    """Seconds a step, and gibibytes at most."""

    step: float
    room: float


def loop(device: str, width: int, layers: int, *, watched: bool, steps: int = _STEPS) -> Speed:
    """Train some steps, with or without the recorder.

    Raises
    ------
    torch.OutOfMemoryError : it does not fit. CheckFailed : the recorder found nothing.
    """
    torch.manual_seed(0)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    with torch.device(device):
        model = Voice(width, layers)
        frames, label = torch.randn(480, _FRAMES, _BANDS), torch.randint(_CLASSES, (480,))
    optimiser = torch.optim.AdamW(model.parameters(), 1e-4)
    owners = [f"{i % 24:02d}" for i in range(480)]
    queries = [(frames[i::8][:_BATCH], label[i::8][:_BATCH]) for i in range(8)]
    with torch.autocast(device, torch.bfloat16):
        watch = InRun(model, optimiser, owners=owners, queries=queries) if watched else None

    def step(at: int) -> None:
        some = (torch.arange(_BATCH) + at * _BATCH) % 480
        with torch.autocast(device, torch.bfloat16):
            losses = cross_entropy(model(frames[some]), label[some], reduction="none")
            if watch:
                watch.step(losses, some)
        optimiser.zero_grad()
        torch.autograd.backward(losses.mean())
        with torch.autocast(device, torch.bfloat16):
            optimiser.step()

    for at in range(5):
        step(at)
    start = time.perf_counter()
    for at in range(5, 5 + steps):
        step(at)
    _wait()
    spent = (time.perf_counter() - start) / steps
    if watch and sum(one["share_ppb"] for one in watch.shares().values()) != 10**9:
        raise CheckFailed("The recorder's shares do not add up", where="card")
    return Speed(spent, _most())


def transformers(device: str, sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[str]:
    """Yield what the recorder costs in a loop of ever larger transformers, until none fits."""
    for width, layers in sizes:
        size = 12 * width**2 * layers / 1e6
        try:
            plain = loop(device, width, layers, watched=False)
            torch.cuda.empty_cache()
            found = loop(device, width, layers, watched=True)
        except torch.OutOfMemoryError:
            yield f"transformer of {size:,.0f} million parameters: does not fit"
            return
        finally:
            torch.cuda.empty_cache()
        yield (
            f"transformer of {size:,.0f} million parameters: a step {1e3 * plain.step:.0f} ms, "
            f"watched {1e3 * found.step:.0f} ms ({found.step / plain.step:.2f}); "
            f"{plain.room:.1f} and {found.room:.1f} GiB"
        )


def main() -> None:
    """Measure all, and say so."""
    if not torch.cuda.is_available():
        print("There is no graphics card here.")
        return
    print(torch.cuda.get_device_name(), "·", "torch", torch.__version__, flush=True)
    for part in (synthetic, wide, transformers):
        for line in part("cuda"):
            print(line, flush=True)


if __name__ == "__main__":
    main()
