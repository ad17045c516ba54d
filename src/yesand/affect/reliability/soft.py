"""Soft labels: what a take is heard as, a distribution, and how surely it is known.

A majority label throws away what raters disagree about, and where they disagree is what nuance is.
Raters count by how far they mean their answers (MACE's competence), so that who only fills in does
not make every take ambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints


@dataclass(frozen=True)
class SoftLabels:
    """A target for training.

    Attributes
    ----------
    distribution : shape (takes, labels), rows add up to one.
    raters : effective number of raters behind each row (Kish 1965): (Σw)² / Σw².
    """

    distribution: Floats
    raters: Floats


def soft_labels(
    take: Ints, answers: Floats, trust: Floats | None = None, *, prior: float = 0.5
) -> SoftLabels:
    """Return what each take is heard as.

    Parameters
    ----------
    take : index of each rating's take, shape (ratings,).
    answers : each rating's own distribution, shape (ratings, labels).
    trust : how far each rating counts, 0 … 1, shape (ratings,); none: all alike.
    prior : ratings' worth of everybody's average answer that every take begins with, so that one
        rater's word does not make a certainty. One rating of every label by equal parts is in that
        average, so that neither does a word that all say.
    """
    weight = np.ones(len(take)) if trust is None else np.asarray(trust, dtype=np.float64)
    takes, labels = int(take.max()) + 1, answers.shape[1]
    average = ((weight[:, None] * answers).sum(0) + 1 / labels) / (float(weight.sum()) + 1)
    table = np.tile(prior * average, (takes, 1))
    np.add.at(table, take, weight[:, None] * answers)
    whole = table.sum(1, keepdims=True)
    rows = np.where(whole > 0, table / np.where(whole > 0, whole, 1), 1 / labels)
    squares = np.bincount(take, weight**2, takes)
    raters = np.bincount(take, weight, takes) ** 2 / np.where(squares > 0, squares, 1)
    return SoftLabels(rows, raters)
