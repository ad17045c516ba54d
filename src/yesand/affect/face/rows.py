"""Videos as tracks and rows of facial expression; rows are kept by content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from yesand.affect.face.functionals import NAMES, VERSION, functionals
from yesand.affect.face.reader import FaceReader
from yesand.affect.face.track import Track
from yesand.affect.kept import Kept
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress, silent
from yesand.takes.sound import read
from yesand.takes.video.sync import Sync, sync

Row = NDArray[np.float32]
_T = TypeVar("_T")


def rows(
    paths: Sequence[Path],
    reader: FaceReader,
    progress: Progress = silent,
    cache: Path | None = None,
) -> NDArray[np.float32]:
    """Return a row for each video, shape (len(paths), len(NAMES)).

    Raises
    ------
    BadInput : some cannot be used; every one of them is named.
    """
    found = _each(paths, lambda path: _row(path, reader, cache), progress)
    return np.array(found, dtype=np.float32).reshape(-1, len(NAMES))


def tracks(paths: Sequence[Path], reader: FaceReader, progress: Progress = silent) -> list[Track]:
    """Return how the face moves in each video, frame by frame.

    Raises
    ------
    BadInput : some cannot be used; every one of them is named.
    """
    return _each(paths, reader.read, progress)


def in_time(path: Path, track: Track) -> Sync | None:
    """Return how much later than its mouth a video's voice is heard, by the container's clock.

    Nothing where it has no sound, shows a face for less than a second, or neither ever changes.
    """
    try:
        sound = read(path)
    except BadInput:
        return None
    if not track.valid.any() or sound.picture is None:
        return None
    # Sound is counted from its own first sample, which may lie later than the first frame.
    at = track.at_s[track.valid] - sound.picture.late_ms / 1_000
    opening = track.one("jawOpen")[track.valid].astype(np.float64)
    return sync(at, opening, sound.mono, sound.rate)


def version_of(reader: FaceReader) -> str:
    """Name the rows: the model file, and what is told of its track."""
    return f"{reader.version}-{VERSION}"


def save(path: Path, track: Track, version: str) -> None:
    """Write a track as .npz: times, expression, pose, validity, number of faces. No landmark."""
    with path.open("wb") as file:
        np.savez(
            file,
            at_s=track.at_s,
            expression=track.expression,
            pose=track.pose,
            valid=track.valid,
            faces=track.faces,
            version=np.array(version),
        )


def _each(paths: Sequence[Path], make: Callable[[Path], _T], progress: Progress) -> list[_T]:
    found, faults = list[_T](), list[str]()
    for done, path in enumerate(paths):
        progress(done, len(paths), "faces")
        try:
            found.append(make(path))
        except (BadInput, CheckFailed) as fault:
            faults.append(fault.sentence())
    progress(len(paths), len(paths), "faces")
    if faults:
        raise BadInput(
            f"{len(faults)} of {len(paths)} videos cannot be used: {' '.join(faults)[:-1]}",
            remedy="Mend or leave them out; nothing was written.",
        )
    return found


def _row(path: Path, reader: FaceReader, cache: Path | None) -> Row:
    kept = Kept(cache, "face", version_of(reader), len(NAMES)) if cache else None
    sha256 = digest_file(path) if kept and path.is_file() else ""
    if kept and sha256 and (known := kept.get(sha256)) is not None:
        return known
    made = functionals(reader.read(path))
    if kept and sha256:
        kept.put(sha256, made)
    return made
