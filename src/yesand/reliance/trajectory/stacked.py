"""Networks side by side: every parameter with a leading axis of M networks, and so every feature.

Layers that are written here multiply all networks' matrices at once, and PyTorch differentiates
them as it does any other layer. A network with any other layer goes by ``torch.func.vmap``, which
gives the same figures and takes several times as long where networks are small.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from yesand.reliance.trajectory.network import ACTIVATIONS, Mlp, Module, Network, Parameters, Pool

#: Logits (M, B, classes) of parameters (M, …) and features (M, B, …).
Logits = Callable[[Parameters, Tensor], Tensor]
_Layer = Callable[[Parameters, str, Tensor], Tensor]


def stacked(network: Network) -> Logits:
    """Return how many networks of this kind answer at once."""
    if isinstance(network, Mlp):
        return partial(_mlp, network)
    layers = _of(network.made) if isinstance(network, Module) else None
    return partial(_chain, layers) if layers else torch.func.vmap(network.logits)


def _mlp(network: Mlp, parameters: Parameters, features: Tensor) -> Tensor:
    for at, _ in enumerate(pairwise(network.widths)):
        features = ACTIVATIONS[network.activation](features) if at else features
        bias = parameters[f"bias{at}"][:, None]
        features = torch.baddbmm(bias, features, parameters[f"weight{at}"])
    return features


def _chain(layers: list[tuple[_Layer, str]], parameters: Parameters, features: Tensor) -> Tensor:
    for layer, name in layers:
        features = layer(parameters, name, features)
    return features


def _of(module: nn.Module) -> list[tuple[_Layer, str]] | None:
    every = len(list(module.named_parameters(remove_duplicate=False)))
    tied = every > len(list(module.parameters()))
    return None if tied else _layers(module, "")


def _layers(module: nn.Module, name: str) -> list[tuple[_Layer, str]] | None:
    """Return a module's layers in their order with their names; nothing where one is unknown."""
    if type(module) is not nn.Sequential:
        layer = _layer(module)
        return [(layer, name)] if layer else None
    found = list[tuple[_Layer, str]]()
    for own, part in module._modules.items():
        layers = _layers(part, f"{name}{own}.") if part else None
        if not layers:
            return None
        found += layers
    return found


def _layer(module: nn.Module) -> _Layer | None:
    kind = type(module)
    if module._forward_hooks or module._forward_pre_hooks:
        return None
    if getattr(module, "padding_mode", "zeros") != "zeros":
        return None
    if kind in _BARE:
        return partial(_bare, module)
    return partial(_FORMS[kind], module) if kind in _FORMS else None


def _bare(module: nn.Module, parameters: Parameters, name: str, features: Tensor) -> Tensor:
    """Have a layer without parameters take all networks' takes as one batch."""
    found: Tensor = module(features.flatten(0, 1))
    return torch.unflatten(found, 0, features.shape[:2])


def _linear(module: nn.Linear, parameters: Parameters, name: str, features: Tensor) -> Tensor:
    weight, rows = parameters[f"{name}weight"].mT, features.flatten(1, -2)
    if module.bias is None:
        found = torch.bmm(rows, weight)
    else:
        found = torch.baddbmm(parameters[f"{name}bias"][:, None], rows, weight)
    return torch.unflatten(found, 1, features.shape[1:-1])


def _conv(
    module: nn.Conv1d | nn.Conv2d, parameters: Parameters, name: str, features: Tensor
) -> Tensor:
    """Convolve in groups, one a network: (B, M · channels, …)."""
    weight = parameters[f"{name}weight"]
    bias = None if module.bias is None else parameters[f"{name}bias"].flatten()
    convolve = torch.conv1d if isinstance(module, nn.Conv1d) else torch.conv2d
    found: Tensor = convolve(
        features.transpose(0, 1).flatten(1, 2), weight.flatten(0, 1), bias, module.stride,
        module.padding, module.dilation, module.groups * len(weight),
    )  # fmt: skip
    return torch.unflatten(found, 1, weight.shape[:2]).transpose(0, 1)


def _layer_norm(module: nn.LayerNorm, parameters: Parameters, name: str, x: Tensor) -> Tensor:
    found = nn.functional.layer_norm(x, module.normalized_shape, eps=module.eps)
    return _affine(module.normalized_shape, parameters, name, found)


def _group_norm(module: nn.GroupNorm, parameters: Parameters, name: str, x: Tensor) -> Tensor:
    flat = nn.functional.group_norm(x.flatten(0, 1), module.num_groups, eps=module.eps)
    shape = (module.num_channels, *(1 for _ in x.shape[3:]))
    return _affine(shape, parameters, name, torch.unflatten(flat, 0, x.shape[:2]))


def _affine(shape: tuple[int, ...], parameters: Parameters, name: str, x: Tensor) -> Tensor:
    for part, act in (("weight", torch.mul), ("bias", torch.add)):
        given = parameters.get(f"{name}{part}")
        if given is not None:
            before = [1] * (x.ndim - 1 - len(shape))
            x = act(x, given.reshape(len(given), *before, *shape))
    return x


#: Layers with parameters of their own.
_FORMS: dict[type[nn.Module], Callable[..., Tensor]] = {
    nn.Linear: _linear,
    nn.Conv1d: _conv,
    nn.Conv2d: _conv,
    nn.LayerNorm: _layer_norm,
    nn.GroupNorm: _group_norm,
}
#: Layers without, that treat every take by itself.
_BARE = {
    nn.Identity, nn.ReLU, nn.GELU, nn.Tanh, nn.Sigmoid, nn.SiLU, nn.ELU, nn.LeakyReLU, nn.Softplus,
    nn.AvgPool1d, nn.AvgPool2d, nn.MaxPool1d, nn.MaxPool2d, nn.AdaptiveAvgPool1d,
    nn.AdaptiveAvgPool2d, nn.Flatten, nn.Unflatten, Pool,
}  # fmt: skip
