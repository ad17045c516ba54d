"""Features on one scale, by the takes that a head learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: So many deviations from the mean, and what lies beyond lies there: one broken take in a corpus
#: must not decide.
CLIP = 4.0
_LEAST = 1e-9


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and deviation of each feature, (d,) each: a part of the model, learned like its weights.

    So they are computed again, exactly, when takes are taken out.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, rows: Floats) -> Scale:
        """Learn it from rows (N, d); what never varies is left as it is."""
        deviation = rows.std(axis=0)
        return cls(rows.mean(axis=0), np.where(deviation > _LEAST, deviation, 1.0))

    def scaled(self, rows: Floats) -> Floats:
        """Return rows (N, d) with mean 0 and deviation 1, and the column that carries the bias."""
        made = np.empty((len(rows), rows.shape[1] + 1))
        np.subtract(rows, self.mean, out=made[:, :-1])
        made[:, :-1] /= self.deviation
        np.clip(made[:, :-1], -CLIP, CLIP, out=made[:, :-1])
        made[:, -1] = 1.0
        return made

    def carried(self, weights: Floats, old: Scale) -> Floats:
        """Return weights (classes, d + 1) that say here what they said by another scale.

        But for what was cut off at either end; it is where a search begins.
        """
        slope = weights[:, :-1] / old.deviation
        bias = weights[:, -1] + slope @ (self.mean - old.mean)
        return np.column_stack([slope * self.deviation, bias])


def balanced(target: Floats) -> Floats:
    """Return a weight for each take, (N,), so that every class counts alike; their mean is 1.

    Parameters
    ----------
    target : (N, classes), rows add up to 1; of soft ones a take has a part in several classes.
    """
    count = target.sum(axis=0)
    there = count > 0
    each = np.divide(len(target) / there.sum(), count, out=np.zeros_like(count), where=there)
    weight: Floats = target @ each
    return weight
