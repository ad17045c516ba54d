"""Whether intervals cover: ``python -m benchmarks.reliance.calibration ravdess-mlp``.

One table's column has one interval a performer, two dozen, too few to tell 95 % from 90. Here each
estimate is made again and again over seeds and subsets that no other one has had, and all their
intervals are counted together.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.reliance.again import regressed
from benchmarks.reliance.columns import NOMINAL, Scored, coverage, together
from benchmarks.reliance.ours import path
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.stages import PLANS, stage
from benchmarks.reliance.truth import truth

_GROUPS, _SEEDS, _PAIRS = 20, 8, 80


def _dealt(scene: Scene, group: int) -> Scored:
    return path(scene, _SEEDS, 8, dealt=2, first=group * _SEEDS)


def _subsets(scene: Scene, group: int) -> Scored:
    return regressed(scene, _PAIRS, draw=group)


WAYS: dict[str, Callable[[Scene, int], Scored]] = {
    f"datamodel, {_PAIRS} pairs": _subsets,
    f"Aumann–Shapley, {_SEEDS} seeds, 8 nodes dealt to 2": _dealt,
}


def main(name: str) -> None:
    """Print how many intervals of all groups hold the truth."""
    torch.set_num_threads(1)
    played = stage(name)
    true = together(played, [truth(scene, PLANS[name]).shapley for scene in played.scenes])
    for read, way in WAYS.items():
        found = []
        for group in range(_GROUPS):
            scored = [way(scene, group) for scene in played.scenes]
            found.append(coverage(together(played, [one.total for one in scored]), true))
        told = [one for one in found if one is not None]
        print(
            f"{name}, {read}: {np.mean(told):.1f} % of {len(played.performers) * len(told)} "
            f"intervals at {NOMINAL:.0%} ({', '.join(f'{one:.0f}' for one in told)})",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1])
