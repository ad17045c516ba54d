"""Usage has moved if its mix is further from the report's than chance would have it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.reliance.drift import Usage, distance, drift, indicated
from yesand.reliance.shares import BILLION, apportion

ASKED = {"anger": 250_000_000, "joy": 250_000_000, "fear": 500_000_000}
P = np.array([0.25, 0.25, 0.5])
mixes = st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any)


def sample(p: np.ndarray, days: int, a_day: int, seed: int) -> Usage:
    drawn = np.random.default_rng(seed).multinomial(a_day, p, days)
    return Usage(tuple(ASKED), drawn.astype(float))


def test_usage_drawn_from_the_reports_mix_seems_moved_in_one_sample_of_twenty() -> None:
    beyond = 0
    for seed in range(400):
        found = drift(ASKED, sample(P, 10, 30, seed))
        assert found is not None
        beyond += found.moved_ppb > found.noise_ppb
    assert 5 <= beyond <= 40


def test_usage_that_moved_is_found_and_its_distance_told() -> None:
    found = drift(ASKED, sample(np.array([0.55, 0.25, 0.20]), 30, 400, 1))
    assert found is not None and found.due()
    assert abs(found.moved_ppb / BILLION - 0.3) < 0.02 and not found.due(threshold=0.4)


def test_few_uses_prove_nothing() -> None:
    found = drift(ASKED, Usage(tuple(ASKED), np.array([[2.0, 0.0, 0.0]])))
    assert found is not None and not found.due()


def test_days_that_differ_among_themselves_count_as_fewer_uses() -> None:
    even = Usage(("anger", "joy"), np.full((10, 2), 50.0))
    lumpy = Usage(("anger", "joy"), np.array([[100.0, 0.0], [0.0, 100.0]] * 5))
    assert even.events == lumpy.events == 1000 and even.mix == lumpy.mix
    assert lumpy.worth() < 20 < even.worth()


def test_usage_by_another_name_of_the_same_feeling_has_not_moved() -> None:
    found = Usage(("happiness", "joy", "scared"), np.array([[30.0, 20.0, 50.0]])).told_as(ASKED)
    assert found.emotions == ("joy", "scared") and found.days.tolist() == [[50.0, 50.0]]


def test_nothing_used_says_nothing() -> None:
    assert drift(ASKED, Usage((), np.zeros((0, 0)))) is None
    assert drift({}, sample(P, 2, 5, 0)) is None


@given(mixes, mixes)
def test_the_distance_of_two_mixes_is_a_distance(one: list[int], other: list[int]) -> None:
    a, b = (dict(zip(ASKED, apportion([float(x) for x in m]), strict=True)) for m in (one, other))
    assert distance(a, a) == 0 <= distance(a, b) == distance(b, a) <= BILLION


@pytest.mark.parametrize("emotion", ["anger", "joy"])
def test_an_emotion_that_nobody_taught_moves_nobodys_share(emotion: str) -> None:
    asked = {"ada": {"anger": 3, "joy": 1}, "ben": {"anger": 1, "joy": 3}}
    alone = indicated(asked, {emotion: BILLION})
    assert alone == indicated(asked, {emotion: BILLION // 2, "disgust": BILLION // 2})
    assert sum(alone.values()) == BILLION
