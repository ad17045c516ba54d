"""A PyTorch dataset that gives exactly what a manifest permits, and nothing else.

Needs the ``train`` extra (``pip install yesand[train]``); nothing else in the room imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy.signal import resample_poly
from torch.utils.data import Dataset

from yesand.corpus.manifest import ManifestTake, SignedManifest
from yesand.kernel.errors import BadInput, Refused
from yesand.takes.media import MediaStore
from yesand.takes.sound import Sound

#: Hz. What every take is brought to.
RATE = 16_000


class OutsideManifest(Refused):
    """A take that the manifest does not permit."""


@dataclass(frozen=True)
class Example:
    """One take, ready to learn from.

    Attributes
    ----------
    waveform : float32 tensor, shape (samples,), mono at 16 kHz.
    emotion : index into the dataset's ``emotions``.
    """

    waveform: torch.Tensor
    emotion: int
    performer: str


class TakeDataset(Dataset[Any]):
    """The takes of a manifest, each checked against its hash when it is read.

    Parameters
    ----------
    media : the folder of recordings (``place.media``).
    still_holds : called on opening and on ``refresh``; raises ``Overtaken`` when the manifest no
        longer holds, e.g. ``lambda: check_current(place, manifest)``.
    emotions : the classes, in order; all that occur, sorted, if not given.
    transform : what to give instead of an ``Example``, made from it.

    Raises
    ------
    Overtaken : a withdrawal has overtaken the manifest.
    BadInput : a take's emotion is not among ``emotions``.
    """

    def __init__(
        self,
        manifest: SignedManifest,
        media: Path,
        *,
        still_holds: Callable[[], None],
        emotions: Sequence[str] | None = None,
        transform: Callable[[Example], Any] | None = None,
    ) -> None:
        self.manifest, self.transform = manifest, transform
        self._store, self._still_holds = MediaStore(media), still_holds
        self._index = {take.sha256: n for n, take in enumerate(manifest.takes)}
        self.emotions = tuple(emotions or sorted({take.emotion for take in manifest.takes}))
        unknown = {take.emotion for take in manifest.takes} - set(self.emotions)
        if unknown:
            raise BadInput(f"Emotions that are no class here: {', '.join(sorted(unknown))}")
        self.refresh()

    def refresh(self) -> None:
        """Check again that nothing has overtaken the manifest; call it before every epoch."""
        self._still_holds()

    def __len__(self) -> int:
        """How many takes are permitted."""
        return len(self.manifest.takes)

    def __getitem__(self, index: int) -> Any:
        """Return one take by its place in the manifest.

        Raises
        ------
        CheckFailed : the recording's bytes are not those that were permitted.
        """
        take = self.manifest.takes[index]
        example = Example(
            torch.from_numpy(waveform(self._store.read(take.sha256))),
            self.emotions.index(take.emotion),
            take.performer,
        )
        return self.transform(example) if self.transform else example

    def of(self, sha256: str) -> Any:
        """Return a take by the hash of its recording.

        Raises
        ------
        OutsideManifest : it is not one of the permitted.
        """
        if sha256 not in self._index:
            raise OutsideManifest(
                "The manifest does not permit this take",
                where=sha256[:16],
                remedy="Use only what the gate has let through.",
            )
        return self[self._index[sha256]]

    @property
    def takes(self) -> tuple[ManifestTake, ...]:
        """The permitted takes, in log order."""
        return self.manifest.takes


def waveform(sound: Sound) -> npt.NDArray[np.float32]:
    """Return a recording as mono at 16 kHz, float32, shape (samples,)."""
    mono = sound.mono
    if sound.rate == RATE:
        return np.ascontiguousarray(mono)
    ratio = Fraction(RATE, sound.rate)
    found = resample_poly(mono, ratio.numerator, ratio.denominator)
    return np.ascontiguousarray(found, dtype=np.float32)
