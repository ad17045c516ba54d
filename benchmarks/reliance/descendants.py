"""A fine-tune's part that comes from its parent: measured through both trainings, beside bounds.

The synthetic performers are dealt to four: a parent, fine-tunes of it that train on for longer and
longer with takes of their own, and two unrelated models. What is measured is Aumann–Shapley's over
both courses; what is bounded is read from answers alone, as of somebody else's fine-tune.
``python -m benchmarks.reliance.descendants`` prints the table.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from benchmarks.reliance.performers import CLASSES, FEATURES, PERFORMERS, SMOOTH, stage
from yesand.affect.head.curvature import one_thread
from yesand.reliance.dilution import Dilution, bounded
from yesand.reliance.estimators.continued import Continued
from yesand.reliance.head import Takes
from yesand.reliance.inputs import Floats
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp
from yesand.reliance.trajectory.path import aumann_shapley
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.training import train

LATER, SEEDS, NODES = (1, 3, 10, 30), 2, 8
NETWORK = Mlp((FEATURES, 64, CLASSES), blank=True)


def main() -> int:
    """Measure and print."""
    scene = stage(SMOOTH, "smooth").scenes[0]
    first = replace(SMOOTH, network=NETWORK, epochs=10)
    parent, own, *others = (_of(scene.takes, remainder) for remainder in range(4))
    answers = _answers(first, parent, scene.asked, 0)
    unrelated = np.stack([_answers(first, one, scene.asked, 7) for one in others])
    print("| epochs of its own | measured | bounded | from | to | sum misses the gain by |")
    print("|--:|--:|--:|--:|--:|--:|")
    for epochs in LATER:
        both = Continued.of(first, replace(first, epochs=epochs), len(parent.label))
        takes = _joined(parent, own)
        part, missing = _measured(both, takes, scene.asked)
        told = _answers(both, takes, scene.asked, 0)
        _say(epochs, part, bounded(told, answers, unrelated), missing)
    return 0


def _say(epochs: int, part: float, bound: Dilution, missing: float) -> None:
    ppb = (bound.part_ppb, bound.low_ppb, bound.high_ppb)
    shown = " | ".join(f"{each / 1e7:.1f} %" for each in ppb)
    print(f"| {epochs} | {part * 100:.1f} % | {shown} | {missing * 100:.2f} % |")


def _measured(course: Continued, takes: Takes, asked: Takes) -> tuple[float, float]:
    rate = asked.features.new_full((len(asked.label), 1), 1 / len(asked.label))
    with one_thread():
        found = aumann_shapley(
            course, takes, torch.arange(SEEDS), Question(asked, rate), count=NODES
        )
    each = found.effect.mean((0, 1))
    return float(each[: course.border].sum() / each.sum()), found.missing


def _answers(course: Course, takes: Takes, asked: Takes, seed: int) -> Floats:
    ones = takes.features.new_ones(1, len(takes.label))
    ended = train(course, takes, ones, torch.tensor([seed]))
    one = {name: value[0] for name, value in ended.items()}
    told: Floats = NETWORK.logits(one, asked.features).double().softmax(1).numpy()
    return told


def _of(takes: Takes, remainder: int) -> Takes:
    who = torch.arange(PERFORMERS)[torch.arange(PERFORMERS) % 4 == remainder]
    return _some(takes, torch.isin(takes.owner, who))


def _some(takes: Takes, which: Tensor) -> Takes:
    return Takes(takes.features[which], takes.label[which], takes.owner[which], takes.classes)


def _joined(one: Takes, other: Takes) -> Takes:
    pairs = ((one.features, other.features), (one.label, other.label), (one.owner, other.owner))
    features, label, owner = (torch.cat(pair) for pair in pairs)
    return Takes(features, label, owner, one.classes)


if __name__ == "__main__":
    sys.exit(main())
