"""The panel passes other real actors, and condemns what is known to fool single scores."""

from __future__ import annotations

import json

import numpy as np
import pytest
from staged_sides import Sides, actors, by, case

from yesand.kernel.errors import BadInput
from yesand.synthetic.judging.cheats import CHEATS
from yesand.synthetic.judging.neighbours import Side
from yesand.synthetic.judging.panel import Panel, judge

#: What each cheat must be condemned for, among other things.
CAUGHT = {
    "exact copies": "copies",
    "noisy copies": "copies",
    "a Gaussian an emotion": "summary",
    "one performer repeated": "replica",
    "mode collapse": "copies",
    "labels shuffled": "labels",
}


@pytest.fixture(scope="module")
def parents() -> Sides:
    return actors(8, 12, seed=1)


@pytest.fixture(scope="module")
def others() -> Sides:
    return actors(8, 12, seed=2, first=100)


def _named(panel: Panel) -> set[str]:
    return {finding.name for finding in panel.findings if finding.condemns}


def test_actors_whom_nobody_copied_pass_as_if_they_were_made(parents: Sides, others: Sides) -> None:
    panel = judge(case(parents, others, actors(6, 12, seed=3, first=200)))
    assert panel.passes, panel.findings


@pytest.mark.parametrize("cheat", CHEATS)
def test_every_known_cheat_is_condemned_for_what_it_is(
    cheat: str, parents: Sides, others: Sides
) -> None:
    panel = judge(case(parents, others, by(CHEATS[cheat], parents, apart=False)))
    assert not panel.passes
    assert CAUGHT[cheat] in _named(panel)


def test_numbers_that_no_sound_has_in_two_spaces_are_told(parents: Sides, others: Sides) -> None:
    made = by(CHEATS["a Gaussian an emotion"], parents, apart=True)
    assert "no sound" in _named(judge(case(parents, others, made)))


def test_a_frechet_distance_alone_would_have_praised_the_cheats(
    parents: Sides, others: Sides
) -> None:
    made = by(CHEATS["a Gaussian an emotion"], parents, apart=True)
    space = judge(case(parents, others, made)).spaces["one"]
    assert space.made["frechet"].value < space.real["frechet"].value


def test_the_same_case_gives_the_same_panel_in_plain_json(parents: Sides, others: Sides) -> None:
    made = by(CHEATS["noisy copies"], parents, apart=False)
    told = [json.dumps(judge(case(parents, others, made)).as_json()) for _ in range(2)]
    assert told[0] == told[1]


def test_too_few_takes_are_refused_by_name(parents: Sides, others: Sides) -> None:
    few = {n: side.some(np.arange(5)) for n, side in parents.items()}
    with pytest.raises(BadInput, match="5 made takes"):
        judge(case(parents, others, few))


def test_a_feature_that_is_no_number_is_refused(parents: Sides, others: Sides) -> None:
    made = actors(6, 12, seed=3, first=200)
    made["one"].rows[0, 0] = np.nan
    with pytest.raises(BadInput, match="no number"):
        judge(case(parents, others, made))


def test_copies_that_name_no_parent_are_heard_as_somebody_s(parents: Sides, others: Sides) -> None:
    made = by(CHEATS["exact copies"], parents, apart=False)
    alone = {n: Side(s.rows, s.label, np.full(len(s), "")) for n, s in made.items()}
    assert "replica" in _named(judge(case(parents, others, alone)))


def test_one_parent_performer_alone_is_refused(parents: Sides, others: Sides) -> None:
    one = {n: side.some(side.performer == "actor-0") for n, side in parents.items()}
    with pytest.raises(BadInput, match="One performer alone"):
        judge(case(one, others, actors(6, 12, seed=3, first=200)))


def test_takes_of_nobody_are_told_as_nobody_s(parents: Sides, others: Sides) -> None:
    made = actors(6, 12, seed=3, first=200)
    alone = {n: Side(s.rows, s.label, np.full(len(s), "")) for n, s in made.items()}
    panel = judge(case(parents, others, alone))
    assert np.isnan(panel.spaces["one"].made["told"].value)
    assert "replica" not in _named(panel)
