"""What a model learns from synthetic takes, asked about real ones of performers it never met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating import Beside, Evaluation, evaluate
from yesand.affect.head.head import learn
from yesand.synthetic.judging.neighbours import Floats, Side, joined
from yesand.training.heads import HeadSettings


@dataclass(frozen=True, eq=False)
class Useful:
    """Scores on the same unseen performers.

    Attributes
    ----------
    real : learned from the parents. made : from the synthetic takes alone. both : from both.
    agrees : how often a head that learned from the parents hears in a made take what it is to
        express (UAR); labels that are not in the sound are found by it.
    """

    real: Evaluation
    made: Evaluation
    both: Evaluation
    agrees: float

    def as_json(self) -> dict[str, Any]:
        """Return UAR with its interval, calibration error and worst performer of each."""
        sides = {"real": self.real, "made": self.made, "both": self.both}
        return {"agrees": round(self.agrees, 6), **{n: _told(one) for n, one in sides.items()}}


def _told(scores: Evaluation) -> dict[str, Any]:
    whole = scores.as_json()
    return {
        "uar": whole["uar"],
        "interval": whole["intervals"]["uar"],
        "ece": whole["ece"],
        "worst_performer": whole["worst_performer"]["uar"],
    }


def useful(parents: Side, made: Side, unseen: Side, names: tuple[str, ...]) -> Useful:
    """Train the convex head on each and ask it about unseen performers.

    Raises
    ------
    CheckFailed : no head was found.
    """
    from_parents = Heard(parents, len(names))
    heard = from_parents(made.rows).argmax(axis=1)
    each = [np.mean(heard[made.label == c] == c) for c in np.unique(made.label)]
    return Useful(
        _scored(from_parents(unseen.rows), unseen, names),
        _scored(Heard(made, len(names))(unseen.rows), unseen, names),
        _scored(Heard(joined(parents, made), len(names))(unseen.rows), unseen, names),
        float(np.mean(each)),
    )


class Heard:
    """A head of some takes; of an emotion that they lack it says nothing."""

    def __init__(self, side: Side, classes: int) -> None:
        self.there, self.classes = np.unique(side.label), classes
        target = np.eye(classes)[side.label][:, self.there]
        self.head = learn(side.rows, target, HeadSettings().penalty).head

    def __call__(self, rows: Floats) -> Floats:
        """Return the probability of each emotion, (N, classes)."""
        found = np.zeros((len(rows), self.classes))
        found[:, self.there] = self.head.probability(rows)
        return found


def _scored(shares: Floats, unseen: Side, names: tuple[str, ...]) -> Evaluation:
    floor = np.maximum(shares, 1e-6)
    floor /= floor.sum(axis=1, keepdims=True)
    return evaluate(floor, unseen.label, list(unseen.performer), list(names), Beside())
