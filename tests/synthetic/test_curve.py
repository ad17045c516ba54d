"""What a corpus costs and is worth as more of it is made."""

from __future__ import annotations

import numpy as np
from staged_sides import actors

from yesand.synthetic.curating.curve import Curve, Prices, curve
from yesand.synthetic.judging.cheats import shuffled
from yesand.synthetic.judging.neighbours import Side

PRICES = Prices(human=12_000_000, generation=10_000, royalty=2_000_000)


def _curve(made: Side) -> Curve:
    people, unseen = actors(6, 10, seed=1)["one"], actors(6, 10, seed=2, first=50)["one"]
    return curve(people, made, unseen, PRICES, parts=(0, 0.5, 0.8))


def test_takes_as_good_as_people_s_are_recommended_where_they_are_cheaper() -> None:
    found = _curve(actors(6, 10, seed=3, first=90)["one"])
    assert found.points[0].cost == PRICES.human
    assert found.points[1].cost == round((PRICES.human + PRICES.made) / 2)
    assert found.recommended == 2
    assert "80% made saves" in found.says


def test_takes_with_wrong_labels_are_said_not_to_pay() -> None:
    people = actors(6, 10, seed=1)["one"]
    luck = np.random.default_rng(0)
    wrong = [shuffled(people, luck) for _ in range(2)]
    made = Side(
        *(np.concatenate([getattr(w, n) for w in wrong]) for n in ("rows", "label", "performer"))
    )
    found = _curve(made)
    assert found.points[2].uar.value < found.points[0].uar.low
    assert found.points[2].authenticity < 1
    assert found.recommended == 0
    assert "do not pay" in found.says
