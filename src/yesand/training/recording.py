"""What a run offers to whoever wants to record how its folds' models came to be.

Attribution lies a floor above; training knows only that it may be watched.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.affect.frames import Pack
from yesand.affect.learning import Watch

#: What a recorder leaves in the model's folder. It names nobody: performers are positions.
FILE = "inrun.npz"


class Recorder(Protocol):
    """Watches the model of each fold, and has arrays to leave behind when all are done."""

    def begin(
        self, pack: Pack, label: NDArray[np.int64], performers: list[str], fold: NDArray[np.int64]
    ) -> None:
        """Take the run's takes: features, labels, performers and folds, (takes,) each."""
        ...

    def watch(self, fold: int) -> Watch:
        """Return what watches the model that never meets the fold's performers."""
        ...

    def arrays(self, likelihood: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Return what was found.

        Parameters
        ----------
        likelihood : (takes,) log-likelihood (nats) by the model that never met the performer.
        """
        ...
