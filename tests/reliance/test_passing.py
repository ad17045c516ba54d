"""What comes from parents goes on, adds up, and keeps its doubt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.reliance.dilution import bounded
from yesand.reliance.passing import Source, passed_on
from yesand.reliance.shares import BILLION, apportion

RNG = np.random.default_rng(3)
QUERIES, EMOTIONS = 400, 4


def answers(seed: int, truth: float = 1.0) -> np.ndarray:
    """Distributions that lean to the queries' true emotions, each model in its own way."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(QUERIES, EMOTIONS))
    logits[np.arange(QUERIES), np.arange(QUERIES) % EMOTIONS] += truth
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


@pytest.mark.parametrize("part", [0.0, 0.2, 0.5, 0.8, 1.0])
def test_a_mixture_with_an_unrelated_model_is_bounded_around_its_part(part: float) -> None:
    parent = answers(0)
    mixed = part * parent + (1 - part) * answers(1)
    found = bounded(mixed, parent, np.stack([answers(seed) for seed in (2, 3, 4)]))
    assert found.low_ppb <= part * BILLION + BILLION // 50
    assert found.high_ppb >= part * BILLION - BILLION // 50
    assert abs(found.part_ppb / BILLION - part) < 0.08


def test_models_that_are_right_alike_are_not_taken_for_descendants() -> None:
    found = bounded(answers(1, 3), answers(0, 3), np.stack([answers(2, 3), answers(3, 3)]))
    assert found.low_ppb == 0 and found.high_ppb < BILLION // 5


def test_too_little_to_compare_is_refused() -> None:
    parent = answers(0)
    with pytest.raises(BadInput, match="unrelated"):
        bounded(parent, parent, parent[None])
    with pytest.raises(BadInput, match="exactly as the parent"):
        bounded(parent, parent, np.stack([parent, answers(1)]))
    with pytest.raises(BadInput, match="distribution"):
        bounded(parent * 2, parent, np.stack([answers(1), answers(2)]))


shares_of = st.lists(st.integers(1, 100), min_size=3, max_size=3)


@given(shares_of, shares_of, st.integers(0, 100), st.integers(0, 20))
def test_passed_on_shares_add_up_and_lie_in_their_intervals(
    one: list[int], other: list[int], part: int, doubt: int
) -> None:
    cut = part * BILLION // 100
    low, high = max(0, cut - doubt * BILLION // 100), min(BILLION, cut + doubt * BILLION // 100)
    sources = [
        Source(cut, low, high, told("abc", one)),
        Source(BILLION - cut, BILLION - high, BILLION - low, told("bcd", other)),
    ]
    found = passed_on(sources)
    assert sum(share for share, _, _ in found.values()) == BILLION
    for handle, (share, least, most) in found.items():
        assert 0 <= least <= share <= most
        for end in (low, high):  # any λ within its bounds, any shares within theirs
            worth = end * of(sources[0], handle) + (BILLION - end) * of(sources[1], handle)
            assert least - 1 <= worth / BILLION <= most + 1


def told(names: str, weights: list[int]) -> dict[str, tuple[int, int, int]]:
    parts = apportion([float(w) for w in weights])
    spread = BILLION // 50
    return {n: (p, max(0, p - spread), p + spread) for n, p in zip(names, parts, strict=True)}


def of(source: Source, handle: str) -> int:
    return source.shares.get(handle, (0, 0, 0))[0]
