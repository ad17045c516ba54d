"""How many nodes the path takes: ``python -m benchmarks.reliance.nodes smooth``.

The slope along the path at 64 even places of four seeds stands for the integral. Rules of few
nodes, fixed or laid by one seed's pilot, are held against it and against U(all) − U(none), by the
very same slopes in between (cubic splines). With ``--relu`` the network has kinks.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import torch
from scipy.interpolate import CubicSpline

from benchmarks.reliance import performers
from benchmarks.reliance.columns import Floats
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.stages import stage
from yesand.reliance.trajectory.network import Mlp
from yesand.reliance.trajectory.places import PILOT, fixed, placed
from yesand.reliance.trajectory.reverse import derivative

_SEEDS, _PLACES = 4, 64


def slopes(scene: Scene) -> tuple[Floats, Floats]:
    """Return dU/ds of every performer, (seeds, places + 1, size), and U (seeds, places)."""
    along = np.arange(1, _PLACES + 1) / _PLACES
    weights = torch.from_numpy(along**3).float()[:, None].expand(-1, len(scene.takes.label))
    found, utility = [], []
    for seed in range(_SEEDS):
        run = derivative(
            scene.course, scene.takes, weights, torch.full((_PLACES,), seed), scene.usage
        )
        rise = scene.summed(run.slope[:, 0]).double().numpy() * (3 * along**2)[:, None]
        found.append(np.concatenate([np.zeros((1, scene.size)), rise]))
        utility.append(run.utility[:, 0].double().numpy())
    return np.stack(found), np.stack(utility)


def main(scene: Scene) -> None:
    """Print how far each rule misses the gain, and the fine integral of a share."""
    rise, utility = slopes(scene)
    even = np.arange(_PLACES + 1) / _PLACES
    curves = [CubicSpline(even, one) for one in rise]
    whole = np.stack([curve.integrate(0, 1) for curve in curves])
    none = utility[:, 0] - [curve.integrate(0, even[1]).sum() for curve in curves]
    gain = utility[:, -1] - none
    print(f"64 places miss the gain by {100 * (whole.sum() / gain.sum() - 1):+.2f} %")
    pilots = [CubicSpline(even, [first, *rest]) for first, rest in zip(none, utility, strict=True)]
    for count in (4, 6, 8):
        rules = [("fixed", fixed(count))]
        laid = (torch.from_numpy(pilot(np.linspace(0, 1, PILOT))) for pilot in pilots)
        rules += [(f"laid by seed {seed}", placed(one, count)) for seed, one in enumerate(laid)]
        for name, (place, weight) in rules:
            at = place.numpy() ** (1 / 3)
            counts = weight.numpy() / (3 * at**2)
            told = np.einsum("k,skg->sg", counts, [curve(at) for curve in curves])
            missing = 100 * abs(told.sum() / gain.sum() - 1)
            points = 100 * np.abs(told.mean(0) - whole.mean(0)).max() / gain.mean()
            print(f"{count} nodes {name}: {missing:.2f} % missing, shares within {points:.2f}")


def _kinked(scene: Scene) -> Scene:
    return replace(scene, course=replace(scene.course, network=Mlp(performers.WIDTHS, "relu")))


if __name__ == "__main__":
    torch.set_num_threads(1)
    first = stage(sys.argv[1]).scenes[0]
    main(_kinked(first) if "--relu" in sys.argv else first)
