"""A head on voices and one on faces in one folder: what each has learned, and how they are pooled.

Each answers alone where the other has nothing to go by, with a calibration of its own; where there
is both, they are added up in logarithms, each by how far it is trusted beside the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from scipy.special import softmax

from yesand.affect.dimensions.reading import Read
from yesand.affect.head.brought import Brought
from yesand.affect.head.described import Described
from yesand.affect.head.head import Head
from yesand.affect.head.sources import opened
from yesand.affect.listening import Heard
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput, NotFound
from yesand.takes import sound
from yesand.takes.video.facts import kind_of
from yesand.training import head_folder
from yesand.training.head_folder import LoadedHead, trusted

FORMAT = "yes-and fused heads 1"
PARTS = ("voice", "face")
Floats = NDArray[np.float64]
Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Both:
    """What is told of a take: its voice, its face, or both."""

    voice: Heard | Row | None = None
    face: Row | None = None


@dataclass(frozen=True)
class Trust:
    """How far the heads are trusted: each alone, and each beside the other (voice, face)."""

    voice: float = 1.0
    face: float = 1.0
    both: tuple[float, float] = (0.5, 0.5)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"voice": self.voice, "face": self.face, "both": list(self.both)}

    @classmethod
    def parse(cls, told: Any) -> Trust:
        """Read it back.

        Raises
        ------
        BadInput : not so.
        """
        try:
            heard, seen = (trusted({"trust": told[name]}) for name in PARTS)
            voice, face = map(float, told["both"])
        except (KeyError, TypeError, ValueError) as fault:
            raise BadInput(f"Not how far two heads are trusted: {fault}", where="trust") from fault
        if not (voice >= 0 <= face and 0 < voice + face < float("inf")):
            raise BadInput(f"Heads trusted by {voice} and {face}", where="trust")
        return cls(heard, seen, (voice, face))


def pooled(
    voice: Floats, face: Floats, here: tuple[NDArray[np.bool_], NDArray[np.bool_]], trust: Trust
) -> Floats:
    """Return the probability of each emotion, (takes, classes).

    Parameters
    ----------
    voice, face : logits, (takes, classes). here : of which takes there is either, (takes,); what
        has neither is answered by all emotions alike.
    """
    heard, seen = (one[:, None] for one in here)
    both = trust.both[0] * voice + trust.both[1] * face
    alone = np.where(heard, trust.voice * voice, np.where(seen, trust.face * face, 0.0))
    shares: Floats = softmax(np.where(heard & seen, both, alone), axis=1)
    return shares


@dataclass(frozen=True, eq=False)
class LoadedFused:
    """The two heads ready to hear and see takes, as ``folder.Loaded`` is a network."""

    voice: LoadedHead
    face: LoadedHead
    trust: Trust
    labels: tuple[str, ...]
    about: Mapping[str, Any]

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is told."""
        return frozenset({Modality.VOICE, Modality.FACE})

    def look(self, path: Path) -> tuple[Row | None, float]:
        """Return the row of a video's face, as ``LoadedHead.look``."""
        return self.face.look(path)

    def listen(self, signal: Row, rate: int) -> Both:
        """Return what is told of sound alone."""
        return Both(self.voice.listen(signal, rate))

    def watched(self, face: Row | None, heard: tuple[Row, int] | None) -> Both:
        """Return what is told of a video: its face, and its sound with its rate, if there are."""
        return Both(None if heard is None else self.voice.listen(*heard), face)

    def hear(self, recording: Path, enrolled: object = None) -> dict[str, float]:
        """Return the probability of each emotion in a recording or a video.

        Raises
        ------
        NotFound : no such file. BadInput : neither a recording nor a video, or see ``probability``.
        """
        recording = Path(recording)
        if not recording.is_file():
            raise NotFound("No such recording", where=str(recording))
        face = self.look(recording)[0] if kind_of(recording) else None
        try:
            heard = sound.read(recording)
            told = self.watched(face, (heard.mono, heard.rate))
        except BadInput:
            if face is None:
                raise
            told = Both(None, face)
        return dict(zip(self.labels, self.probability([told], enrolled)[0].tolist(), strict=True))

    def probability(self, takes: Sequence[Both], enrolled: object = None) -> Floats:
        """Return the probability of each emotion, (takes, labels).

        Raises
        ------
        BadInput : somebody is enrolled, which heads know nothing of; or other features.
        """
        heard = np.array([take.voice is not None for take in takes], dtype=bool)
        seen = np.array([take.face is not None for take in takes], dtype=bool)
        voices = [take.voice for take in takes if take.voice is not None]
        faces = [take.face for take in takes if take.face is not None]
        said = []
        for head, there, given in ((self.voice, heard, voices), (self.face, seen, faces)):
            logits = np.zeros((len(takes), len(self.labels)))
            if given:
                logits[there] = head.head.logits(head.rows_of(given, enrolled))
            said.append(logits)
        return pooled(said[0], said[1], (heard, seen), self.trust)

    def read(self, takes: Sequence[Both], enrolled: object = None, *, trace: bool = False) -> Read:
        """Return the same as ``folder.Loaded`` does: heads read out nothing else."""
        return Read(self.probability(takes, enrolled))


def write(path: Path, voice: Head, face: Head) -> None:
    """Write both heads' numbers, in double precision; equal heads give equal bytes."""
    arrays = {
        f"{part}.{name}": np.ascontiguousarray(value)
        for part, head in zip(PARTS, (voice, face), strict=True)
        for name, value in head_folder.numbers(head).items()
    }
    path.write_bytes(save(arrays))


def read(path: Path) -> tuple[Head, Head]:
    """Read them back: the voice's and the face's.

    Raises
    ------
    NotFound : no such file. BadInput : not two heads' numbers.
    """
    try:
        found = load_file(path)
    except FileNotFoundError as fault:
        raise NotFound("The model's weights are missing", where=str(path)) from fault
    except (SafetensorError, OSError) as fault:
        raise BadInput(f"Not two heads' numbers: {fault}", where=str(path)) from fault
    voice, face = (
        {n.partition(".")[2]: a for n, a in found.items() if n.startswith(f"{part}.")}
        for part in PARTS
    )
    return head_folder.of_numbers(voice, path), head_folder.of_numbers(face, path)


def described(told: Mapping[str, Any]) -> list[Described]:
    """Return which features the heads see, by what their folder says of them.

    Raises
    ------
    BadInput : none that are known here.
    """
    settings = told.get("settings") or {}
    return [Described.parse(settings.get(part) or {}) for part in PARTS]


def load(path: Path, told: Mapping[str, Any], brought: Brought | None = None) -> LoadedFused:
    """Load both heads by what their folder says of them.

    Raises
    ------
    NotFound, BadInput, CheckFailed : as for ``head_folder.load``.
    """
    trust, made, labels = Trust.parse(told.get("trust")), list[LoadedHead](), tuple(told["labels"])
    for part, head, wanted in zip(PARTS, read(path), described(told), strict=True):
        known = opened(wanted, brought)
        head_folder.check_fits(head, known, labels, path)
        known.ready()
        made.append(LoadedHead(head, known, labels, told, getattr(trust, part)))
    return LoadedFused(made[0], made[1], trust, labels, told)
