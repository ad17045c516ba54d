"""Greedy choice under a budget: held against every subset where there are few."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.synthetic.curating.choosing import GUARANTEE, choose, likeness
from yesand.synthetic.judging.neighbours import Side


def _best(like: np.ndarray, cost: np.ndarray, budget: int) -> float:
    many = range(len(cost))
    subsets = [s for n in range(1, len(cost) + 1) for s in combinations(many, n)]
    paid = [list(s) for s in subsets if cost[list(s)].sum() <= budget]
    return max((float(like[:, s].max(axis=1).mean()) for s in paid), default=0.0)


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(1, 40))
@settings(max_examples=60)
def test_no_subset_is_better_than_the_guarantee_and_the_bound_say(
    seed: int, many: int, budget: int
) -> None:
    luck = np.random.default_rng(seed)
    like, cost = luck.random((5, many)), luck.integers(1, 20, many)
    if budget < cost.min():
        with pytest.raises(BadInput, match="buys nothing"):
            choose(like, cost, budget)
        return
    found, best = choose(like, cost, budget), _best(like, cost, budget)
    assert found.spent == cost[found.takes].sum() <= budget
    assert found.shows == pytest.approx(float(like[:, found.takes].max(axis=1).mean()))
    assert GUARANTEE * best - 1e-12 <= found.shows <= best + 1e-12 <= found.at_best + 2e-12


def test_a_take_below_a_floor_is_never_chosen_and_is_counted_once() -> None:
    like = np.array([[0.9, 0.5, 0.4], [0.9, 0.2, 0.6]])
    floors = {"authentic": np.array([False, True, True]), "unlike": np.array([False, True, False])}
    found = choose(like, np.array([1, 1, 1]), 3, floors)
    assert found.takes.tolist() == [1]
    assert found.left_out == {"authentic": 1, "unlike": 1}
    with pytest.raises(BadInput, match="above the floors"):
        choose(like, np.array([1, 1, 1]), 3, {"none": np.zeros(3, dtype=bool)})


def test_a_take_that_costs_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="costs nothing"):
        choose(np.ones((2, 2)), np.array([0, 1]), 3)


def test_a_take_stands_only_for_its_own_emotion() -> None:
    real = Side(np.array([[0.0], [1.0], [0.0]]), np.array([0, 0, 1]), np.array(["a", "b", "c"]))
    made = Side(np.array([[0.0]]), np.array([0]), np.array([""]))
    assert likeness(real, made)[:, 0].tolist() == pytest.approx([1, np.exp(-1), 0])
