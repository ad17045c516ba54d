"""Scores of a part of the takes: a performer's, a fold's, a language's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.calibration import place
from yesand.affect.evaluating.intervals import Interval, drawn, gaps, of_one
from yesand.affect.evaluating.recall import Floats, Ints, accuracies, confusions, uars


@dataclass(frozen=True)
class Part:
    """How well it does on a part.

    Attributes
    ----------
    interval : of the UAR, 95 %: performers drawn, and never narrower than over the takes.
    missing : emotions that no take of the part was acted in. Its UAR is the mean of the others.
    """

    name: str
    takes: int
    performers: int
    uar: float
    interval: Interval
    accuracy: float
    ece: float
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        return {
            "takes": self.takes,
            "performers": self.performers,
            "uar": round(self.uar, 4),
            "interval": self.interval.as_json(),
            "accuracy": round(self.accuracy, 4),
            "ece": round(self.ece, 4),
            "missing": list(self.missing),
        }


@dataclass(frozen=True)
class Judged:
    """Predictions as everything here needs them, (takes,) each."""

    label: Ints
    chosen: Ints
    confidence: Floats
    labels: tuple[str, ...]

    @property
    def right(self) -> Floats:
        """1 where the answer is right."""
        return np.asarray(self.label == self.chosen, dtype=np.float64)

    def tables(self, owner: Ints, owners: int) -> tuple[Ints, Floats]:
        """Return confusions (owners, classes, classes) and gaps (owners, bins)."""
        table = confusions(self.label, self.chosen, len(self.labels), owner, owners)
        bins = place(self.confidence)
        return table, gaps(self.confidence, self.right, bins, owner, owners)

    def only(self, some: Any) -> Judged:
        """Return some of them."""
        return Judged(self.label[some], self.chosen[some], self.confidence[some], self.labels)


def by_performer(judged: Judged, names: Sequence[str], owner: Ints) -> tuple[Part, ...]:
    """Return each performer's scores, in the order of ``names``."""
    table, gap = judged.tables(owner, len(names))
    takes = table.sum(2)
    low, high = of_one(np.diagonal(table, axis1=1, axis2=2), takes)
    rates, right = uars(table), accuracies(table)
    return tuple(
        Part(
            name=name,
            takes=int(takes[k].sum()),
            performers=1,
            uar=float(rates[k]),
            interval=Interval(float(low[k]), float(high[k])),
            accuracy=float(right[k]),
            ece=float(np.abs(gap[k]).sum() / takes[k].sum()),
            missing=_missing(judged.labels, takes[k]),
        )
        for k, name in enumerate(names)
    )


def parts(judged: Judged, values: Sequence[str], owner: Ints) -> tuple[Part, ...]:
    """Return the scores of each value of a column, in order; takes without one are passed over.

    Parameters
    ----------
    values : of every take, shape (takes,). owner : index of each take's performer.
    """
    column = np.asarray(values, dtype=str)
    return tuple(_part(judged.only(s := column == v), v, owner[s]) for v in np.unique(column) if v)


def gap(found: Sequence[Part]) -> float:
    """Return the best part's UAR less the worst one's."""
    rates = [part.uar for part in found]
    return max(rates) - min(rates) if rates else 0.0


def _part(judged: Judged, name: str, owner: Ints) -> Part:
    people, index = np.unique(owner, return_inverse=True)
    table, gap_ = judged.tables(index, len(people))
    (whole,) = by_performer(judged, [str(name)], np.zeros(len(owner), dtype=np.int64))
    interval = drawn(table, gap_).get("uar", whole.interval)
    return Part(
        name=str(name),
        takes=whole.takes,
        performers=len(people),
        uar=whole.uar,
        interval=interval,
        accuracy=whole.accuracy,
        ece=whole.ece,
        missing=whole.missing,
    )


def _missing(labels: Sequence[str], takes: Ints) -> tuple[str, ...]:
    return tuple(label for label, count in zip(labels, takes, strict=True) if not count)
