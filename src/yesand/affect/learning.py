"""Training the voice model: deterministic, and smooth, so that one take more moves it little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from math import cos, pi
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import log_softmax

from yesand.affect.features import BANDS
from yesand.affect.frames import WINDOW, Pack, Shown
from yesand.affect.standing import Batches, Logbook, Standing
from yesand.affect.voice_model import Shape, VoiceModel, build

#: Told after every step, with the model as it is then.
Heard = Callable[[VoiceModel], None]


class Watching(Protocol):
    """Is told of every batch between its forward and its backward pass."""

    def step(self, losses: Tensor, takes: Tensor, again: Callable[[], Tensor]) -> None:
        """Take the loss of each take, (takes,), which they are, and what computes it once more."""
        ...


#: Begins to watch a model and its optimiser, before the first step; it must change neither.
Watch = Callable[[VoiceModel, torch.optim.Optimizer], Watching]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained. The same recipe on the same takes gives the same weights.

    Attributes
    ----------
    learning_rate : the peak; it rises over the first tenth of the steps and falls as a cosine.
    least_steps : a small corpus is gone through more often, until it makes so many steps.
    average : how much of the run the moving average of the weights reaches back over; the average
        is the model that is kept.
    smoothing : of labels (Szegedy et al. 2016).
    balance : exponent of the classes' inverse frequency as their weight.
    shift : up to so many mel bands up or down, as if the vocal tract were another (VTLP).
    mask_bands, mask_steps : widest stripes hidden (SpecAugment, Park et al. 2019).
    """

    seed: int = 0
    epochs: int = 20
    least_steps: int = 200
    batch: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    average: float = 0.1
    smoothing: float = 0.1
    dropout: float = 0.3
    balance: float = 1.0
    shift: int = 0
    mask_bands: int = 0
    mask_steps: int = 0

    def steps(self, takes: int) -> int:
        """Return how many steps are made on so many takes."""
        return max(self.epochs * -(-takes // self.batch), self.least_steps)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def fit(
    pack: Pack,
    takes: Tensor,
    label: Tensor,
    classes: int,
    recipe: Recipe,
    shape: Shape,
    heard: Heard = lambda model: None,
    watch: Watch | None = None,
    logbook: Logbook = Logbook(),  # noqa: B008  # frozen, and empty
) -> VoiceModel:
    """Train a model on some takes of a pack.

    Parameters
    ----------
    takes : indices into the pack, shape (n,).
    label : of every take of the pack, shape (len(pack),); or what it is heard as, a distribution,
        float32, shape (len(pack), classes).
    logbook : by which it is taken up where it was broken off; the weights come out the same.
    """
    model = build(classes, shape, recipe.seed)
    model.meet(pack, takes)
    steps = recipe.steps(len(takes))
    average = _Average(model, 1 - 1 / (1 + recipe.average * steps))
    weight = _weights(label[takes], classes, recipe.balance)
    luck = torch.Generator().manual_seed(recipe.seed)
    optimiser = _optimiser(model, recipe)
    batches = Batches(takes, recipe.batch, luck)
    standing = Standing(model, average.kept, optimiser, luck, batches, logbook.curve)
    model.train()
    watching = watch(model, optimiser) if watch else None
    for step in range(logbook.resume(standing, steps), steps):
        chosen = batches.next()
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _pace(step, steps)
        shown, drawn = pack.draw(chosen, luck), luck.get_state()
        note = partial(logbook.curve.note, step) if logbook.curve else None
        losses = _losses(model, shown, label[chosen], weight, recipe, luck, note)
        if watching:
            again = partial(_again, drawn, model, shown, label[chosen], weight, recipe)
            watching.step(losses.sum(dim=1), chosen, again)
        optimiser.zero_grad()
        torch.autograd.backward(losses.sum() / len(losses))
        optimiser.step()
        average.follow(step)
        heard(model)
        logbook.after(step + 1, steps, standing)
    average.settle()
    return model.eval()


def _losses(
    model: VoiceModel,
    shown: Shown,
    label: Tensor,
    weight: Tensor,
    recipe: Recipe,
    luck: torch.Generator,
    note: Callable[[Tensor], None] | None = None,
) -> Tensor:
    """Return the weighted cross-entropy by take and class, (takes, classes).

    Summed over the model's parts, each of which must answer alone.

    Parameters
    ----------
    note : is told each part's own, the mean over the takes, (parts,).
    """
    target = _target(label, weight, recipe.smoothing)
    pooled = _dropped(model.pooled(_varied(shown.windows, recipe, luck)), recipe.dropout, luck)
    said = [model.head(_dropped(model.embedded(pooled), recipe.dropout, luck))]
    for nets, prosody in ((model.plain, shown.prosody), (model.moved, shown.moved)):
        for net in nets:
            told = net.embedded(_dropped(net.shown(prosody), recipe.dropout, luck))
            said.append(net.head(_dropped(told, recipe.dropout, luck)))
    each = torch.stack([log_softmax(logits, dim=1) for logits in said])
    if note:
        note(-(each.detach() * target).sum(dim=(1, 2)) / len(target))
    answers = each.sum(dim=0)
    return -(answers * target)


def _target(label: Tensor, weight: Tensor, smoothing: float) -> Tensor:
    """Return smoothed labels, each as its class counts, (takes, classes)."""
    target = torch.full((len(label), len(weight)), smoothing / len(weight))
    if label.ndim > 1:
        return (target + (1 - smoothing) * label) * (label @ weight)[:, None]
    target[torch.arange(len(label)), label] += 1 - smoothing
    return target * weight[label, None]


def _again(
    drawn: Tensor,
    model: VoiceModel,
    shown: Shown,
    label: Tensor,
    weight: Tensor,
    recipe: Recipe,
) -> Tensor:
    """Return each take's loss with the luck that it had, (takes,)."""
    luck = torch.Generator()
    luck.set_state(drawn)
    return _losses(model, shown, label, weight, recipe, luck).sum(dim=1)


def _dropped(values: Tensor, rate: float, luck: torch.Generator) -> Tensor:
    """Dropout with luck of one's own: folds train side by side and must not share a generator."""
    keep = torch.rand(values.shape, generator=luck) >= rate
    return values * keep / (1 - rate)


def _varied(windows: Tensor, recipe: Recipe, luck: torch.Generator) -> Tensor:
    """Shift the spectrum and hide stripes of it, shape (batch, 1, 96, 64)."""
    many = len(windows)
    bands, steps = torch.arange(BANDS), torch.arange(WINDOW)
    if recipe.shift:
        shift = torch.randint(-recipe.shift, recipe.shift + 1, (many, 1), generator=luck)
        source = (bands + shift).clamp(0, BANDS - 1)
        windows = windows.gather(3, source[:, None, None, :].expand(-1, 1, WINDOW, -1))
    hidden = _stripe(many, bands, recipe.mask_bands, luck)[:, None, None, :]
    hidden = hidden | _stripe(many, steps, recipe.mask_steps, luck)[:, None, :, None]
    return windows.masked_fill(hidden, 0.0)


def _stripe(many: int, places: Tensor, widest: int, luck: torch.Generator) -> Tensor:
    width = torch.randint(0, widest + 1, (many, 1), generator=luck)
    start = (torch.rand(many, 1, generator=luck) * (len(places) - width)).long()
    return (places >= start) & (places < start + width)


def _weights(label: Tensor, classes: int, balance: float) -> Tensor:
    if label.ndim > 1:
        weight = (len(label) / classes / label.sum(dim=0).clamp_min(1)) ** balance
        return weight / (label @ weight).mean()
    count = torch.bincount(label, minlength=classes).clamp_min(1).float()
    weight = (len(label) / classes / count) ** balance
    return weight / weight[label].mean()


def _optimiser(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    # Weights decay; biases and scales of normalisation do not (Loshchilov & Hutter 2019).
    heavy = [p for p in model.parameters() if p.ndim > 1]
    light = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": heavy, "weight_decay": recipe.weight_decay},
        {"params": light, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)


def _pace(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / (0.1 * steps + 1))
    return warm * 0.5 * (1 + cos(pi * step / steps))


class _Average:
    """The moving average of a model's weights and of its normalisation's statistics."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.live = [v for v in model.state_dict().values() if v.is_floating_point()]
        self.kept = [v.clone() for v in self.live]

    def follow(self, step: int) -> None:
        """Take one more step into account; early ones are soon forgotten."""
        decay = min(self.decay, (step + 1) / (step + 10))
        torch._foreach_lerp_(self.kept, self.live, 1 - decay)

    def settle(self) -> None:
        """Put the average in the model's place."""
        with torch.no_grad():
            for live, kept in zip(self.live, self.kept, strict=True):
                live.copy_(kept)
