"""Which course is smooth, and answers best: ``python -m benchmarks.reliance.courses``.

RAVDESS's network at several penalties. Accuracy is over the actors whom it never heard, the means
are over the three games. Agreement: how well the exact derivative of eight seeds, averaged, says
what leaving a performer out does to eight other seeds, and how well one seed's agrees with
another's.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from scipy.stats import spearmanr
from torch.func import vmap

from benchmarks.reliance.ours import metagradient
from benchmarks.reliance.scene import Scene
from benchmarks.reliance.stages import stage
from benchmarks.reliance.truth import left_out
from yesand.reliance.trajectory.training import losses, train

_SEEDS = 8
_DECAYS = (0.01, 0.02, 0.03, 0.05, 0.08)


def looked_at(scene: Scene) -> list[float]:
    """Return recall over classes, accuracy on what was trained on, log-likelihood, agreements."""
    seeds = torch.arange(_SEEDS)
    course, ones = scene.course, torch.ones(_SEEDS, len(scene.takes.label))
    networks = train(course, scene.takes, ones, seeds)
    with torch.no_grad():
        answers = vmap(course.network.logits, in_dims=(0, None))
        told = answers(networks, scene.asked.features).argmax(2) == scene.asked.label
        learnt = answers(networks, scene.takes.features).argmax(2) == scene.takes.label
        utility = -float(losses(course, networks, scene.asked).mean())
    recall = [told[:, scene.asked.label == c].float().mean() for c in range(scene.takes.classes)]
    lost = left_out(scene, 1_000 + seeds).mean(2)
    slope = metagradient(scene, _SEEDS).total
    pairs = [spearmanr(a, b)[0] for a, b in combinations(slope, 2)]
    agree = spearmanr(slope.mean(0), lost.mean(0))[0]
    return [
        float(np.mean(recall)), float(learnt.float().mean()), utility,
        float(agree), float(np.mean(pairs)),
    ]  # fmt: skip


def main() -> None:
    """Print a row of a Markdown table for every penalty."""
    torch.set_num_threads(1)
    scenes = stage("ravdess-mlp").scenes
    print("| weight decay | UAR, % | on its own takes, % | U | leave-one-out ρ | seed to seed ρ |")
    print("|--:|--:|--:|--:|--:|--:|")
    for decay in _DECAYS:
        trials = [replace(s, course=replace(s.course, decay=decay)) for s in scenes]
        uar, own, utility, agree, same = np.mean([looked_at(trial) for trial in trials], 0)
        print(
            f"| {decay} | {100 * uar:.1f} | {100 * own:.1f} | {utility:.3f} | {agree:.3f} "
            f"| {same:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
