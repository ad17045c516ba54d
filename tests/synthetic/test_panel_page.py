"""The panel as a page: verdict, figures and both sides, the same bytes twice."""

from __future__ import annotations

from staged_sides import actors, by, case

from yesand.synthetic.judging.cheats import CHEATS
from yesand.synthetic.judging.page import page
from yesand.synthetic.judging.panel import judge


def test_the_page_says_the_verdict_and_draws_both_sides() -> None:
    parents, others = actors(8, 12, seed=1), actors(8, 12, seed=2, first=100)
    made = by(CHEATS["noisy copies"], parents, apart=False)
    told = judge(case(parents, others, made)).as_json()
    drawn = page(told, "Judged <here>", ["Half of them."])
    assert drawn == page(told, "Judged <here>", ["Half of them."])
    assert "Condemned." in drawn
    assert "Judged &lt;here&gt;" in drawn
    assert 'class="dot hollow"' in drawn
    assert "told as the parent" in drawn


def test_takes_of_nobody_have_no_voice_to_be_told() -> None:
    parents, others = actors(8, 12, seed=1), actors(8, 12, seed=2, first=100)
    made = by(CHEATS["a Gaussian an emotion"], parents, apart=True)
    drawn = page(judge(case(parents, others, made)).as_json(), "Judged")
    assert "told as the parent" not in drawn
