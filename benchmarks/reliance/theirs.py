"""Peers on a scene, each at the best of a few settings, chosen in its favour by the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.reliance.columns import Scored
from benchmarks.reliance.modules import trained
from benchmarks.reliance.scene import Scene
from yesand.reliance.peers import scores

_DAMPING = tuple({"damping": value} for value in (1e-4, 1e-2))
_HALVES = 10


@dataclass(frozen=True)
class Peer:
    """A peer: settings to choose among, over how many networks, how many of halves."""

    name: str
    settings: Sequence[Mapping[str, Any]] = ({},)
    seeds: int = 1
    halves: int = 0

    def ways(self) -> dict[str, Callable[[Scene], Scored]]:
        """Return one estimate a setting, by how the setting reads."""
        return {_read(one): partial(_scored, self, one) for one in self.settings}


PEERS: dict[str, Peer] = {
    "dattri Grad-Dot, 1 seed": Peer("dattri-graddot"),
    "dattri Grad-Dot, 8 seeds": Peer("dattri-graddot", seeds=8),
    "dattri EK-FAC, 1 seed": Peer("dattri-ekfac", _DAMPING),
    "dattri EK-FAC, 8 seeds": Peer("dattri-ekfac", _DAMPING, seeds=8),
    "kronfluence EK-FAC, 1 seed": Peer("kronfluence-ekfac", _DAMPING),
    "kronfluence EK-FAC, 8 seeds": Peer("kronfluence-ekfac", _DAMPING, seeds=8),
    "dattri TRAK-10 (half)": Peer("dattri-trak", halves=_HALVES),
    "traker TRAK-10 (half)": Peer("traker-trak", halves=_HALVES),
}


def _scored(peer: Peer, settings: Mapping[str, Any], scene: Scene) -> Scored:
    found = [
        scores(peer.name, trained(scene, seed, peer.halves), **settings)
        for seed in range(peer.seeds)
    ]
    return Scored(np.stack([one.mean(1) for one in found]), np.mean(found, axis=0))


def _read(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in settings.items())
