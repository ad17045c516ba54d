"""In anybody's training loop: how much each performer moves the model, as it is trained.

First-order in-run attribution (Wang et al. 2024, *Data Shapley in One Training Run*, arXiv
2406.11011), summed by performer. Three lines of a PyTorch loop::

    watch = InRun(model, optimiser, owners=owner, queries=batches)
    ...
    watch.step(losses, takes)  # losses: one a take, before backward
    ...
    shares = watch.shares()
"""

from yesand.reliance.inrun.errors import (
    BatchMismatch,
    LossNotFinite,
    NoQueries,
    NotDeterministic,
    NothingRecorded,
    NotTwice,
    UnknownOptimiser,
    UnknownOwner,
)
from yesand.reliance.inrun.record import Record, together
from yesand.reliance.inrun.watch import InRun

__all__ = [
    "BatchMismatch",
    "InRun",
    "LossNotFinite",
    "NoQueries",
    "NotDeterministic",
    "NotTwice",
    "NothingRecorded",
    "Record",
    "UnknownOptimiser",
    "UnknownOwner",
    "together",
]
