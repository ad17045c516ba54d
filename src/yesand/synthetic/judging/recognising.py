"""Whether a performer can be told from synthetic takes: then they are replicas.

Voices are told by what is left of features once each emotion's mean is taken out, along the
directions in which performers differ most (linear discriminants; Fisher 1936).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from yesand.synthetic.judging.copying import auc
from yesand.synthetic.judging.neighbours import Floats, Side


@dataclass(frozen=True)
class Recognised:
    """What was found.

    Attributes
    ----------
    told : how often a made take is told as its own parent's performer; none without parents.
    chance : how often strangers' takes would be, shared out among performers as made takes are.
    nearer : how often a made take is nearer to some parent performer than a stranger's take is;
        .5 where synthetic voices are as far from all of them as other people are.
    """

    told: float | None
    chance: float
    nearer: float


def recognised(parents: Side, made: Side, strangers: Side) -> Recognised:
    """Return how well the parents' performers can be told from made takes.

    Parameters
    ----------
    parents : of two performers or more. strangers : real takes of other performers.
    """
    ear = _Ear(parents)
    seen, other = ear.apart(made), ear.apart(strangers)
    owned = np.isin(made.performer, ear.people)
    nearer = auc(-seen.min(axis=1), -other.min(axis=1))
    if not owned.any():
        return Recognised(None, 1 / len(ear.people), nearer)
    said, owner = ear.people[seen[owned].argmin(axis=1)], made.performer[owned]
    strange = ear.people[other.argmin(axis=1)]
    chance = sum(float(np.mean(strange == who) * np.mean(owner == who)) for who in ear.people)
    return Recognised(float(np.mean(said == owner)), chance, nearer)


def told_as_parent(parents: Side, made: Side) -> NDArray[np.bool_]:
    """Return which made takes are told as their own parent's performer, (S,)."""
    ear = _Ear(parents)
    return np.asarray(ear.people[ear.apart(made).argmin(axis=1)] == made.performer)


class _Ear:
    """What has learned the parents' voices."""

    def __init__(self, parents: Side) -> None:
        self.people = np.unique(parents.performer)
        self.means = {
            int(c): np.asarray(parents.rows[parents.label == c].mean(axis=0))
            for c in np.unique(parents.label)
        }
        self.usual: Floats = np.mean(list(self.means.values()), axis=0)
        self.told = LinearDiscriminantAnalysis(solver="eigen", shrinkage=0.3)
        self.told.fit(self._voice(parents), parents.performer)
        seen = self._seen(parents)
        self.centres = np.stack([seen[parents.performer == who].mean(0) for who in self.people])

    def apart(self, side: Side) -> Floats:
        """Return how far each take is from each performer, (N, performers)."""
        found: Floats = np.linalg.norm(self._seen(side)[:, None] - self.centres[None], axis=2)
        return found

    def _seen(self, side: Side) -> Floats:
        found: Floats = self.told.transform(self._voice(side))
        return found

    def _voice(self, side: Side) -> Floats:
        usual: Floats = np.stack([self.means.get(int(c), self.usual) for c in side.label])
        return side.rows - usual
