"""Where a head's features come from: each source has a name, and says a take in d numbers.

To add one (an encoder's embeddings, say), write a class with these four and name it in ``_KNOWN``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.affect.kept import Kept
from yesand.affect.listening import Source
from yesand.affect.prosody import rows as prosody
from yesand.affect.prosody.functionals import VERSION as PROSODY
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress, silent
from yesand.takes.sound import read

Row = NDArray[np.float32]
Rows = NDArray[np.float64]


class Features(Protocol):
    """What says takes in numbers."""

    @property
    def version(self) -> str:
        """Names the recipe: any change to it needs another."""
        ...

    @property
    def width(self) -> int:
        """How many numbers a take has, d."""
        ...

    @property
    def kind(self) -> str:
        """Names the folder of the cache, one of ``derived.KINDS``."""
        ...

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return one channel's numbers, (d,)."""
        ...


class Prosody:
    """How something is said: pitch, voice quality, spectrum, timing, rhythm (docs/prosody.md)."""

    version, width, kind = PROSODY, len(prosody.NAMES), "prosody"

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return one channel's prosody, (d,)."""
        return prosody.row(signal, rate).astype(np.float32)


_KNOWN: dict[str, Callable[[], Features]] = {PROSODY: Prosody}


def source(version: str) -> Features:
    """Return the features of that name.

    Raises
    ------
    BadInput : none are called so here.
    """
    if version not in _KNOWN:
        raise BadInput(
            f"No features called {version!r} here",
            where="features",
            remedy=f"There are {', '.join(_KNOWN)}.",
        )
    return _KNOWN[version]()


def rows(
    takes: Sequence[Source],
    features: Features,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Rows:
    """Return the features of takes, (N, d), computed once per content.

    Raises
    ------
    BadInput : some takes cannot be read; every one of them is named.
    """
    kept = Kept(cache, features.kind, features.version, features.width) if cache else None
    found, faults = list[Row](), list[str]()
    for done, take in enumerate(takes):
        progress(done, len(takes), features.kind)
        try:
            found.append(_one(take, features, kept))
        except (BadInput, CheckFailed, NotFound) as fault:
            faults.append(fault.sentence())
    if faults:
        shown = " ".join(faults[:5])
        raise BadInput(f"{len(faults)} of {len(takes)} recordings cannot be used: {shown}")
    progress(len(takes), len(takes), features.kind)
    return np.array(found, dtype=np.float64).reshape(-1, features.width)


def _one(take: Source, features: Features, kept: Kept | None) -> Row:
    known = kept.get(take.sha256) if kept else None
    if known is not None:
        return known
    made = heard(take, features)
    if kept:
        kept.put(take.sha256, made)
    return made


def heard(take: Source, features: Features) -> Row:
    """Return a take's features from the file itself, its bytes checked against its name.

    Raises
    ------
    NotFound : no such file. CheckFailed : other bytes than it is named by. BadInput : no sound.
    """
    if not take.path.is_file():
        raise NotFound("No such recording", where=str(take.path))
    if digest_file(take.path) != take.sha256:
        raise CheckFailed("A recording's bytes do not match its name", where=str(take.path))
    sound = read(take.path)
    if not np.isfinite(sound.samples).all():
        raise BadInput("A sample is no number", where=take.path.name)
    return features.row(sound.mono, sound.rate)
