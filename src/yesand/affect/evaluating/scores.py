"""How well a model reads emotion in voices that it never met, told by its worst performer first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.abstaining import Abstention, abstention
from yesand.affect.evaluating.calibration import (
    BINS,
    Bin,
    adaptive_error,
    brier,
    calibration_error,
    classwise_error,
    log_loss,
    reliability_bins,
)
from yesand.affect.evaluating.heard import Heard, figure, heard
from yesand.affect.evaluating.intervals import Interval, drawn
from yesand.affect.evaluating.known import Beside
from yesand.affect.evaluating.parts import Judged, Part, by_performer, gap, parts
from yesand.affect.evaluating.recall import Floats, Ints, by_emotion, macro_f1, uar
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Evaluation:
    """Scores of one set of predictions; rates lie in 0 … 1.

    Attributes
    ----------
    uar : unweighted average recall, the mean over emotions of each one's recall (Schuller 2009).
    ece : expected calibration error over 15 equal-width bins of the top probability; ``adaptive``:
        over bins of equally many takes; ``classwise``: of every emotion's own probability.
    log_loss : nats. brier : 0 … 2.
    intervals : 95 %, of uar, accuracy, ece and worst: whole performers drawn; empty: too few.
    performers : each one's own takes, by handle. by_performer : their UAR alone.
    groups : column → the parts that its values make. folds : what each fold held out.
    confusion : takes by (acted, predicted) emotion, shape (classes, classes).
    heard : beside what raters heard; none: nobody rated.
    """

    labels: tuple[str, ...]
    takes: int
    uar: float
    accuracy: float
    macro_f1: float
    log_loss: float
    brier: float
    ece: float
    adaptive: float
    classwise: float
    intervals: dict[str, Interval]
    performers: tuple[Part, ...]
    groups: dict[str, tuple[Part, ...]]
    folds: tuple[Part, ...]
    confusion: Ints
    bins: tuple[Bin, ...]
    abstention: Abstention
    heard: Heard | None

    @property
    def by_performer(self) -> dict[str, float]:
        """UAR over each performer's own takes."""
        return {part.name: part.uar for part in self.performers}

    @property
    def worst(self) -> tuple[str, float]:
        """The performer for whom it works worst, with their UAR."""
        return min(self.by_performer.items(), key=lambda item: (item[1], item[0]))

    @property
    def spread(self) -> float:
        """Best performer's UAR less the worst one's."""
        return gap(self.performers)

    @property
    def missing(self) -> tuple[str, ...]:
        """Emotions that no take was acted in."""
        acted = self.confusion.sum(1)
        return tuple(label for label, n in zip(self.labels, acted, strict=True) if not n)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, rates to four decimals."""
        handle, rate = self.worst
        return {
            "takes": self.takes,
            "uar": round(self.uar, 4),
            "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4),
            "log_loss": round(self.log_loss, 4),
            "brier": round(self.brier, 4),
            "ece": round(self.ece, 4),
            "ece_bins": BINS,
            "ece_adaptive": round(self.adaptive, 4),
            "ece_classwise": round(self.classwise, 4),
            "intervals": {name: one.as_json() for name, one in self.intervals.items()},
            "worst_performer": {"performer": handle, "uar": round(rate, 4)},
            "spread": round(self.spread, 4),
            "by_performer": {p: round(r, 4) for p, r in sorted(self.by_performer.items())},
            "performers": {part.name: part.as_json() for part in self.performers},
            "groups": {
                name: {part.name: part.as_json() for part in found}
                for name, found in self.groups.items()
            },
            "folds": {part.name: part.as_json() for part in self.folds},
            "labels": list(self.labels),
            "missing": list(self.missing),
            "emotions": self._emotions(),
            "confusion": self.confusion.tolist(),
            "bins": [one.as_json() for one in self.bins],
            "abstention": self.abstention.as_json(),
            "heard": self.heard.as_json() if self.heard else None,
        }

    def _emotions(self) -> dict[str, dict[str, float | None]]:
        rows = zip(self.labels, *by_emotion(self.confusion), strict=True)
        return {
            label: {"recall": figure(r), "precision": figure(p), "f1": figure(f)}
            for label, r, p, f in rows
        }


def evaluate(
    probability: Floats,
    label: Ints,
    performers: Sequence[str],
    labels: Sequence[str],
    beside: Beside | None = None,
) -> Evaluation:
    """Score predictions.

    Parameters
    ----------
    probability : shape (takes, classes), rows add up to one.
    label : what was acted, shape (takes,). performers : whose each take is, shape (takes,).
    beside : what else is known of the takes.

    Raises
    ------
    BadInput : no take, or not one row for each; a row that holds what is no probability.
    """
    _check(probability, label, performers, labels)
    beside = beside or Beside()
    chosen = probability.argmax(axis=1)
    names, owner = np.unique(np.asarray(performers, dtype=str), return_inverse=True)
    judged = Judged(label, chosen, probability.max(axis=1), tuple(labels))
    table, gaps = judged.tables(owner, len(names))
    return Evaluation(
        labels=tuple(labels),
        takes=len(label),
        uar=uar(label, chosen),
        accuracy=float((label == chosen).mean()),
        macro_f1=macro_f1(table.sum(0)),
        log_loss=log_loss(probability, label),
        brier=brier(probability, label),
        ece=calibration_error(probability, label),
        adaptive=adaptive_error(probability, label),
        classwise=classwise_error(probability, label),
        intervals=drawn(table, gaps),
        performers=by_performer(judged, [str(name) for name in names], owner),
        groups={name: parts(judged, values, owner) for name, values in beside.groups.items()},
        folds=() if beside.folds is None else parts(judged, beside.folds, owner),
        confusion=table.sum(0),
        bins=reliability_bins(probability, label),
        abstention=abstention(probability, label),
        heard=None if beside.votes is None else heard(probability, beside.votes, beside.outside),
    )


def _check(probability: Floats, label: Ints, whose: Sequence[str], labels: Sequence[str]) -> None:
    if probability.shape != (len(label), len(labels)) or len(whose) != len(label):
        raise BadInput(f"{len(label)} takes and {len(labels)} labels, but {probability.shape}")
    if not len(label):
        raise BadInput("No take to score")
    if not (np.isfinite(probability).all() and (probability >= 0).all()):
        raise BadInput("A prediction holds what is no probability", where="evaluation")
