"""The head's values in closed form: what differences say, adding up, proof against splitting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from trajectory_factories import takes

from yesand.reliance import head
from yesand.reliance.head import Takes
from yesand.reliance.implicit import head_values
from yesand.reliance.trajectory.path import Values

L2 = 2.0


def values(given: Takes, count: int = 16, l2: float = L2) -> Values:
    asked = takes(15, seed=1)
    return head_values(given, asked, rate(asked), l2, count)


def rate(asked: Takes) -> Tensor:
    return torch.nn.functional.one_hot(asked.owner, 4).double() / 4


def of_people(given: Takes, found: Values) -> Tensor:
    """Return each performer's value, (Q, performers)."""
    people = int(given.owner.max()) + 1
    return found.effect[0] @ torch.nn.functional.one_hot(given.owner, people).double()


def test_values_add_up_to_what_all_add() -> None:
    found = values(takes(60))
    assert found.missing < 1e-4
    assert torch.allclose(found.effect.sum(2), found.whole - found.none, rtol=1e-3, atol=1e-6)


def test_the_edge_is_what_a_little_less_of_a_performer_costs() -> None:
    given = takes(60)
    asked, found = takes(15, seed=1), values(given)
    weight = torch.ones(2, 4, dtype=torch.float64)
    weight[:, 1] += torch.tensor([1e-3, -1e-3])
    fitted = head.fit(given, weight, L2, tolerance=1e-9, limit=20_000)
    utility = head.log_likelihood(fitted, asked) @ rate(asked)
    moved = (utility[0] - utility[1]) / 2e-3
    assert torch.allclose(found.edge[0][:, given.owner == 1].sum(1), moved, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("parts", [2, 4])
def test_who_splits_into_several_accounts_gains_nothing(parts: int) -> None:
    given = takes(60)
    whole = of_people(given, values(given))
    owner = given.owner.clone()
    mine = (owner == 2).nonzero()[:, 0]
    owner[mine] = torch.tensor([2, 4, 5, 6])[torch.arange(len(mine)) % parts]
    split = replace(given, owner=owner)
    found = of_people(split, values(split))
    assert torch.allclose(found[:, 2] + found[:, 4:].sum(1), whole[:, 2], atol=1e-9, rtol=0)
    assert torch.allclose(found[:, [0, 1, 3]], whole[:, [0, 1, 3]], atol=1e-9, rtol=0)


def test_in_another_order_everyone_keeps_theirs() -> None:
    given = takes(60)
    shuffled = torch.from_numpy(np.random.default_rng(0).permutation(60))
    other = Takes(given.features[shuffled], given.label[shuffled], given.owner[shuffled], 3)
    assert torch.allclose(values(other).effect, values(given).effect[..., shuffled], atol=1e-9)
    named = replace(given, owner=(given.owner + 1) % 4)
    assert torch.allclose(
        of_people(named, values(named)), of_people(given, values(given)).roll(1, 1), atol=1e-9
    )


def test_a_take_given_twice_is_worth_less_than_twice_its_value() -> None:
    given = takes(60)
    twice = Takes(
        torch.cat([given.features, given.features[:1]]),
        torch.cat([given.label, given.label[:1]]),
        torch.cat([given.owner, given.owner[:1]]),
        3,
    )
    once, found = values(given).effect[0].sum(0), values(twice).effect[0].sum(0)
    assert torch.allclose(found[0], found[-1], atol=1e-12)
    assert found[0] + found[-1] < 2 * once[0]


def test_a_single_take_gets_all_and_an_emotion_nobody_plays_is_asked_in_vain() -> None:
    one = takes(1)
    assert values(one).missing < 1e-4
    given = takes(60)
    few = given.label != 2
    lacking = Takes(given.features[few], given.label[few], given.owner[few], 3)
    found = values(lacking)
    assert torch.isfinite(found.effect).all() and found.missing < 1e-3


def test_the_same_bytes_twice() -> None:
    one, two = (values(takes(60)) for _ in range(2))
    assert all(
        torch.equal(a, b) for a, b in zip(vars(one).values(), vars(two).values(), strict=True)
    )
