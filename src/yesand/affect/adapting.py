"""Training an adapter alone, on features that nothing else hears."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from yesand.affect.adapter import Adapter, Form
from yesand.affect.learning import Recipe, _Average, _dropped, _optimiser, _pace, _weights
from yesand.affect.standing import Batches
from yesand.affect.voice_model import seeded


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
    shown = _dropped(model.shown(rows), recipe.dropout, luck)
    seen = _dropped(model.embedded(shown), recipe.dropout, luck)
    said = log_softmax(model.head(seen), dim=1)
    return -(said * target * weight[label, None]).sum() / len(label)


def _built(width: int, classes: int, form: Form, seed: int) -> Adapter:
    with seeded(seed):
        return Adapter(width, classes, form)
