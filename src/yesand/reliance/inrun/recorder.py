"""Recording the training of our own voice model: what each performer gives to voices unmet.

The model of each fold is asked about the performers whom it never meets, in small batches of their
takes that hold all emotions, one performer after the other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer

from yesand.affect.frames import WINDOW, Pack
from yesand.affect.learning import Watch, Watching
from yesand.affect.voice_model import VoiceModel
from yesand.kernel.canonical import canonical
from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.inrun.record import Record
from yesand.reliance.inrun.watch import InRun

#: Takes asked at once.
_ASKED = 16
#: The kept model is an average of the weights; the average is what is asked.
_AVERAGE = 30


class Recorder:
    """Fits ``yesand.training.recording.Recorder``; one for each run."""

    def __init__(self, rate: float = 0.25, every: int = 8) -> None:
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
                queries=[takes for _, takes in self._asked(fold)],
                utility=self._utility,
                rate=self.rate,
                every=self.every,
                average=_AVERAGE,
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
        """Return (asked, performers): each is asked in the fold that holds them out."""
        moved = np.zeros((len(self._performers), len(self._performers)))
        for fold, record in records.items():
            asked = [who for who, _ in self._asked(fold)]
            here = sorted(set(record.performers), key=int)
            columns = [record.performers.index(who) for who in here]
            many = len(set(asked))
            for row, who in zip(record.moved, asked, strict=True):
                moved[who, [int(w) for w in here]] += row[columns] * many
        return moved

    def _asked(self, fold: int) -> list[tuple[int, Tensor]]:
        """Return batches of the fold's takes, (performer, takes), performers taking turns."""
        parts: list[tuple[int, int, Tensor]] = []
        for who in np.unique(self._owner[self._fold == fold]).tolist():
            own = np.flatnonzero(self._owner == who)
            own = own[np.argsort(self._label.numpy()[own], kind="stable")]
            many = -(-len(own) // _ASKED)
            # Every so many-th of the takes in order of emotion: each batch holds all of them.
            parts += [(k, who, torch.from_numpy(own[k::many])) for k in range(many)]
        parts.sort(key=lambda part: part[:2])
        return [(who, takes) for _, who, takes in parts]

    def _utility(self, model: nn.Module, takes: Tensor) -> Tensor:
        begin = (self._pack.length[takes] - WINDOW).clamp_min(0) // 2
        logits = model(self._pack.windows(takes, begin))
        return -cross_entropy(logits, self._label[takes])


def _told(record: Record) -> dict[str, Any]:
    """Return what a reader must know of a fold's record, without a name."""
    return {
        **record.settings,
        "steps": record.steps,
        "measured": record.measured,
        "asked": record.asked,
        "deterministic": not any("deterministic" in note for note in record.notes),
    }
