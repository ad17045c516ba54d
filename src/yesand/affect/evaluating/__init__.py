"""Evaluation that cannot flatter: folds by performer, the worst one first, with intervals."""

from __future__ import annotations

from yesand.affect.evaluating.calibration import BINS, calibration_error
from yesand.affect.evaluating.known import Beside, Known
from yesand.affect.evaluating.recall import uar
from yesand.affect.evaluating.scores import Evaluation, evaluate

__all__ = ["BINS", "Beside", "Evaluation", "Known", "calibration_error", "evaluate", "uar"]
