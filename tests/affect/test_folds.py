from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.affect.folds import folds
from yesand.kernel.errors import BadInput

HANDLES = st.lists(st.sampled_from("abcdefghijklm"), min_size=2).filter(lambda x: len(set(x)) > 1)


@given(HANDLES)
@settings(deadline=None)
def test_a_performer_is_held_out_in_exactly_one_fold(performers: list[str]) -> None:
    fold = folds(performers)
    held = {(p, int(k)) for p, k in zip(performers, fold, strict=True)}
    assert len(held) == len(set(performers))
    assert set(fold) == set(range(len(set(fold)))) and 2 <= len(set(fold)) <= 6


@given(HANDLES, st.randoms())
@settings(deadline=None)
def test_the_order_of_the_takes_does_not_move_anyone(performers: list[str], luck: object) -> None:
    before = dict(zip(performers, folds(performers), strict=True))
    luck.shuffle(performers)  # type: ignore[attr-defined]
    assert dict(zip(performers, folds(performers), strict=True)) == before


@given(HANDLES)
@settings(deadline=None)
def test_folds_hold_as_many_performers_as_one_another(performers: list[str]) -> None:
    people = Counter(
        {p: int(k) for p, k in zip(performers, folds(performers), strict=True)}.values()
    )
    assert max(people.values()) - min(people.values()) <= 1


def test_ravdess_falls_into_emobox_folds() -> None:
    actors = [f"Actor_{n:02d}" for n in range(1, 25)]
    fold = dict(zip(actors, folds(actors), strict=True))
    held = {n for n in range(1, 25) if fold[f"Actor_{n:02d}"] == fold["Actor_01"]}
    assert held == {1, 11, 20, 21}
    assert fold["Actor_22"] == 5 and np.bincount(list(fold.values())).tolist() == [4] * 6


def test_one_performer_alone_cannot_be_scored() -> None:
    with pytest.raises(BadInput, match="two performers"):
        folds(["Alba", "Alba"])


@pytest.mark.parametrize(("people", "count"), [(2, 2), (5, 5), (7, 6), (8, 4), (10, 5), (18, 6)])
def test_performers_divide_evenly_where_they_can(people: int, count: int) -> None:
    assert len(set(folds([f"P{n}" for n in range(people)]).tolist())) == count
