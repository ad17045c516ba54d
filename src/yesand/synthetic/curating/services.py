"""Which takes of a batch are worth their price, and how far a corpus may be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.synthetic.curating.choosing import Chosen, choose, likeness
from yesand.synthetic.curating.curve import Curve, Prices, curve
from yesand.synthetic.judging.copying import authentic
from yesand.synthetic.judging.neighbours import on_one_scale
from yesand.synthetic.judging.panel import halves
from yesand.synthetic.judging.recognising import told_as_parent
from yesand.synthetic.judging.services import Gathered

#: The space in which takes stand for others.
SPACE = "prosody"


@dataclass(frozen=True, eq=False)
class Curated:
    """What was chosen, and the curve."""

    chosen: Chosen
    takes: list[str]
    curve: Curve

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "takes": self.takes,
            "spent_micro": self.chosen.spent,
            "shows": round(self.chosen.shows, 6),
            "at_best": round(self.chosen.at_best, 6),
            "left_out": dict(self.chosen.left_out),
            "curve": self.curve.as_json(),
        }


def curate(gathered: Gathered, budget: int, prices: Prices, *, replicas: bool = False) -> Curated:
    """Choose among a batch's takes under a budget, and measure the curve.

    Parameters
    ----------
    budget : micro-units, for made takes alone.
    replicas : keep what is told as its parent's voice: its performer agreed to that.

    Raises
    ------
    BadInput : a budget that buys nothing, or no take above the floors.
    """
    case = gathered.case
    shown_to, asked = halves(case)  # who decided the choice cannot say what it is worth
    raw = [case.side(SPACE, which) for which in (case.parents, case.made, shown_to, asked)]
    parents, made, others, _ = on_one_scale(*raw)
    floors = {"copies": authentic(parents.rows, made.rows) > 0}
    if not replicas:
        floors["told as their performer"] = ~told_as_parent(parents, made)
    cost = np.full(len(made), prices.made, dtype=np.int64)
    chosen = choose(likeness(others, made), cost, budget, floors)
    kept = raw[1].some(chosen.takes)
    named = [gathered.made[k] for k in chosen.takes]
    return Curated(chosen, named, curve(raw[0], kept, raw[3], prices))
