"""A small network on frozen features: a residual bottleneck, and a head on what it makes of them.

After Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP (ICML), §2.1: what a frozen
encoder says is led through a narrow layer and added to itself; at first nothing is added, so that
training begins at the encoder. Theirs sits in every layer of the encoder; ours on the pooled
frames of one, so that each take is embedded once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import gelu, log_softmax, relu

from yesand.affect.learning import (
    Recipe,
    _Average,
    _dropped,
    _optimiser,
    _pace,
    _weights,
)
from yesand.affect.standing import Batches
from yesand.affect.voice_model import seeded
from yesand.kernel.errors import BadInput

Floats = NDArray[np.float64]
#: Further than so many standard deviations from what is usual counts as so many.
_FAR = 4.0


@dataclass(frozen=True)
class Form:
    """The numbers of an adapter.

    Attributes
    ----------
    bottleneck : of the narrow layer. embedding : length of what the head sees.
    """

    bottleneck: int = 64
    embedding: int = 64

    def as_json(self) -> dict[str, int]:
        """Return plain JSON."""
        return asdict(self)

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Form:
        """Read it back.

        Raises
        ------
        BadInput : not the numbers of an adapter.
        """
        try:
            return cls(int(told["bottleneck"]), int(told["embedding"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not the numbers of an adapter: {fault}") from fault


class Adapter(nn.Module):
    """Rows of frozen features in, (takes, width); an embedding and logits out."""

    centre: Tensor
    scale: Tensor

    def __init__(self, width: int, classes: int, form: Form) -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))
        self.down = nn.Linear(width, form.bottleneck)
        self.up = nn.Linear(form.bottleneck, width)
        self.project = nn.Linear(width, form.embedding, bias=False)
        self.level = nn.BatchNorm1d(form.embedding)
        self.head = nn.Linear(form.embedding, classes)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def meet(self, rows: Tensor) -> None:
        """Take over mean and spread of the takes to be trained on."""
        told = rows.double()
        spread = told.std(dim=0, unbiased=False)
        self.centre.copy_(told.mean(dim=0))
        # What is the same in all takes would leave every other take at the limit.
        self.scale.copy_(torch.where(spread > 1e-6 * (1 + self.centre.abs()), 1 / spread, 0))

    def within(self, rows: Tensor) -> Tensor:
        """Return features on one scale, none of them far out."""
        return ((rows - self.centre) * self.scale).clamp(-_FAR, _FAR)

    def adapted(self, within: Tensor) -> Tensor:
        """Return features with what the bottleneck adds to them."""
        added: Tensor = self.up(gelu(self.down(within)))
        return within + added

    def embedded(self, adapted: Tensor) -> Tensor:
        """Return the penultimate layer, (takes, embedding)."""
        return relu(self.level(self.project(adapted)))

    def forward(self, rows: Tensor) -> Tensor:
        """Return the embedding of takes, (takes, embedding)."""
        return self.embedded(self.adapted(self.within(rows)))

    @torch.inference_mode()
    def embed(self, rows: Floats) -> Tensor:
        """Return the same of takes' features, (takes, width)."""
        made: Tensor = self(torch.from_numpy(rows.astype(np.float32)))
        return made

    @torch.inference_mode()
    def logits(self, rows: Floats) -> Floats:
        """Return the score of each class, (takes, classes)."""
        made: Floats = self.head(self.embed(rows)).double().numpy()
        return made

    def probability(self, rows: Floats, trust: float = 1.0) -> Floats:
        """Return the probability of each class, (takes, classes); see ``head.Head``."""
        made: Floats = (trust * torch.from_numpy(self.logits(rows))).softmax(1).numpy()
        return made


def fit(
    rows: Tensor,
    takes: Tensor,
    label: Tensor,
    classes: int,
    recipe: Recipe,
    form: Form,
    heard: Callable[[], None] = lambda: None,
) -> Adapter:
    """Train an adapter on some takes, as ``learning.fit`` trains a network on sound.

    Parameters
    ----------
    rows : (N, width) of all takes. label : (N,) of all takes. takes : indices of those to learn
        from, (n,). heard : told after every step.
    """
    model = _built(rows.shape[1], classes, form, recipe.seed)
    model.meet(rows[takes])
    steps, luck = recipe.steps(len(takes)), torch.Generator().manual_seed(recipe.seed)
    average = _Average(model, 1 - 1 / (1 + recipe.average * steps))
    weight, optimiser = _weights(label[takes], classes, recipe.balance), _optimiser(model, recipe)
    model.train()
    batches = Batches(takes, recipe.batch, luck)
    for step in range(steps):
        chosen = batches.next()
        for group in optimiser.param_groups:
            group["lr"] = recipe.learning_rate * _pace(step, steps)
        loss = _loss(model, rows[chosen], label[chosen], weight, recipe, luck)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        average.follow(step)
        heard()
    average.settle()
    return model.eval()


def _loss(
    model: Adapter,
    rows: Tensor,
    label: Tensor,
    weight: Tensor,
    recipe: Recipe,
    luck: torch.Generator,
) -> Tensor:
    """Return the mean weighted cross-entropy of smoothed labels."""
    classes = len(weight)
    target = torch.full((len(label), classes), recipe.smoothing / classes)
    target[torch.arange(len(label)), label] += 1 - recipe.smoothing
    shown = _dropped(model.adapted(model.within(rows)), recipe.dropout, luck)
    seen = _dropped(model.embedded(shown), recipe.dropout, luck)
    said = log_softmax(model.head(seen), dim=1)
    return -(said * target * weight[label, None]).sum() / len(label)


def _built(width: int, classes: int, form: Form, seed: int) -> Adapter:
    with seeded(seed):
        return Adapter(width, classes, form)
