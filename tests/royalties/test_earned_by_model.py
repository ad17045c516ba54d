"""Earnings by model and month: all is in the table, and the bars stand on each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.clock import Period
from yesand.royalties.stacked import BESIDES, MODELS, OTHERS, stacked

LAST = Period(2026, 10)
MONTHS = [f"2026-{n:02d}" for n in range(1, 11)]
EARNED = st.dictionaries(
    st.sampled_from(MONTHS),
    st.dictionaries(st.sampled_from([*"abcdefg", BESIDES]), st.integers(-(10**9), 10**12)),
)


@given(EARNED)
def test_the_table_holds_every_micro_unit(earned: dict[str, dict[str, int]]) -> None:
    found = stacked("EUR", earned, LAST, {})
    for period, months in found.rows:
        assert sum(m.micro for m in months) == sum(earned.get(period, {}).values())
    assert sum(s.total.micro for s in found.series) == sum(
        sum(month.values()) for month in earned.values()
    )


@given(EARNED)
def test_parts_stand_on_each_other_and_none_leaves_the_picture(
    earned: dict[str, dict[str, int]],
) -> None:
    for column in stacked("EUR", earned, LAST, {}).columns:
        ground = 100.0
        for part in column.parts:
            assert part.y + part.height == pytest.approx(ground, abs=0.03)
            ground = part.y
        assert ground >= -0.03


def test_what_brought_most_has_a_fill_of_its_own_and_the_rest_one_together() -> None:
    month = {name: 100 - n for n, name in enumerate("abcde")} | {BESIDES: 7}
    found = stacked("EUR", {"2026-10": month}, LAST, {"a": "Alto"})
    assert [s.key for s in found.series] == ["a", "b", "c", OTHERS, BESIDES]
    assert [s.fill for s in found.series] == [0, 1, 2, MODELS, MODELS + 1]
    assert found.series[0].name == "Alto" and found.series[3].total.micro == 97 + 96


def test_a_month_that_was_taken_back_has_no_bar_and_stands_in_the_table() -> None:
    found = stacked("EUR", {"2026-09": {"a": -5}, "2026-10": {"a": 9}}, LAST, {})
    assert found.columns[-2].parts == () and found.most.micro == 9
    assert found.rows[-2][1][0].micro == -5
