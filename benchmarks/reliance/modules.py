"""Networks of a course as PyTorch modules, as peers ask for them."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from benchmarks.reliance.scene import Scene
from yesand.reliance.trained import State, Trained
from yesand.reliance.trajectory.network import Mlp, Module, Parameters
from yesand.reliance.trajectory.training import train

_ACTIVATION = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh}


def module(scene: Scene) -> nn.Module:
    """Return an untrained module of the scene's network."""
    network = scene.course.network
    if isinstance(network, Module):
        return network.make()
    assert isinstance(network, Mlp)
    layers = list[nn.Module]()
    for before, after in pairwise(network.widths):
        layers += [nn.Linear(before, after), _ACTIVATION[network.activation]()]
    return nn.Sequential(*layers[:-1])


def state(scene: Scene, parameters: Parameters, row: int) -> State:
    """Return one of many trained networks as the module's ``state_dict``."""
    if isinstance(scene.course.network, Module):
        return {name: value[row].clone() for name, value in parameters.items()}
    found = dict[str, Tensor]()
    for name, value in parameters.items():
        kind, at = name[:-1], int(name[-1])
        turned = value[row].T if kind == "weight" else value[row]
        found[f"{2 * at}.{kind}"] = turned.contiguous()
    return found


def trained(scene: Scene, seed: int, halves: int = 0) -> Trained:
    """Return a network trained on all takes, with others trained on random halves of them.

    Halves of the takes are what TRAK's authors average over.
    """
    count = len(scene.takes.label)
    rng = torch.Generator().manual_seed(seed)
    weights = torch.ones(1 + halves, count)
    for row in weights[1:]:
        row[torch.randperm(count, generator=rng)[: count // 2]] = 0
    parameters = train(scene.course, scene.takes, weights, seed + torch.arange(1 + halves))
    made = module(scene)
    made.load_state_dict(state(scene, parameters, 0))
    made.eval()
    states = tuple(state(scene, parameters, 1 + i) for i in range(halves))
    return Trained(made, scene.takes, scene.asked, scene.size, states)
