"""Takes that a model looks at: a video as it comes in, its face described and its sound heard."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput, NotFound, TooLarge
from yesand.serving.sound import LONGEST, Sound, checked, of_bytes, of_file
from yesand.takes import sound
from yesand.takes.video.facts import kind_of, kind_of_head

#: Nobody's face was seen.
NO_FACE = "no-face"
_HEAD = 64
#: A sampling rate of the silence that stands for no sound at all, in Hz.
_MUTE = 2_000


class Eyes(Protocol):
    """A model that looks."""

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is told."""
        ...

    def look(self, path: Path) -> tuple[NDArray[np.float32] | None, float]:
        """Return the row of a video's face, none where none is seen, and the seconds it lasts."""
        ...


@dataclass(frozen=True, eq=False)
class Film(Sound):
    """A video.

    Attributes
    ----------
    face : the row of its face; none where none is seen.
    mute : whether it has no sound: the signal is then as much silence as it lasts.
    shown : how long its picture lasts, in seconds.
    """

    face: NDArray[np.float32] | None = None
    mute: bool = False
    shown: float = 0.0

    @property
    def seconds(self) -> float:
        """How much of it was looked at or listened to, in seconds: it is counted by that."""
        return max(self.shown, super().seconds)


def seen(recording: bytes | Path, eyes: Eyes) -> Sound:
    """Return a take for a model that looks; sound alone goes on as such, if the model hears too.

    Raises
    ------
    NotFound : no such file. BadInput, TooLarge : it cannot be read, or shows nothing to a model
        that only looks.
    """
    if isinstance(recording, bytes):
        if kind_of_head(recording[:_HEAD]) is None:
            return _alone(eyes, lambda: of_bytes(recording))
        with _in_memory(recording) as path:
            return _film(path, eyes)
    if not recording.is_file():
        raise NotFound("No such recording", where=str(recording))
    if kind_of(recording) is None:
        return _alone(eyes, lambda: of_file(recording))
    return _film(recording, eyes)


def check_hears(eyes: Eyes) -> None:
    """Check that a model hears at all.

    Raises
    ------
    BadInput : it only looks.
    """
    if Modality.VOICE not in eyes.senses:
        raise BadInput(
            "This model looks at faces, and sound alone shows none",
            remedy="Send a video: MP4, MOV or WebM.",
        )


def _alone(eyes: Eyes, read: Callable[[], Sound]) -> Sound:
    check_hears(eyes)
    return read()


def _film(path: Path, eyes: Eyes) -> Film:
    row, seconds = eyes.look(path)
    if seconds > LONGEST:
        raise TooLarge(f"Longer than {LONGEST / 60:.0f} minutes", remedy="Send it in parts.")
    notes = list[str]()
    if row is None:
        notes.append("No face is seen for long enough to say something by it.")
    try:
        told = sound.read(path)
        heard = checked(told.mono, told.rate, told.samples.shape[1], path.name)
        signal, rate, mute = heard.signal, heard.rate, False
        notes += heard.notes
    except BadInput:
        signal, rate, mute = np.zeros(max(1, round(seconds * _MUTE)), np.float32), _MUTE, True
        notes.append("It has no sound that can be heard.")
    return Film(signal, rate, tuple(notes), row, mute, seconds)


@contextmanager
def _in_memory(data: bytes) -> Iterator[Path]:
    """Have bytes lie where a decoder can open them, and on no disk."""
    if not hasattr(os, "memfd_create"):
        raise BadInput(
            "A video's bytes are held in memory here on Linux alone", remedy="Give a path."
        )
    handle = os.memfd_create("video")
    try:
        with open(handle, "wb", closefd=False) as file:
            file.write(data)
        # The decoder is another process, and has other handles.
        yield Path(f"/proc/{os.getpid()}/fd/{handle}")
    finally:
        os.close(handle)
