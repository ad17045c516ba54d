"""Where networks are trained, and in what precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from yesand.kernel.errors import BadInput
from yesand.reliance.estimators.aumann_shapley import AumannShapley
from yesand.reliance.estimators.networks import placed
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp
from yesand.reliance.trajectory.path import aumann_shapley
from yesand.reliance.trajectory.question import Question

CARD = torch.cuda.is_available()


def takes(count: int, seed: int) -> Takes:
    draw = torch.Generator().manual_seed(seed)
    label = torch.randint(3, (count,), generator=draw)
    centre = torch.eye(3, 8) * 2
    features = centre[label] + torch.randn(count, 8, generator=draw)
    return Takes(features, label, torch.arange(count) % 6, 3)


def shares(course: Course, given: Takes, asked: Takes) -> np.ndarray:
    count = len(asked.label)
    usage = Question(asked, asked.features.new_full((count, 1), 1 / count))
    found = aumann_shapley(course, given, torch.arange(4), usage, count=4, dealt=2)
    effect = found.effect[:, 0].mean(0).double().cpu()
    whole = effect.new_zeros(6).index_add_(0, given.owner.cpu(), effect)
    return (whole / whole.sum()).numpy()


COURSE = Course(Mlp((8, 16, 3)), epochs=4, batch=16)


def test_passes_in_bfloat16_move_shares_by_less_than_half_a_point() -> None:
    given, asked = takes(120, 1), takes(60, 2)
    single = shares(COURSE, given, asked)
    half = shares(replace(COURSE, passes="bf16"), given, asked)
    assert not np.array_equal(single, half)
    assert np.abs(single - half).max() < 0.005


@pytest.mark.skipif(CARD, reason="there is a graphics card")
def test_a_card_that_is_not_there_is_said() -> None:
    with pytest.raises(BadInput, match="no graphics card"):
        placed(takes(6, 1), "cuda")


@pytest.mark.parametrize(
    ("told", "talking"),
    [
        ({}, "gloo"),
        ({"device": "cuda"}, "nccl"),
        ({"backend": "nccl"}, "nccl"),
        ({"device": "cuda", "backend": "gloo"}, "gloo"),
    ],
    ids=str,
)
def test_processes_on_cards_talk_by_nccl_unless_told_otherwise(
    told: dict[str, str], talking: str
) -> None:
    chosen = AumannShapley(network="mlp:4", across=True, **told)  # type: ignore[arg-type]
    assert chosen.talking == talking
    assert not {"across", "backend"} & set(chosen.settings())  # neither decides a figure
    with pytest.raises(BadInput, match="No backend"):
        assert AumannShapley(backend="mpi").talking


@pytest.mark.skipif(not CARD, reason="no graphics card")
def test_a_card_gives_the_processors_shares() -> None:
    given, asked = takes(120, 1), takes(60, 2)
    there = shares(COURSE, placed(given, "cuda"), placed(asked, "cuda"))
    assert np.abs(shares(COURSE, given, asked) - there).max() < 0.005
