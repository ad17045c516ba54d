"""The regression's coefficients are Shapley values, and add up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.reliance.inputs import Floats
from yesand.reliance.regression import effects
from yesand.reliance.subsets import Design, design


def utility(members: Floats, seed: int) -> Floats:
    """A game with a learning curve, favourites and pairs that help one another, (…, 2 queries)."""
    rng = np.random.default_rng(seed)
    players = members.shape[-1]
    worth, bond = rng.random((players, 2)), rng.normal(size=(players, players)) * 0.2
    single = members @ worth
    pair = np.einsum("...i,ij,...j->...", members, bond, members)
    return np.asarray(np.sqrt(single) + pair[..., None])


def shapley(players: int, seed: int) -> Floats:
    """The definition: marginal contributions, averaged over every order."""
    total = np.zeros((players, 2))
    orders = list(permutations(range(players)))
    for order in orders:
        members = np.zeros((players + 1, players))
        for place, player in enumerate(order):
            members[place + 1 :, player] = 1
        total[list(order)] += np.diff(utility(members, seed), axis=0)
    return total / len(orders)


def solved(plan: Design, seed: int) -> Floats:
    players = plan.members.shape[-1]
    whole = utility(np.ones((1, players)), seed)[0]
    none = utility(np.zeros((1, players)), seed)[0]
    return effects(plan, utility(plan.members, seed), whole, none)


@pytest.mark.parametrize("players", [1, 2, 3, 4, 6])
def test_enumerated_subsets_give_shapley_values_exactly(players: int) -> None:
    plan = design(players, 1_000, np.random.default_rng(0))
    assert plan.exact
    assert np.allclose(solved(plan, 5), shapley(players, 5), atol=1e-9)


@given(players=st.integers(2, 14), pairs=st.integers(20, 60), seed=st.integers(0, 10**6))
def test_effects_add_up_to_what_all_are_worth(players: int, pairs: int, seed: int) -> None:
    plan = design(players, pairs, np.random.default_rng(seed))
    gain = utility(np.ones((1, players)), seed) - utility(np.zeros((1, players)), seed)
    assert np.allclose(solved(plan, seed).sum(0), gain[0])


def test_random_subsets_come_closer_the_more_there_are() -> None:
    truth = solved(design(9, 10**6, np.random.default_rng(0)), 7)
    errors = [
        np.mean([np.abs(solved(design(9, n, np.random.default_rng(r)), 7) - truth).max()
                 for r in range(5)])
        for n in (30, 240)
    ]  # fmt: skip
    assert errors[1] < errors[0] / 2


@given(players=st.integers(9, 30), seed=st.integers(0, 10**6))
def test_subsets_come_as_complements_and_are_never_empty(players: int, seed: int) -> None:
    plan = design(players, 40, np.random.default_rng(seed))
    assert not plan.exact
    assert (plan.members.sum(1) == 1).all()
    assert (plan.members.sum(2) > 0).all()


def test_every_pair_is_enumerated_once() -> None:
    plan = design(5, 100, np.random.default_rng(0))
    seen = {tuple(row) for pair in plan.members for row in pair}
    assert len(plan.members) == 15
    assert len(seen) == 30
