"""Estimates by our own retraining, many networks side by side: affordable where they are small.

Their seeds are below 1000 and their subsets are drawn anew, so the truth has seen neither.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from benchmarks.reliance.columns import Floats, Scored
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.truth import left_out, queried
from yesand.reliance.regression import effects
from yesand.reliance.subsets import design

_GROUPS = 10  # of pairs, left out one after another to tell how far chance reaches
_ENDS = 8  # seeds with everybody and with nobody


def without(scene: Scene, seeds: int) -> Scored:
    """Everybody left out once a seed."""
    lost = left_out(scene, torch.arange(seeds))
    return Scored(lost.mean(2).astype(np.float64), lost.mean(0).astype(np.float64))


def regressed(scene: Scene, pairs: int, draw: int = 0) -> Scored:
    """The datamodel: subsets and their complements, each with a seed of its own, regressed.

    A row for the total is a jackknife's pseudo-value, so that their mean is the whole's figure and
    their spread its error. Another ``draw`` has other subsets and other seeds.
    """
    plan = design(scene.size, pairs, np.random.default_rng([17, draw]))
    count, many = len(plan.members), len(scene.asked.label)
    members = torch.from_numpy(plan.members.reshape(-1, scene.size))
    ends = torch.ones(2 * _ENDS, scene.size)
    ends[_ENDS:] = 0
    own = (torch.arange(count) + draw * pairs) % 1_000
    every = (torch.arange(_ENDS) + draw * _ENDS).repeat(2)
    seeds = torch.cat([own.repeat_interleave(2), every])
    utility = -queried(scene, torch.cat([members, ends]), seeds).astype(np.float64)
    pair = utility[: 2 * count].reshape(count, 2, many)
    whole, none = utility[2 * count :].reshape(2, _ENDS, many).mean(1)

    def solved(kept: Floats) -> Floats:
        return effects(replace(plan, weight=plan.weight * kept), pair, whole, none)

    each = solved(np.ones(count))
    one = each.mean(1)
    group = np.random.default_rng(18).permutation(count) % _GROUPS
    rows = [
        _GROUPS * one - (_GROUPS - 1) * solved((group != at).astype(np.float64)).mean(1)
        for at in range(_GROUPS)
    ]
    # Pseudo-values average to the figure itself but for what is not linear in the weights.
    total = np.stack(rows)
    return Scored(total - total.mean(0) + one, each, float((whole - none).mean()))
