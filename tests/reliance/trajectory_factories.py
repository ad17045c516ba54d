"""Small trainings in double precision, whose derivatives can be checked by differences."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp

WIDTH, CLASSES = 4, 3


def takes(count: int = 24, people: int = 4, seed: int = 0) -> Takes:
    meaning = torch.Generator().manual_seed(99)
    centre = torch.randn(CLASSES, WIDTH, generator=meaning, dtype=torch.float64)
    draw = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % CLASSES
    noise = torch.randn(count, WIDTH, generator=draw, dtype=torch.float64)
    return Takes(centre[label] + noise, label, torch.arange(count) % people, CLASSES)


def short(**changes: object) -> Course:
    given: dict[str, Any] = {
        "network": Mlp((WIDTH, 5, CLASSES)),
        "epochs": 3,
        "batch": 6,
        "rate": 0.1,
        "decay": 0.02,
        **changes,
    }
    return Course(**given)


def ones(count: int, of: Takes) -> Tensor:
    return of.features.new_ones(count, len(of.label))
