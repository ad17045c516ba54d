"""Whether intervals cover, and what more seeds bring: ``python -m … .calibration ravdess-mlp``.

One table's column has one interval a performer, two dozen, too few to tell 95 % from 90. Here each
estimate is made again and again over seeds and subsets that no other one has had, and all their
intervals are counted together; and the means of ever more groups show how near an estimate comes
to the truth, and where it comes no nearer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from benchmarks.reliance.again import regressed
from benchmarks.reliance.columns import NOMINAL, Floats, Scored, _rank, coverage, together
from benchmarks.reliance.ours import path
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.stages import PLANS, stage
from benchmarks.reliance.truth import truth
from yesand.reliance.shares import fractions

_GROUPS, _SEEDS, _PAIRS = 20, 8, 80
_MANY = (1, 2, 5, 10, 20)


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
        groups = [
            together(played, [way(scene, group).total for scene in played.scenes])
            for group in range(_GROUPS)
        ]
        told = [one for one in (coverage(group, true) for group in groups) if one is not None]
        print(
            f"{name}, {read}: {np.mean(told):.1f} % of {len(played.performers) * len(told)} "
            f"intervals at {NOMINAL:.0%} ({', '.join(f'{one:.0f}' for one in told)})",
            flush=True,
        )
        print(*curve([group.mean(0) for group in groups], true.mean(0)), sep="\n", flush=True)


def curve(groups: Sequence[Floats], value: Floats) -> Iterator[str]:
    """Yield how near means of ever more groups come to performers' true values."""
    for many in (n for n in _MANY if n <= len(groups)):
        means = [np.mean(groups[k : k + many], axis=0) for k in range(0, len(groups), many)][
            : len(groups) // many
        ]
        ranks = np.mean([_rank(mean, value) for mean in means])
        apart = [np.abs(fractions(mean) - fractions(value)).max() for mean in means]
        yield (
            f"  {many} group(s): Shapley ρ {ranks:.3f}, largest share error "
            f"{100 * np.mean(apart):.2f} points"
        )


if __name__ == "__main__":
    main(sys.argv[1])
