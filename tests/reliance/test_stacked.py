"""Networks side by side answer, and bend, as each does by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.func import grad, jvp, vmap

from yesand.reliance.trajectory.flat import Rows
from yesand.reliance.trajectory.gradients import Batch, bend, leans, slope
from yesand.reliance.trajectory.network import Mlp, Module, Network, Parameters, conv
from yesand.reliance.trajectory.stacked import stacked

NETWORKS, TAKES, CLASSES = 3, 5, 3


class Own(nn.Module):
    """A layer that nobody has written down."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(6))

    def forward(self, features: Tensor) -> Tensor:
        return torch.sin(features * self.scale)


def _flat(*layers: Callable[[], nn.Module]) -> Module:
    return Module(lambda: nn.Sequential(*(make() for make in layers)))


def last() -> nn.Module:
    return nn.Linear(6, CLASSES)


def tied() -> nn.Module:
    layer = nn.Linear(6, 6)
    return nn.Sequential(layer, nn.Sequential(nn.GELU(), layer), nn.Linear(6, CLASSES))


KNOWN: dict[str, tuple[Network, tuple[int, ...]]] = {
    "mlp": (Mlp((4, 6, 5, CLASSES)), (4,)),
    "linear": (Mlp((4, CLASSES)), (4,)),
    "one layer": (Module(last), (6,)),
    "norms": (
        _flat(lambda: nn.LayerNorm(6), nn.Tanh, lambda: nn.Linear(6, 6, bias=False), last), (6,)
    ),
    "nested": (_flat(lambda: nn.Sequential(nn.Linear(4, 6), nn.GELU()), last), (4,)),
    "maps": (conv(8, CLASSES, (4, 8)), (1, 9, 8)),
    "sounds": (
        _flat(
            lambda: nn.Conv1d(2, 6, 3, stride=2, padding=1, bias=False),
            lambda: nn.GroupNorm(3, 6, affine=False), nn.SiLU,
            lambda: nn.Conv1d(6, 6, 2, groups=3), lambda: nn.AdaptiveAvgPool1d(1), nn.Flatten, last,
        ),
        (2, 12),
    ),
}  # fmt: skip
UNKNOWN: dict[str, tuple[Network, tuple[int, ...]]] = {
    "own": (_flat(Own, last), (6,)),
    "tied": (Module(tied), (6,)),
    "circular": (
        _flat(lambda: nn.Conv1d(1, 6, 3, padding=1, padding_mode="circular"),
              lambda: nn.AdaptiveAvgPool1d(1), nn.Flatten, last), (1, 6)),
}  # fmt: skip


ALL = {**KNOWN, **UNKNOWN}


def given(network: Network, shape: tuple[int, ...]) -> tuple[Parameters, Parameters, Batch]:
    """Return parameters, a direction, and a batch for each of some networks."""
    luck = torch.Generator().manual_seed(0)
    starts = [network.initial(seed) for seed in range(NETWORKS)]
    here = {name: torch.stack([s[name] for s in starts]).double() for name in starts[0]}
    along = {k: torch.randn(v.shape, generator=luck, dtype=torch.float64) for k, v in here.items()}
    features = torch.randn(NETWORKS, TAKES, *shape, generator=luck, dtype=torch.float64)
    label = torch.randint(0, CLASSES, (NETWORKS, TAKES), generator=luck)
    weight = torch.rand(NETWORKS, TAKES, generator=luck, dtype=torch.float64)
    return here, along, Batch(features, nn.functional.one_hot(label, CLASSES).double(), weight)


def each(network: Network, parameters: Parameters, features: Tensor, answer: Tensor) -> Tensor:
    """Return one network's loss of every take."""
    return -(network.logits(parameters, features).log_softmax(-1) * answer).sum(-1)


@pytest.mark.parametrize("name", ALL)
def test_side_by_side_they_answer_and_bend_as_alone(name: str) -> None:
    network, shape = ALL[name]
    here, along, batch = given(network, shape)
    networks = Rows(network)
    rows, direction = map(networks.layout.join, (here, along))
    answers = vmap(network.logits)(here, batch.features)
    assert torch.allclose(networks.logits(rows, batch.features), answers, atol=1e-12)

    def loss(p: Parameters, x: Tensor, answer: Tensor, weight: Tensor) -> Tensor:
        return (weight * each(network, p, x, answer)).sum()

    def alone(
        p: Parameters, v: Parameters, *parts: Tensor
    ) -> tuple[Tensor, Parameters, Parameters]:
        told = jvp(lambda at: each(network, at, *parts[:2]), (p,), (v,))[1]
        return told, *jvp(lambda at: grad(loss)(at, *parts), (p,), (v,))

    told, *derived = vmap(alone)(here, along, batch.features, batch.answer, batch.weight)
    pulled, bent = map(networks.layout.join, derived)
    found, curved = bend(networks, rows, direction, batch)
    assert torch.allclose(found, told) and torch.allclose(curved, bent)
    both, gradient = leans(networks, rows, torch.stack([direction, rows], 1), batch)
    assert torch.allclose(both[:, 0], told)
    assert torch.allclose(both[:, 1], bend(networks, rows, rows, batch)[0])
    assert torch.allclose(slope(networks, rows, batch), pulled)
    assert torch.allclose(gradient, pulled)


def test_layers_that_are_written_down_are_multiplied_at_once_and_others_one_by_one() -> None:
    at_once = {name: isinstance(stacked(network), partial) for name, (network, _) in ALL.items()}
    assert at_once == {name: name in KNOWN for name in ALL}
