"""Permutation values, half-subsets, coverage and settling on figures whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reliance_factories import frozen

from yesand.reliance.estimators import estimator
from yesand.reliance.faithfulness import coverage, detectable, faithfulness, half_subsets
from yesand.reliance.inputs import read
from yesand.reliance.panel import Panel
from yesand.reliance.permutation import entering, orders, values


def panel(asked: int, players: int = 6, noise: float = 1.0) -> Panel:
    rng = np.random.default_rng(0)
    effect = 10 + np.arange(players) + noise * rng.normal(size=(1, asked, players))
    whole = effect[0].sum(1)
    plays = np.ones((asked, players), bool)
    return Panel(effect, effect[0], whole, np.zeros(asked), plays)


def test_permutation_values_of_a_game_that_adds_up_are_its_parts() -> None:
    order = orders(5, 3, np.random.default_rng(0))
    assert order.shape == (6, 5) and (order[1] == order[0][::-1]).all()
    members = entering(order)
    assert (members[:, 0] == 0).all() and (members[:, -1] == 1).all()
    worth = np.array([[1.0, 2.0, 0.0, -1.0, 5.0], [0.0, 0.0, 1.0, 0.0, 0.0]])
    found = values(order, members @ worth.T)
    assert found.shape == (6, 2, 5) and np.allclose(found, worth)


def test_half_subsets_are_halves() -> None:
    found = half_subsets(7, 20, np.random.default_rng(0))
    assert (found.sum(1) == 4).all() and len(np.unique(found, axis=0)) > 5


def test_effects_that_say_what_retraining_says_are_faithful() -> None:
    members = half_subsets(8, 20, np.random.default_rng(0))
    worth = np.arange(8.0)
    found = faithfulness([(members, worth, members @ worth), (members, worth, members @ worth)])
    assert (found.subsets, found.spearman, found.pearson) == (40, 1.0, 1.0)
    assert faithfulness([(members, worth, -(members @ worth))]).pearson == -1.0
    assert faithfulness([(members, np.zeros(8), members @ worth)]).spearman is None
    assert faithfulness([]).subsets == 0


def test_intervals_of_independent_askers_cover_about_as_often_as_they_say() -> None:
    found = coverage(panel(40, players=30), np.random.default_rng(1))
    assert found == pytest.approx(0.95, abs=0.04)
    assert coverage(panel(6), np.random.default_rng(1)) is None


def test_more_noise_makes_a_share_harder_to_tell_from_none() -> None:
    rng = np.random.default_rng(0)
    low, high = (detectable(10 + spread * rng.normal(size=(200, 5))) for spread in (0.1, 1.0))
    assert 5 * low < high


def test_takes_at_stake_weigh_the_folds_in_place_of_heads() -> None:
    effect = np.array([[[2.0, 0.0, 1.0], [3.0, 1.0, 0.0]]])
    plays = np.array([[True, False, True], [True, True, False]])
    one = Panel(effect, effect[0], effect[0].sum(1), np.zeros(2), plays, np.array([4.0, 2.0, 6.0]))
    parts = np.array([[[1.5, 0.0, 1.0, 0.5], [2.0, 1.0, 0.0, 1.0]]])
    there = np.array([[True, False, True, True], [True, True, False, True]])
    amount = np.array([3.0, 2.0, 6.0, 1.0])
    two = Panel(parts, parts[0], parts[0].sum(1), np.zeros(2), there, amount)
    assert one.effects()[1:] == pytest.approx(two.effects()[1:3])
    assert one.effects()[0] == pytest.approx(two.effects()[0] + two.effects()[3])


@pytest.mark.parametrize(
    ("method", "told", "trained"),
    [
        ("datamodel", {"pairs": 8, "l2": 3.0}, 1),
        ("shapley", {"pairs": 4, "l2": 3.0}, 1),
        ("shapley", {"pairs": 2, "network": "mlp:4", "epochs": 2, "seeds": 1}, 2),
    ],
)
def test_reports_by_retraining_are_held_against_other_retraining(
    tmp_path: Path, method: str, told: dict[str, object], trained: int
) -> None:
    given = read(frozen(tmp_path / "frozen.npz", performers=6, folds=2), "a" * 64)
    steps: list[tuple[int, int]] = []

    def note(done: int, total: int, _: str = "") -> None:
        steps.append((done, total))

    found, without = (
        estimator(method, checks=checks, resamples=4, **told).estimate(
            given.model, given.corpus, given.queries, note
        )
        for checks in (5, 0)
    )
    held = found.quality.faithfulness
    assert held.subsets == len(held.points) == 10 and held.pearson is not None
    assert without.quality.faithfulness.subsets == 0
    assert found.quality.trainings - without.quality.trainings == 10 * trained
    # What is held against the report is no part of it.
    assert found.rows == without.rows
    assert all(done <= total for done, total in steps)
