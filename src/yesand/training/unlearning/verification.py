"""How far a model is from one that was trained without the takes: the only proof of unlearning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.training.unlearning.membership import Attack

Floats = NDArray[np.float64]

#: Weights of an exactly unlearned model differ by no more from the retrained one's.
EXACT = 1e-6


class How(StrEnum):
    """How takes were taken out."""

    OPTIMUM = "optimum"  # a convex head's minimum without them, found from the old one
    SHARDS = "shards"  # the parts that had met them, trained anew
    RETRAINED = "retrained"  # the whole training without them, from its start
    INFLUENCE = "influence"  # approximate: one Newton step on a network's last layer


class Verdict(StrEnum):
    """What may be said of the outcome."""

    UNLEARNED = "unlearned"  # compared with a model trained without the takes: the same
    APPROXIMATE = "approximate"  # compared, and different
    UNVERIFIED = "unverified"  # not compared


@dataclass(frozen=True)
class Distance:
    """How far two models are apart.

    Attributes
    ----------
    weights : largest difference of any number in them.
    probability : largest difference of any take's probability of any emotion.
    variation : mean total variation between their answers.
    takes : how many were asked.
    """

    weights: float
    probability: float
    variation: float
    takes: int

    @classmethod
    def between(cls, weights: float, ours: Floats, theirs: Floats) -> Distance:
        """Compare answers (N, classes) of two models whose weights differ by so much."""
        apart = np.abs(ours - theirs)
        return cls(weights, float(apart.max()), float(apart.sum(1).mean() / 2), len(ours))

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, to three significant digits."""
        named = {
            "weights": self.weights,
            "probability": self.probability,
            "variation": self.variation,
        }
        return {**{n: float(f"{x:.3g}") for n, x in named.items()}, "takes": self.takes}


@dataclass(frozen=True)
class Audit:
    """What was found out about a removal.

    Attributes
    ----------
    takes, performers : how many takes went, and of how many performers.
    distance : from the model that was retrained; none, where nobody retrained. ``old_distance`` is
        the old model's from it.
    before, after : the membership attack on the takes that went; none where their sound or whom
        to compare with is gone. ``retrained`` is the same of models trained anew.
    seconds, retraining_seconds : what removal and retraining took, features at hand.
    """

    how: How
    takes: int
    performers: int
    distance: Distance | None = None
    old_distance: Distance | None = None
    before: Attack | None = None
    after: Attack | None = None
    retrained: Attack | None = None
    seconds: float | None = None
    retraining_seconds: float | None = None

    @property
    def verdict(self) -> Verdict:
        """What may be said. A removal by influence is never more than approximate."""
        if self.how is How.RETRAINED:
            return Verdict.UNLEARNED  # it is itself what others are compared with
        if self.distance is None:
            return Verdict.UNVERIFIED
        same = self.distance.weights <= EXACT and self.distance.probability <= EXACT
        exact = same and self.how is not How.INFLUENCE
        return Verdict.UNLEARNED if exact else Verdict.APPROXIMATE

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        attacks = {"before": self.before, "after": self.after, "retrained": self.retrained}
        return {
            "how": self.how.value,
            "verdict": self.verdict.value,
            "takes_removed": self.takes,
            "performers": self.performers,
            "distance": self.distance.as_json() if self.distance else None,
            "old_distance": self.old_distance.as_json() if self.old_distance else None,
            "tolerance": EXACT,
            "membership": {n: a.as_json() if a else None for n, a in attacks.items()},
            "seconds": self.seconds,
            "retraining_seconds": self.retraining_seconds,
            "says": _RETRAINED if self.how is How.RETRAINED else SAYS[self.verdict],
        }


_ELSEWHERE = (
    "What the takes have left elsewhere (backups, exports, copies of the old model, models made "
    "from it) is not touched by this."
)
_RETRAINED = (
    "The model was trained without these takes from its start: it never met them. That the old "
    f"model is out of service is not claimed. {_ELSEWHERE}"
)
SAYS = {
    Verdict.UNLEARNED: (
        "The model is, within the tolerance, the one that the same training finds without these "
        "takes: it was trained without them too, and the two were compared. That the old model is "
        f"out of service is not claimed. {_ELSEWHERE}"
    ),
    Verdict.APPROXIMATE: (
        "APPROXIMATE: the takes' influence was reduced, not removed. The model differs from the "
        "one that was trained without them by what is told here, and it must not be called "
        f"unlearned. {_ELSEWHERE}"
    ),
    Verdict.UNVERIFIED: (
        "UNVERIFIED: nobody has compared the model with one that was trained without the takes. "
        f"It must not be called unlearned. {_ELSEWHERE}"
    ),
}
