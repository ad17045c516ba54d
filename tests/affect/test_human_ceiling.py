"""The human ceiling: by hand on a few votes, and CREMA-D's published votes as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scripts.affect import read

from yesand.affect.evaluating.heard import heard
from yesand.affect.reliability.alpha import ReliabilityData
from yesand.affect.reliability.ceiling import ceiling, one_against_rest, total_variation, undecided


def test_a_few_votes_by_hand() -> None:
    votes = np.array([[3, 0, 1], [1, 1, 0], [0, 0, 4], [2, 1, 1]])
    found = ceiling(votes, np.array([0, 1, 2, 1]), ks=(1,))
    # A tie goes to the first label, which was not acted; by parts it is half right.
    assert found.majority == pytest.approx((1 + 0 + 1) / 3)
    assert found.shared == pytest.approx((1 + (0.5 + 0) / 2 + 1) / 3)
    assert undecided(np.array([[3, 0, 1], [2, 1, 1], [1, 1, 1]])) == pytest.approx(1 / 3)
    # 3 of 4 right; both wrong; 4 of 4; two firsts against a three-way or one-one tie.
    assert one_against_rest(np.array([[3, 0, 1]])) == pytest.approx(3 / 4)
    assert one_against_rest(np.array([[1, 1, 0]])) == 0
    assert one_against_rest(np.array([[2, 1, 1]])) == pytest.approx(2 / 3 / 4)


def test_a_label_from_one_rater_is_as_far_off_as_the_others_are_apart() -> None:
    assert total_variation(np.array([[2, 0]] * 5), 1) == 0
    assert total_variation(np.array([[1, 1]] * 5), 1) == 1
    assert np.isnan(total_variation(np.array([[1, 1]]), 2))


def test_people_hear_crema_d_as_was_measured(data: Path) -> None:
    """Krippendorff α .28 / .46 / .50, and what else is known of these votes."""
    votes = read(data / "crema-d" / "tabulatedVotes.csv")
    alphas = [round(ReliabilityData.of_counts(v.counts).alpha(), 2) for v in votes.values()]
    assert alphas == [0.28, 0.46, 0.50]
    found = [ceiling(v.counts, v.acted) for v in votes.values()]
    assert [f.takes for f in found] == [7_442] * 3 and sum(f.votes for f in found) == 212_000
    assert [round(100 * f.majority, 1) for f in found] == [46.8, 69.6, 75.3]
    assert [round(100 * f.one_against_rest, 1) for f in found] == [56.9, 65.1, 68.2]
    assert round(100 * found[0].undecided) == 21
    assert [found[0].apart[k] for k in (1, 3, 5)] == pytest.approx([0.53, 0.37, 0.31], abs=0.006)


def test_one_rater_of_a_voice_is_farther_off_than_a_constant_answer(data: Path) -> None:
    """So that a model which is as near as one rater need not have listened."""
    counts = read(data / "crema-d" / "tabulatedVotes.csv")["voice"].counts
    found = heard(np.full(counts.shape, 1 / 6), counts)
    assert found is not None and found.one_rater == one_against_rest(counts)
    one, three = found.beside[1], found.beside[3]
    assert [round(x, 3) for x in (one.raters, one.constant, three.raters, three.constant)] == [
        0.535, 0.465, 0.373, 0.494,
    ]  # fmt: skip
