"""Derivatives through a training are what small changes of the weights do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from trajectory_factories import ones, short, takes

from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.reliance.head import Takes
from yesand.reliance.trajectory.course import Course
from yesand.reliance.trajectory.inrun import effective, in_run
from yesand.reliance.trajectory.path import aumann_shapley
from yesand.reliance.trajectory.places import PILOT, even, fixed, placed
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.reverse import derivative
from yesand.reliance.trajectory.tangents import Tangents, tangents
from yesand.reliance.trajectory.training import train

SEEDS = torch.tensor([3, 5])


def question(kinds: int = 2) -> Question:
    asked = takes(15, seed=1)
    rate = torch.arange(15)[:, None] % kinds == torch.arange(kinds)
    return Question(asked, rate.to(torch.float64) / 15)


def utilities(course: Course, of: Takes, weights: Tensor, seeds: Tensor = SEEDS) -> Tensor:
    return question().utilities(course, train(course, of, weights, seeds))


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
@pytest.mark.parametrize("every", [None, 1, 5, 99])
def test_the_derivative_is_what_differences_say(optimiser: str, every: int | None) -> None:
    given, course = takes(), short(optimiser=optimiser, rate=0.05, schedule="cosine")
    weights = ones(2, given) * torch.tensor([[1.0], [0.4]])
    found = derivative(course, given, weights, SEEDS, question(), every=every)
    assert torch.allclose(found.utility, utilities(course, given, weights))
    for take in (0, 11, 23):
        small = torch.zeros_like(weights)
        small[:, take] = 1e-5
        up, down = (utilities(course, given, weights + sign * small) for sign in (1, -1))
        assert torch.allclose(found.slope[..., take], (up - down) / 2e-5, rtol=1e-4, atol=1e-8)


def test_leaving_a_take_of_little_weight_out_is_what_the_derivative_says() -> None:
    given, course = takes(), short()
    weights = ones(2, given)
    weights[:, 4] = 1e-3
    found = derivative(course, given, weights, SEEDS, question())
    without = weights.clone()
    without[:, 4] = 0
    lost = found.utility - utilities(course, given, without)
    assert torch.allclose(lost, found.slope[..., 4] * 1e-3, rtol=1e-2, atol=1e-9)


def test_values_along_the_path_add_up_to_what_all_add() -> None:
    given, course = takes(), short(epochs=6, rate=0.05)
    found = aumann_shapley(course, given, SEEDS, question(), count=10)
    gain = found.whole - found.none
    assert (gain > 0.02).all()
    assert torch.allclose(found.effect.sum(2), gain, rtol=5e-3)
    assert found.missing < 2e-3
    assert torch.allclose(found.whole, utilities(course, given, ones(2, given)))
    assert torch.allclose(found.none, utilities(course, given, 0 * ones(2, given)))


def test_nodes_dealt_out_among_seeds_are_what_the_seeds_give_at_them() -> None:
    given, course = takes(), short()
    one = aumann_shapley(course, given, SEEDS[:1].repeat(2), question(), count=4, dealt=2)
    whole = aumann_shapley(course, given, SEEDS[:1], question(), count=4)
    for name, value in vars(one).items():
        assert torch.allclose(value, getattr(whole, name))
    both = aumann_shapley(course, given, SEEDS, question(), count=4, dealt=2)
    assert both.effect.shape == (1, 2, 24) and not torch.allclose(both.effect, one.effect)


def test_nodes_lie_where_the_utility_rises() -> None:
    # It rises in one step, as where the takes begin to outweigh the penalty.
    def rise(t: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid((t - 0.06) / 0.01)

    def found(place: torch.Tensor, weight: torch.Tensor) -> float:
        chance = rise(place)
        return float((weight * chance * (1 - chance) / 0.01).sum())

    ends = rise(torch.tensor([0.0, 1.0], dtype=torch.float64))
    gain = float(ends[1] - ends[0])
    assert found(*placed(rise(even()), 8)) == pytest.approx(gain, rel=0.05)
    assert found(*fixed(8)) != pytest.approx(gain, rel=0.1)
    flat, weight = placed(torch.zeros(PILOT), 8)
    assert torch.allclose(flat, fixed(8)[0], atol=1e-6) and float(weight.sum()) == pytest.approx(1)


def test_whose_takes_they_are_decides_nothing_about_their_values() -> None:
    given = takes()
    split = replace(given, owner=torch.arange(24))
    one, two = (aumann_shapley(short(), t, SEEDS, question(), count=3) for t in (given, split))
    assert torch.equal(one.effect, two.effect)


def test_the_same_bytes_twice() -> None:
    one, two = (aumann_shapley(short(), takes(), SEEDS, question(), count=3) for _ in range(2))
    assert all(
        torch.equal(a, b) for a, b in zip(vars(one).values(), vars(two).values(), strict=True)
    )


def test_a_training_that_diverges_has_no_derivative() -> None:
    given = takes()
    with pytest.raises(CheckFailed, match="diverged"):
        derivative(short(rate=1e200), given, ones(2, given), SEEDS, question())


def test_the_effective_rate_is_how_far_a_gradient_moves_in_the_end() -> None:
    course = short(momentum=0.5, rate=1.0, epochs=1, decay=0.0)
    assert effective(course, 24) == [1.875, 1.75, 1.5, 1.0]


@pytest.mark.parametrize("order", [1, 2])
def test_in_run_values_of_a_short_slow_training_are_the_derivatives(order: Literal[1, 2]) -> None:
    given, course = takes(), short(epochs=1, rate=1e-5)
    found = in_run(course, given, SEEDS, question(1), order=order)
    exact = derivative(course, given, ones(2, given), SEEDS, question(1)).slope
    assert torch.allclose(found.effect, exact, rtol=5e-3, atol=1e-9)
    assert torch.allclose(found.effect.sum(2), found.whole - found.none)


def test_the_second_order_is_nearer_to_what_a_step_adds() -> None:
    given, course = takes(), short(epochs=1, batch=24, rate=2.0, momentum=0.0, decay=0.0)
    gain = None
    raw = {}
    orders: tuple[Literal[1, 2], ...] = (1, 2)
    for order in orders:
        found = in_run(course, given, SEEDS, question(1), order=order)
        raw[order], gain = found.effect, found.whole - found.none
    # One step, the loss's own curvature: both are scaled to the gain, and they differ.
    assert gain is not None and not torch.allclose(raw[1], raw[2], rtol=1e-3)


def test_looking_at_some_steps_and_queries_keeps_the_scale() -> None:
    given, course = takes(), short(epochs=8)
    few = in_run(course, given, SEEDS, question(1), stride=2, queries=6)
    assert torch.allclose(few.effect.sum(2), few.whole - few.none)
    with pytest.raises(BadInput, match="sgd"):
        in_run(short(optimiser="adam"), given, SEEDS, question())


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_kept_tangents_answer_any_question_as_the_reverse_run_would(optimiser: str) -> None:
    given, course = takes(), short(optimiser=optimiser, rate=0.05)
    kept = tangents(course, given, SEEDS, 4, count=3, question=question())
    found = aumann_shapley(course, given, SEEDS, question(), count=3)
    owned = torch.nn.functional.one_hot(given.owner, 4).double()
    assert torch.allclose(kept.effects(course, question()), found.effect @ owned, rtol=1e-7)
    assert torch.allclose(kept.gain(course, question()), found.whole - found.none)


def test_tangents_are_kept_for_one_model_and_no_other(tmp_path: Path) -> None:
    kept = tangents(short(), takes(), SEEDS, 4, count=2)
    path = tmp_path / "tangents.safetensors"
    with pytest.raises(NotFound, match="No kept tangents"):
        Tangents.load(path, {})
    kept.save(path, {"manifest": "a"})
    whole = path.read_bytes()
    again = Tangents.load(path, {"manifest": "a"})
    assert torch.equal(again.effects(short(), question()), kept.effects(short(), question()))
    with pytest.raises(CheckFailed, match="manifest has changed"):
        Tangents.load(path, {"manifest": "b"})
    for cut in (0, 7, 100, -4):  # no header, half of it, no numbers, not all of them
        path.write_bytes(whole[:cut])
        with pytest.raises(BadInput, match="Not kept tangents") as told:
            Tangents.load(path, {})
        assert told.value.remedy and "watch --keep" in told.value.remedy


@pytest.mark.parametrize("lost", ["weight", "tangent/weight0", "whole/bias0", "none/weight1"])
def test_kept_tangents_that_lack_a_part_are_told(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "tangents.safetensors"
    tangents(short(), takes(), SEEDS, 4, count=2).save(path, {})
    told = load_file(path)
    part = told.pop(lost)
    save_file(told, path)
    with pytest.raises(BadInput, match=f"no {lost}"):
        Tangents.load(path, {})
    save_file({**told, lost: part[:1].clone()}, path)
    with pytest.raises(BadInput, match="another size"):
        Tangents.load(path, {})
