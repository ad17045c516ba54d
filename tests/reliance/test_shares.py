"""Shares are whole parts per billion that add up, whatever the effects."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from yesand.reliance.shares import BILLION, apportion, fractions

weights = st.lists(st.floats(-1e3, 1e3, allow_nan=False), min_size=1, max_size=60)


@given(weights)
def test_shares_add_up_to_a_billion_exactly(given: list[float]) -> None:
    parts = apportion(given)
    assert sum(parts) == BILLION
    assert all(0 <= p <= BILLION for p in parts)


@given(weights)
def test_no_share_is_a_whole_part_from_its_quota(given: list[float]) -> None:
    exact = fractions(np.array(given)) * BILLION
    assert np.abs(np.array(apportion(given)) - exact).max() < 1 + 1e-3


def test_a_negative_effect_is_paid_nothing_and_takes_from_nobody() -> None:
    assert apportion([-5.0, 1.0, 3.0]) == [0, BILLION // 4, 3 * BILLION // 4]


def test_without_any_positive_effect_all_get_the_same() -> None:
    assert apportion([-1.0, 0.0, -2.0]) == [333_333_334, 333_333_333, 333_333_333]
