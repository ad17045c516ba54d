"""dattri (Deng et al. 2024): EK-FAC, Grad-Dot, influence by conjugate gradients, and TRAK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from dattri.algorithm.influence_function import IFAttributorCG, IFAttributorEKFAC
from dattri.algorithm.tracin import TracInAttributor
from dattri.algorithm.trak import TRAKAttributor
from dattri.task import AttributionTask
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from yesand.reliance.head import Takes
from yesand.reliance.trained import State, Trained

_BATCH = 256
Data = tuple[Tensor, Tensor]


def ekfac(trained: Trained, damping: float = 1e-4) -> Tensor:
    """Return (N, Q) influences by EK-FAC; it sees linear layers only."""
    attributor = IFAttributorEKFAC(_task(trained, _loss(trained.module)), damping=damping)
    return _attributed(attributor, trained)


def conjugate(trained: Trained, damping: float = 1e-2, steps: int = 10) -> Tensor:
    """Return (N, Q) influences with the Hessian inverted by conjugate gradients."""
    attributor = IFAttributorCG(
        _task(trained, _loss(trained.module)), max_iter=steps, regularization=damping
    )
    attributor.cache(_loader(trained.takes, len(trained.takes.label)))
    return _given(attributor, trained, len(trained.takes.label))


def graddot(trained: Trained) -> Tensor:
    """Return (N, Q) products of gradients (Charpiat et al. 2019)."""
    task = _task(trained, _loss(trained.module))
    attributor = TracInAttributor(task, weight_list=torch.ones(1), normalized_grad=False)
    attributor.projector_kwargs = None
    return _given(attributor, trained, _BATCH)


def trak(trained: Trained, width: int = 512, damping: float = 1e-6) -> Tensor:
    """Return (N, Q) scores by TRAK (Park et al. 2023), averaged over the trained states."""
    states = list(trained.states) or [trained.module.state_dict()]
    task = _task(trained, _margin(trained.module), states)
    attributor = TRAKAttributor(
        task=task,
        correct_probability_func=_chance(trained.module),
        projector_kwargs={"proj_dim": width, "proj_max_batch_size": 32, "device": "cpu"},
        regularization=damping,
    )
    attributor.cache(_loader(trained.takes))
    with torch.no_grad():
        found: Tensor = attributor.attribute(_loader(trained.asked))
    return found


def _attributed(attributor: Any, trained: Trained) -> Tensor:
    attributor.cache(_loader(trained.takes))
    return _given(attributor, trained, _BATCH)


def _given(attributor: Any, trained: Trained, batch: int) -> Tensor:
    found: Tensor = attributor.attribute(_loader(trained.takes, batch), _loader(trained.asked))
    return found.detach()


def _task(
    trained: Trained, loss: Callable[..., Tensor], states: list[State] | None = None
) -> AttributionTask:
    return AttributionTask(loss, trained.module, states or trained.module.state_dict())


def _loader(takes: Takes, batch: int = _BATCH) -> DataLoader[Any]:
    return DataLoader(TensorDataset(takes.features, takes.label), batch_size=batch)


def _loss(module: nn.Module) -> Callable[..., Tensor]:
    def loss(params: Any, data: Data) -> Tensor:
        scores = torch.func.functional_call(module, params, (data[0],))
        return nn.functional.cross_entropy(scores, data[1])

    return loss


def _margin(module: nn.Module) -> Callable[..., Tensor]:
    """Return log p / (1 − p) of the right label, one take at a time (Park et al. 2023, §3.3)."""

    def margin(params: Any, data: Data) -> Tensor:
        sound, label = data[0][None], data[1][None]
        scores = torch.func.functional_call(module, params, (sound,))
        loss = nn.functional.cross_entropy(scores, label)
        return -loss - torch.log1p(-torch.exp(-loss).clamp(max=1 - 1e-6))

    return margin


def _chance(module: nn.Module) -> Callable[..., Tensor]:
    def chance(params: Any, data: Data) -> Tensor:
        scores = torch.func.functional_call(module, params, (data[0][None],))
        return torch.exp(-nn.functional.cross_entropy(scores, data[1][None]))

    return chance
