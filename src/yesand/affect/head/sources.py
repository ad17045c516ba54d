"""Where a head's features come from: each source has a name, and says a take in d numbers.

To add one, write a class with these and name it in ``opened`` and in ``described``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.affect.head.brought import Brought
from yesand.affect.head.described import ENCODER, PROSODY, Described
from yesand.affect.head.embeddings import Embeddings
from yesand.affect.head.faces import Faces, Unseen, visible
from yesand.affect.kept import Kept
from yesand.affect.listening import Source
from yesand.affect.prosody import rows as prosody
from yesand.affect.prosody.functionals import VERSION
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress, silent
from yesand.takes.sound import read

Row = NDArray[np.float32]
Rows = NDArray[np.float64]
Bools = NDArray[np.bool_]


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

    def ready(self) -> None:
        """Open what the user has to bring, or raise that it is not here."""
        ...

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return one channel's numbers, (d,)."""
        ...

    def of_file(self, path: Path) -> Row:
        """Return a take's numbers, (d,)."""
        ...


class Prosody:
    """How something is said: pitch, voice quality, spectrum, timing, rhythm (docs/prosody.md)."""

    version, width, kind = VERSION, len(prosody.NAMES), "prosody"

    def ready(self) -> None:
        """Need nothing."""

    def row(self, signal: NDArray[np.float32], rate: int) -> Row:
        """Return one channel's prosody, (d,)."""
        return prosody.row(signal, rate).astype(np.float32)

    def of_file(self, path: Path) -> Row:
        """Return the prosody of a recording's channels, averaged.

        Raises
        ------
        BadInput : no sound, or a sample is no number.
        """
        sound = read(path)
        if not np.isfinite(sound.samples).all():
            raise BadInput("A sample is no number", where=path.name)
        return self.row(sound.mono, sound.rate)


def source(version: str) -> Features:
    """Return the features of that name that need nothing brought.

    Raises
    ------
    BadInput : none are called so here.
    """
    return opened(Described.parse({"features": version}))


def opened(described: Described, brought: Brought | None = None) -> Features:
    """Return features as they are described; what has to be brought is opened when it is needed."""
    if described.source == PROSODY:
        return Prosody()
    kind = Embeddings if described.source == ENCODER else Faces
    return kind(described, brought or Brought())


def rows(
    takes: Sequence[Source],
    features: Features,
    cache: Path | None = None,
    progress: Progress = silent,
    workers: int = 1,
) -> Rows:
    """Return the features of takes, (N, d), computed once per content.

    Parameters
    ----------
    workers : processes to share an encoder's work, where rows are kept.

    Raises
    ------
    BadInput : some takes cannot be read, or show no face; every one of them is named.
    NotFound, CheckFailed : what has to be brought is not here.
    """
    found, seen = seen_rows(takes, features, cache, progress, workers)
    if not seen.all():
        unseen = [take.path.name for take, there in zip(takes, seen, strict=True) if not there]
        raise BadInput(f"{len(unseen)} of {len(takes)} takes show no face: {', '.join(unseen[:5])}")
    return found


def seen_rows(
    takes: Sequence[Source],
    features: Features,
    cache: Path | None = None,
    progress: Progress = silent,
    workers: int = 1,
) -> tuple[Rows, Bools]:
    """Return the same, zeros for takes that show no face, and which takes show one, (N,).

    Raises
    ------
    BadInput, NotFound, CheckFailed : as for ``rows``, but for faces.
    """
    kept = Kept(cache, features.kind, features.version, features.width) if cache else None
    if kept is None or any(kept.get(take.sha256) is None for take in takes):
        features.ready()
    if isinstance(features, Embeddings):
        features.prepare(takes, cache, progress, workers)
    found, faults = list[Row](), list[str]()
    for done, take in enumerate(takes):
        progress(done, len(takes), features.kind)
        try:
            found.append(_one(take, features, kept))
        except Unseen:
            found.append(np.zeros(features.width, np.float32))
        except (BadInput, CheckFailed, NotFound) as fault:
            faults.append(fault.sentence())
    if faults:
        shown = " ".join(faults[:5])
        raise BadInput(f"{len(faults)} of {len(takes)} recordings cannot be used: {shown}")
    progress(len(takes), len(takes), features.kind)
    made = np.array(found, dtype=np.float64).reshape(-1, features.width)
    looks = isinstance(features, Faces)
    return made, np.array([not looks or visible(row) for row in found], dtype=bool)


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
    return features.of_file(take.path)
