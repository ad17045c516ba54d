"""Landmarks on disk: computed once per content, computed again when lost."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np

from yesand.kernel.errors import BadInput
from yesand.kernel.ids import checked
from yesand.kernel.progress import Progress, silent
from yesand.takes.copies.finding import Copy, copies
from yesand.takes.copies.landmarks import VERSION, Landmarks, landmarks
from yesand.takes.sound import read

_SUM, _SOUND = 4, 64  # bytes: of the checksum, and of the decoded sound's digest


@dataclass(frozen=True)
class Shelf:
    """``<folder>/landmarks/<version>/<sha256>``; a file that is not as it was written is none."""

    folder: Path

    def path(self, sha256: str) -> Path:
        """Return where a take's landmarks lie."""
        return self.folder / "landmarks" / VERSION / checked(sha256)

    def of(self, sha256: str, recording: Path) -> Landmarks:
        """Return a take's landmarks, from here or from its recording.

        Raises
        ------
        BadMedia : they are not here, and the recording cannot be read.
        """
        known = self._get(sha256)
        if known is None:
            known = landmarks(read(recording))
            self._put(sha256, known)
        return known

    def forget(self, sha256: str) -> None:
        """Drop a take's landmarks, as must be done when its recording is deleted."""
        self.path(sha256).unlink(missing_ok=True)

    def _get(self, sha256: str) -> Landmarks | None:
        try:
            data = self.path(sha256).read_bytes()
        except OSError:
            return None
        body = data[_SUM:]
        if len(body) < _SOUND or zlib.crc32(body) != int.from_bytes(data[:_SUM], "big"):
            return None
        mark, at = np.frombuffer(body[_SOUND:], "<u4").astype(np.int64).reshape(2, -1)
        return Landmarks(body[:_SOUND].decode("ascii"), mark, at)

    def _put(self, sha256: str, known: Landmarks) -> None:
        """Keep them. No fsync: the checksum tells what a power cut tore."""
        numbers = np.stack([known.mark, known.at]).astype("<u4").tobytes()
        body = known.sound.encode("ascii") + numbers
        path = self.path(sha256)
        partial = path.with_name(f".{path.name}.{token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(zlib.crc32(body).to_bytes(_SUM, "big") + body)
            partial.replace(path)
        except OSError:  # a full or read-only disk costs time, never the work
            with suppress(OSError):
                partial.unlink()


def copies_among(
    takes: Sequence[tuple[str, Path]], shelf: Shelf, progress: Progress = silent
) -> list[Copy]:
    """Return the copies among takes, given by media id and recording, the earliest first.

    A recording that cannot be read is left to whoever needs its sound, and is no copy of anything.
    """
    known = []
    for done, (sha256, recording) in enumerate(takes):
        if done % 32 == 0:
            progress(done, len(takes), "landmarks")
        with suppress(BadInput):
            known.append((sha256, shelf.of(sha256, recording)))
    return copies(known, progress)
