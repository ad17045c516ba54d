"""Recording the training of our own voice model: what each performer gives to voices unmet.

The model of each fold is asked about the performers whom it never meets, in small batches that hold
all emotions and all of these performers. While it is asked, its normalisation goes by the batch, as
in training: by its running statistics, weights would seem to gain by growing, which the statistics
take back at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer

from yesand.affect.frames import Pack
from yesand.affect.learning import Watch, Watching
from yesand.affect.voice_model import VoiceModel
from yesand.kernel.canonical import canonical
from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.inrun.record import Record
from yesand.reliance.inrun.watch import InRun

#: Takes asked at once.
_ASKED = 16


class Recorder:
    """Fits ``yesand.training.recording.Recorder``; one for each run."""

    def __init__(self, rate: float = 0.12, every: int = 20) -> None:
        self.rate, self.every = rate, every
        self._watches = dict[int, InRun]()

    def begin(self, pack: Pack, label: Ints, performers: list[str], fold: Ints) -> None:
        """Take the run's takes."""
        self._pack, self._label = pack, torch.from_numpy(label)
        self._performers, self._owner = np.unique(performers, return_inverse=True)
        self._fold = fold

    def watch(self, fold: int) -> Watch:
        """Return what watches the model that never meets the fold's performers."""

        def begin(model: VoiceModel, optimiser: Optimizer) -> Watching:
            made = InRun(
                model,
                optimiser,
                owners=self._owner.tolist(),
                queries=self._asked(fold),
                utility=self._utility,
                rate=self.rate,
                every=self.every,
                # Batch normalisation: takes see each other.
                reading="losses",
            )
            self._watches[fold] = made
            return made

        return begin

    def arrays(self, likelihood: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
        """Return what was found; performers are positions, and ``owner`` says whose a take is."""
        records = {fold: watch.record() for fold, watch in self._watches.items()}
        about = {"folds": [_told(records[fold]) for fold in sorted(records)]}
        return {
            "owner": self._owner.astype(np.int64),
            "moved": self._moved(records),
            "likelihood": likelihood,
            "about": np.array(canonical(about).decode()),
        }

    def _moved(self, records: dict[int, Record]) -> Floats:
        """Return (asked, performers): all whom a fold holds out are asked in it, together."""
        many = len(self._performers)
        moved = np.zeros((many, many))
        for fold, record in records.items():
            here = [int(who) for who in record.performers]
            asked = np.unique(self._owner[self._fold == fold])
            moved[np.ix_(asked, np.array(here))] = record.effects()
        return moved

    def _asked(self, fold: int) -> list[Tensor]:
        """Return batches of the takes that the fold's model never meets."""
        takes = np.flatnonzero(self._fold == fold)
        order = np.lexsort((self._owner[takes], self._label.numpy()[takes]))
        many = -(-len(takes) // _ASKED)
        # Every so many-th in order of emotion and performer: each batch holds some of all.
        return [torch.from_numpy(takes[order][k::many]) for k in range(many)]

    def _utility(self, model: nn.Module, takes: Tensor) -> Tensor:
        for layer in model.modules():
            if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
                layer.training = True
        return -cross_entropy(model(self._pack.middle(takes)), self._label[takes])


def _told(record: Record) -> dict[str, Any]:
    """Return what a reader must know of a fold's record, without a name."""
    return {
        **record.settings,
        "steps": record.steps,
        "measured": record.measured,
        "asked": record.asked,
        "deterministic": not any("deterministic" in note for note in record.notes),
    }
