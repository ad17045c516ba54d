"""Krippendorff's α against his own worked examples, by hand, and under resampling."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.affect.reliability.alpha import LEVELS, ReliabilityData, by_label
from yesand.affect.reliability.judgements import Judgements, by_rater
from yesand.kernel.errors import BadInput

_ = math.nan
#: Krippendorff 2011, example C: four observers, twelve units, missing ratings.
FOUR = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T
#: Three coders, fifteen units (Krippendorff 2004, Content Analysis, as it is often reprinted).
THREE = np.array(
    [
        [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
        [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
        [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
    ]
).T


def alpha(ratings: Any, level: str = "nominal") -> float:
    """Return α of ratings, a row a unit and a column a rater."""
    return ReliabilityData.of_ratings(ratings, level).alpha()


@pytest.mark.parametrize(
    ("level", "printed"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_is_what_krippendorff_prints(level: str, printed: float) -> None:
    assert round(alpha(FOUR, level), 3) == printed


@pytest.mark.parametrize(("level", "printed"), [("nominal", 0.691), ("interval", 0.811)])
def test_alpha_is_what_the_second_example_prints(level: str, printed: float) -> None:
    assert round(alpha(THREE, level), 3) == printed


def test_two_observers_and_two_values_by_hand() -> None:
    # Krippendorff 2011, example A: ten units, disagreement on four of them.
    one = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    other = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    # 20 values, 6 of them ones: D_o = 8/20, D_e = 2·6·14/(20·19).
    assert alpha(np.array([one, other]).T) == pytest.approx(1 - (8 / 20) / (168 / 380))
    assert round(alpha(np.array([one, other]).T), 3) == 0.095


@pytest.mark.parametrize("level", LEVELS)
def test_counts_and_ratings_are_the_same_data(level: str) -> None:
    values = np.array([1.0, 2, 3, 4, 5])
    counts = np.stack([np.equal(FOUR, v).sum(1) for v in values], axis=1)
    told = ReliabilityData.of_counts(counts[:, ::-1], level, values[::-1])
    assert told.alpha() == pytest.approx(alpha(FOUR, level))


@pytest.mark.parametrize("level", LEVELS)
def test_agreement_is_one_and_nothing_to_compare_is_no_number(level: str) -> None:
    assert alpha([[1, 1, _], [2, 2, 2], [3, _, 3]], level) == 1
    for nothing in ([[1, 1], [1, 1]], [[1, _], [_, 2]], [[_, _]]):
        assert math.isnan(alpha(nothing, level))
        low, high = ReliabilityData.of_ratings(nothing, level).interval(draws=20)
        assert math.isnan(low) and math.isnan(high)


def test_no_units_at_all_have_no_interval() -> None:
    for nothing in (ReliabilityData.of_counts(np.zeros((0, 3))), by_label(np.zeros((0, 3)))[0]):
        assert math.isnan(nothing.alpha())
        assert all(math.isnan(end) for end in nothing.interval())
        assert all(math.isnan(end) for end in nothing.interval([]))


@pytest.mark.parametrize("value", [-0.7, 0.1, 1e8 + 0.3])
def test_an_axis_that_never_moves_has_no_alpha(value: float) -> None:
    told = ReliabilityData.of_ratings([[value] * 3] * 5, "interval")
    assert math.isnan(told.alpha()) and math.isnan(told.interval(draws=50)[0])
    counted = ReliabilityData.of_counts([[0, 3]] * 5, "interval", [0.0, value])
    assert math.isnan(counted.alpha())
    assert math.isnan(ReliabilityData.of_counts(np.zeros((0, 0)), "interval").alpha())


def test_alpha_of_an_axis_does_not_care_where_the_axis_begins() -> None:
    near = [[0.0, 1.0], [5, 6], [9, 9]]
    assert round(alpha(near, "interval"), 3) == 0.977
    assert alpha(np.array(near) + 1e8, "interval") == pytest.approx(alpha(near, "interval"))
    counts = np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 2]])
    values = np.array([0, 1, 5, 6, 9]) + 1e8
    assert round(ReliabilityData.of_counts(counts, "interval", values).alpha(), 3) == 0.977


@pytest.mark.parametrize("level", LEVELS)
def test_ratings_by_chance_agree_by_nothing(level: str) -> None:
    luck = np.random.default_rng(7).integers(1, 6, (4_000, 4)).astype(float)
    found = ReliabilityData.of_ratings(luck, level)
    low, high = found.interval(draws=200)
    assert abs(found.alpha()) < 0.02 and low < 0 < high


@given(st.lists(st.lists(st.sampled_from([_, 1.0, 2.0, 4.0]), min_size=3, max_size=3), min_size=2))
def test_nominal_alpha_does_not_care_how_labels_are_numbered(rows: list[list[float]]) -> None:
    given_ = np.array(rows)
    other = np.select([given_ == 1, given_ == 2, given_ == 4], [9.0, -3.0, 0.5], np.nan)
    assert alpha(other) == pytest.approx(alpha(given_), nan_ok=True)


def test_the_interval_is_wider_by_performers_than_by_takes() -> None:
    rng = np.random.default_rng(3)
    hard = np.repeat(rng.random(20) < 0.5, 50)
    truth = rng.integers(0, 4, 1_000)
    luck = rng.integers(0, 4, (1_000, 3))
    keep = rng.random((1_000, 3)) < np.where(hard, 0.2, 0.95)[:, None]
    data = ReliabilityData.of_ratings(np.where(keep, truth[:, None], luck))
    takes = data.interval(draws=300)
    performers = data.interval(np.repeat(np.arange(20), 50), draws=300)
    assert takes[0] < data.alpha() < takes[1]
    assert performers[1] - performers[0] > 2 * (takes[1] - takes[0])
    assert takes == data.interval(draws=300)


def test_a_label_has_an_alpha_of_its_own() -> None:
    counts = np.array([[3, 0, 0]] * 5 + [[0, 2, 1], [0, 1, 2]] * 5)
    clear, *mixed = (one.alpha() for one in by_label(counts))
    assert clear == 1 and all(one < 0.6 for one in mixed)


def test_alpha_is_the_mean_of_its_raters() -> None:
    rng = np.random.default_rng(1)
    rows = [
        (t, f"r{r}", str(t % 3 if rng.random() < 0.3 + 0.2 * r else rng.integers(3)))
        for t in range(60)
        for r in range(4)
        if rng.random() < 0.8
    ]
    given_ = Judgements.of(rows, ["0", "1", "2"])
    raters = by_rater(given_, draws=50)
    mean = sum(one.alpha * one.ratings for one in raters) / sum(one.ratings for one in raters)
    assert mean == pytest.approx(given_.reliability.alpha())
    assert [one.rater for one in sorted(raters, key=lambda one: one.alpha)][-1] == "r3"
    assert all(one.low <= one.alpha <= one.high for one in raters)


@pytest.mark.parametrize(
    ("ratings", "level"),
    [([1, 2], "nominal"), ([[math.inf, 1]], "interval"), ([[-1, 1]], "ratio"), ([[1, 2]], "cubic")],
)
def test_what_is_no_reliability_data_is_refused(ratings: object, level: str) -> None:
    with pytest.raises(BadInput):
        ReliabilityData.of_ratings(ratings, level)


def test_a_label_of_no_list_is_refused() -> None:
    with pytest.raises(BadInput, match="'joy' is none of"):
        Judgements.of([("a", "r", "joy")], ["fear"])
