"""Trainings side by side are each as if alone, by seed and weights and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from trajectory_factories import CLASSES, WIDTH, ones, short, takes

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.network import Mlp, Module, conv
from yesand.reliance.trajectory.training import check_repeatable, losses, train


def by_hand(course: Course, seed: int, weight: Tensor) -> dict[str, Tensor]:
    """Train with PyTorch's own optimiser."""
    given = takes()
    here = {k: v.double() for k, v in course.network.initial(seed).items()}
    kept = [value.requires_grad_() for value in here.values()]
    optimiser: torch.optim.Optimizer = (
        torch.optim.SGD(kept, course.rate, course.momentum, weight_decay=course.decay)
        if course.optimiser == "sgd"
        else torch.optim.AdamW(
            kept, course.rate, (course.momentum, 0.999), eps=1e-8, weight_decay=course.decay
        )
    )
    for at in course.order(len(given.label), seed):
        scores = course.network.logits(here, given.features[at])
        found = nn.functional.cross_entropy(scores, given.label[at], reduction="none")
        optimiser.zero_grad()
        ((weight[at] * found).sum() / course.batch).backward()
        optimiser.step()
    return here


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_training_is_what_pytorchs_own_optimiser_makes_of_it(optimiser: str) -> None:
    given, course = takes(), short(optimiser=optimiser, rate=0.02)
    luck = torch.Generator().manual_seed(0)
    weights = torch.stack([ones(1, given)[0], torch.rand(24, dtype=torch.float64, generator=luck)])
    found = train(course, given, weights, torch.tensor([3, 5]))
    for row, seed in enumerate((3, 5)):
        for name, value in by_hand(course, seed, weights[row]).items():
            assert torch.allclose(found[name][row], value, atol=1e-6)


def test_a_take_of_no_weight_leaves_no_trace() -> None:
    given, course, seeds = takes(), short(), torch.arange(2)
    weights = ones(2, given)
    weights[:, 7] = 0
    other = given.features.clone()
    other[7] = 99
    one, two = (
        train(course, replace(given, features=f), weights, seeds) for f in (given.features, other)
    )
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_how_many_go_side_by_side_decides_nothing() -> None:
    given, course, seeds = takes(), short(schedule="cosine"), torch.arange(5)
    one, two = (train(course, given, ones(5, given), seeds, together=n) for n in (2, 5))
    assert all(torch.allclose(one[name], two[name], atol=1e-12) for name in one)
    assert torch.allclose(
        losses(course, one, given).mean(1), losses(course, two, given).mean(1), atol=1e-12
    )


def test_the_seed_decides_and_the_same_seed_gives_the_same_bytes() -> None:
    given, course, seeds = takes(), short(), torch.tensor([1, 1, 2])
    found = train(course, given, ones(3, given), seeds)
    again = train(course, given, ones(3, given), seeds)
    for name, value in found.items():
        assert torch.equal(value, again[name]) and torch.equal(value[0], value[1])
    assert not torch.equal(found["weight0"][0], found["weight0"][2])


def test_batches_larger_than_the_corpus_and_a_single_take_train() -> None:
    for count in (1, 4):
        given = takes(count)
        found = train(short(batch=9), given, ones(1, given), torch.tensor([0]))
        assert losses(short(), found, given).shape == (1, count)


def test_a_convolution_trains_on_maps() -> None:
    draw = torch.Generator().manual_seed(0)
    maps = torch.randn(12, 1, 9, 8, generator=draw)
    given = replace(takes(12), features=maps)
    course = Course(conv(8, CLASSES, (4, 8)), epochs=8, batch=6, rate=0.2)
    check_repeatable(course, given)
    before = train(course, given, torch.zeros(1, 12), torch.tensor([0]))
    after = train(course, given, torch.ones(1, 12), torch.tensor([0]))
    assert losses(course, after, given).mean() < losses(course, before, given).mean() - 0.01


def test_a_blank_network_trained_on_nothing_is_the_uniform_guess_whatever_the_seed() -> None:
    given, course = takes(), short(network=Mlp((WIDTH, 5, CLASSES), blank=True))
    found = losses(course, train(course, given, 0 * ones(2, given), torch.arange(2)), given)
    assert torch.allclose(found, torch.full_like(found, CLASSES).log())


@pytest.mark.parametrize("stray", [nn.Dropout(0.1), nn.BatchNorm1d(5)])
def test_a_network_with_luck_or_memory_of_its_own_is_refused(stray: nn.Module) -> None:
    with pytest.raises(BadInput, match=type(stray).__name__):
        Module(lambda: nn.Sequential(nn.Linear(WIDTH, 5), stray, nn.Linear(5, CLASSES)))


def test_kernels_that_do_not_repeat_are_found() -> None:
    calls = iter(range(1, 99))

    class Drifting(nn.Linear):
        def forward(self, features: Tensor) -> Tensor:
            return super().forward(features) * next(calls)

    with pytest.raises(CheckFailed, match="one seed differ"):
        check_repeatable(Course(Module(lambda: Drifting(WIDTH, CLASSES)), batch=6), takes())
    check_repeatable(short(), takes())


def test_a_training_that_diverges_is_told_with_its_seed() -> None:
    given = takes()
    with pytest.raises(CheckFailed, match=r"seed 4.*smaller learning rate"):
        train(short(rate=1e200), given, ones(2, given), torch.tensor([4, 5]))


def test_weights_that_do_not_fit_are_refused() -> None:
    given = takes()
    for weights in (ones(2, given), ones(1, given)[:, :5], ones(1, given)[0]):
        with pytest.raises(BadInput):
            train(short(), given, weights, torch.tensor([0]))
    for wrong in ({"epochs": 0}, {"rate": 0.0}, {"momentum": 1.0}, {"decay": -1.0}):
        with pytest.raises(BadInput):
            short(**wrong)
