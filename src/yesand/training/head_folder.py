"""A convex head in its folder: what it has learned as numbers, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from yesand.affect.dimensions.reading import Read
from yesand.affect.head.head import Head
from yesand.affect.head.scaling import Scale
from yesand.affect.head.sources import Features, heard, source
from yesand.affect.listening import Heard, Source
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_file

FORMAT = "yes-and convex head 1"
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LoadedHead:
    """A head ready to hear takes, as ``folder.Loaded`` is a network."""

    head: Head
    features: Features
    labels: tuple[str, ...]
    about: Mapping[str, Any]

    def hear(self, recording: Path, enrolled: object = None) -> dict[str, float]:
        """Return the probability of each emotion in a recording.

        Raises
        ------
        NotFound : no such file. BadInput : not a recording, or see ``probability``.
        """
        recording = Path(recording)
        _refuse(enrolled)
        if not recording.is_file():
            raise NotFound("No such recording", where=str(recording))
        row = heard(Source(digest_file(recording), recording), self.features)
        return dict(zip(self.labels, self.of_rows([row])[0].tolist(), strict=True))

    def probability(self, takes: Sequence[Heard], enrolled: object = None) -> Floats:
        """Return the probability of each emotion, (takes, labels).

        Raises
        ------
        BadInput : somebody is enrolled, which a head knows nothing of.
        """
        _refuse(enrolled)
        return self.of_rows([take.prosody for take in takes])

    def read(self, takes: Sequence[Heard], enrolled: object = None, *, trace: bool = False) -> Read:
        """Return the same as ``folder.Loaded`` does: a head reads out nothing else."""
        return Read(self.probability(takes, enrolled))

    def of_rows(self, rows: Sequence[NDArray[np.float32]]) -> Floats:
        """Return the same for takes' features, (takes, d)."""
        return self.head.probability(np.array(rows, dtype=np.float64))


def _refuse(enrolled: object) -> None:
    if enrolled is not None:
        raise BadInput("This model knows no enrolment", remedy="Train a network in one piece.")


def write(path: Path, head: Head) -> None:
    """Write a head's numbers, in double precision; equal heads give equal bytes."""
    arrays = {
        "weights": head.weights,
        "mean": head.scale.mean,
        "deviation": head.scale.deviation,
    }
    path.write_bytes(save({name: np.ascontiguousarray(a) for name, a in arrays.items()}))


def read(path: Path) -> Head:
    """Read them back.

    Raises
    ------
    NotFound : no such file. BadInput : not a head's numbers.
    """
    try:
        found = load_file(path)
        head = Head(Scale(found["mean"], found["deviation"]), found["weights"])
    except FileNotFoundError as fault:
        raise NotFound("The model's weights are missing", where=str(path)) from fault
    except (SafetensorError, KeyError, OSError, ValueError) as fault:
        raise BadInput(f"Not a head's numbers: {fault}", where=str(path)) from fault
    width = len(head.scale.mean)
    fits = head.scale.deviation.shape == (width,) and head.weights.shape[1:] == (width + 1,)
    arrays = (head.weights, head.scale.mean, head.scale.deviation)
    if not fits or not all(np.isfinite(a).all() for a in arrays):
        raise BadInput("A head's numbers that do not fit together", where=str(path))
    return head


def load(path: Path, told: Mapping[str, Any]) -> LoadedHead:
    """Load a head by what its folder says of it.

    Raises
    ------
    NotFound, BadInput : its weights are missing or do not fit, or it needs other features.
    """
    head, known = read(path), source(str(told.get("features")))
    if head.weights.shape != (len(told["labels"]), known.width + 1):
        raise BadInput(
            f"A head for {head.weights.shape[1] - 1} features in {len(head.weights)} classes does "
            f"not fit {known.version} and {len(told['labels'])}",
            where=str(path),
        )
    return LoadedHead(head, known, tuple(told["labels"]), told)
