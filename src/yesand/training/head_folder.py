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

from yesand.affect.adapter import Adapter
from yesand.affect.dimensions.reading import Read
from yesand.affect.head.brought import Brought
from yesand.affect.head.described import Described
from yesand.affect.head.faces import Faces, Unseen, seconds_of, visible
from yesand.affect.head.head import Head
from yesand.affect.head.scaling import Scale
from yesand.affect.head.sources import Features, Prosody, heard, opened
from yesand.affect.listening import Heard, Source, hear
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_file
from yesand.training.examples import VOICE

FORMAT = "yes-and convex head 1"
Floats = NDArray[np.float64]
Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LoadedHead:
    """A head ready to hear takes, as ``folder.Loaded`` is a network.

    Attributes
    ----------
    head : or an adapter, which answers as one. trust : one over its temperature; 1 of heads of
        before there was one.
    """

    head: Head | Adapter
    features: Features
    labels: tuple[str, ...]
    about: Mapping[str, Any]
    trust: float = 1.0

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is told."""
        return frozenset({Modality.FACE}) if isinstance(self.features, Faces) else VOICE

    def look(self, path: Path) -> tuple[Row | None, float]:
        """Return the row of a video's face, none where none is seen, and the seconds it lasts.

        Raises
        ------
        BadInput : it cannot be decoded, or the head looks at nothing.
        """
        row = self.features.of_file(path)
        return row if visible(row) else None, seconds_of(row)

    def watched(self, face: Row | None, heard: tuple[Row, int] | None) -> Row:
        """Return what a head on faces is told of a video: what is heard in it is nothing to it."""
        return np.zeros(self.features.width, np.float32) if face is None else face

    def hear(self, recording: Path, enrolled: object = None) -> dict[str, float]:
        """Return the probability of each emotion in a recording.

        Raises
        ------
        NotFound : no such file. BadInput : not a recording, no face in it to a head that looks, or
            see ``probability``.
        """
        recording = Path(recording)
        _refuse(enrolled)
        if not recording.is_file():
            raise NotFound("No such recording", where=str(recording))
        row = heard(Source(digest_file(recording), recording), self.features)
        if Modality.FACE in self.senses and not visible(row):
            raise Unseen("No face is seen in it", where=recording.name)
        return dict(zip(self.labels, self.of_rows([row])[0].tolist(), strict=True))

    def listen(self, signal: Row, rate: int) -> Heard | Row:
        """Return what the head is told of one channel, (samples,) of full scale ±1.

        Raises
        ------
        BadInput : it looks at faces.
        """
        if isinstance(self.features, Prosody):
            return hear(signal, rate)
        return self.features.row(signal, rate)

    def probability(self, takes: Sequence[Heard | Row], enrolled: object = None) -> Floats:
        """Return the probability of each emotion, (takes, labels).

        Parameters
        ----------
        takes : as ``listen`` gives them: sounds with their prosody, or rows of other features.

        Raises
        ------
        BadInput : somebody is enrolled, which a head knows nothing of; or other features.
        """
        return self.head.probability(self.rows_of(takes, enrolled), self.trust)

    def rows_of(self, takes: Sequence[Heard | Row], enrolled: object = None) -> Floats:
        """Return what the head is told of takes as rows, (takes, d).

        Raises
        ------
        BadInput : as for ``probability``.
        """
        _refuse(enrolled)
        rows = [take.prosody if isinstance(take, Heard) else take for take in takes]
        prosody = isinstance(self.features, Prosody)
        alike = all(isinstance(take, Heard) == prosody for take in takes)
        if not alike or any(len(row) != self.features.width for row in rows):
            raise BadInput(
                f"This head is told {self.features.width} numbers a take by "
                f"{self.features.version}, and was given others",
                remedy="Give what its listen returns.",
            )
        return np.array(rows, dtype=np.float64)

    def read(
        self, takes: Sequence[Heard | Row], enrolled: object = None, *, trace: bool = False
    ) -> Read:
        """Return the same as ``folder.Loaded`` does: a head reads out nothing else."""
        return Read(self.probability(takes, enrolled))

    def of_rows(self, rows: Sequence[NDArray[np.float32]]) -> Floats:
        """Return the same for takes' features, (takes, d)."""
        return self.head.probability(np.array(rows, dtype=np.float64), self.trust)


def _refuse(enrolled: object) -> None:
    if enrolled is not None:
        raise BadInput("This model knows no enrolment", remedy="Train a network in one piece.")


def numbers(head: Head) -> dict[str, Floats]:
    """Return all that a head has learned."""
    return {
        "weights": head.weights,
        "mean": head.scale.mean,
        "deviation": head.scale.deviation,
    }


def of_numbers(found: Mapping[str, Floats], where: Path) -> Head:
    """Return the head that has learned so.

    Raises
    ------
    BadInput : these are not a head's numbers.
    """
    try:
        head = Head(Scale(found["mean"], found["deviation"]), found["weights"])
    except KeyError as fault:
        raise BadInput(f"Not a head's numbers: {fault}", where=str(where)) from fault
    width = len(head.scale.mean)
    fits = head.scale.deviation.shape == (width,) and head.weights.shape[1:] == (width + 1,)
    if not fits or not all(np.isfinite(a).all() for a in numbers(head).values()):
        raise BadInput("A head's numbers that do not fit together", where=str(where))
    return head


def write(path: Path, head: Head) -> None:
    """Write a head's numbers, in double precision; equal heads give equal bytes."""
    path.write_bytes(save({name: np.ascontiguousarray(a) for name, a in numbers(head).items()}))


def read(path: Path) -> Head:
    """Read them back.

    Raises
    ------
    NotFound : no such file. BadInput : not a head's numbers.
    """
    try:
        found = load_file(path)
    except FileNotFoundError as fault:
        raise NotFound("The model's weights are missing", where=str(path)) from fault
    except (SafetensorError, OSError, ValueError) as fault:
        raise BadInput(f"Not a head's numbers: {fault}", where=str(path)) from fault
    return of_numbers(found, path)


def load(path: Path, told: Mapping[str, Any], brought: Brought | None = None) -> LoadedHead:
    """Load a head by what its folder says of it.

    Parameters
    ----------
    brought : where the encoder or the model of faces lies that it needs; none: the environment.

    Raises
    ------
    NotFound, BadInput : its weights are missing or do not fit, or it needs other features, or an
        encoder that is not here. CheckFailed : another model of faces is here.
    """
    head, known = read(path), opened(described(told), brought)
    check_fits(head, known, told["labels"], path)
    known.ready()
    return LoadedHead(head, known, tuple(told["labels"]), told, trusted(told))


def check_fits(head: Head, known: Features, labels: Sequence[str], where: Path) -> None:
    """Check that a head is one for such features and labels.

    Raises
    ------
    BadInput : it is not.
    """
    if head.weights.shape != (len(labels), known.width + 1):
        raise BadInput(
            f"A head for {head.weights.shape[1] - 1} features in {len(head.weights)} classes does "
            f"not fit {known.version} and {len(labels)}",
            where=str(where),
        )


def described(told: Mapping[str, Any]) -> Described:
    """Return which features a head sees, by what its folder says of it.

    Raises
    ------
    BadInput : none that are known here.
    """
    settings = told.get("settings")
    more = settings if isinstance(settings, Mapping) else {}
    return Described.parse({**more, "features": told.get("features")})


def trusted(told: Mapping[str, Any]) -> float:
    """Return how far a head is trusted, by what its folder says of it.

    Raises
    ------
    BadInput : no number above zero.
    """
    trust = told.get("trust", 1.0)
    if not isinstance(trust, int | float) or not 0 < trust < float("inf"):
        raise BadInput(f"A head trusted by {trust!r}", where="trust", remedy="Train it again.")
    return float(trust)
