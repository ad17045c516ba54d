"""The media store: every recording once, named by the SHA-256 of its bytes.

``media/ab/cd/abcd….flac`` holds the file as it was given. What was copied is what was hashed,
and what was decoded is what is kept: all three work on the store's own copy.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from yesand.kernel.durable import StorageFull, sync
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.ids import checked, digest_file
from yesand.takes.sound import BadMedia, Probe, Sound, probe, read

__all__ = ["BadMedia", "MediaStore", "Probe", "Sound", "Staged", "Stored", "probe", "read"]

EXTENSIONS = {
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}
_CHUNK = 1 << 20
#: fsync waits for the disk, not for the processor: several at once share one journal commit.
_SYNC_THREADS = 8


@dataclass(frozen=True)
class Staged:
    """A copy inside the store that is not kept yet."""

    sha256: str
    path: Path


@dataclass(frozen=True)
class Stored:
    """A recording in the store."""

    sha256: str
    path: Path
    probe: Probe


@dataclass(frozen=True)
class MediaStore:
    """The recordings under one folder (``place.media``)."""

    folder: Path

    def put(self, source: Path) -> Stored:
        """Keep a recording, durably; the same content twice is kept once.

        Raises
        ------
        BadMedia : no whole recording (nothing is kept). StorageFull : the disk took no more.
        """
        staged = self.stage(source)
        try:
            found = probe(staged.path)
        except BadMedia as fault:
            raise BadMedia(fault.what, where=source.name, remedy=fault.remedy) from fault
        else:
            (path,) = self.keep([(staged, found.media_type)])
        finally:
            staged.path.unlink(missing_ok=True)
        return Stored(staged.sha256, path, found)

    def stage(self, source: Path) -> Staged:
        """Copy a file into the store and hash it, in one pass.

        Raises
        ------
        BadMedia : it cannot be read. StorageFull : the disk took no more.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        partial = self._incoming / token_hex(8)
        try:
            file = source.open("rb")
        except (OSError, ValueError) as fault:
            raise BadMedia(_why(source, fault), where=source.name) from fault
        known = hashlib.sha256()
        try:
            with file, partial.open("xb") as copy:
                while chunk := file.read(_CHUNK):
                    known.update(chunk)
                    copy.write(chunk)
        except OSError as fault:
            partial.unlink(missing_ok=True)
            raise StorageFull(
                f"Cannot copy: {fault.strerror}",
                where=source.name,
                remedy="Free some room and import again.",
            ) from fault
        return Staged(known.hexdigest(), partial)

    def keep(self, staged: Sequence[tuple[Staged, str]]) -> list[Path]:
        """Put staged copies in place, durably and atomically; return where they lie.

        Parameters
        ----------
        staged : copies with their media types.
        """
        targets = [self._target(s.sha256, kind) for s, kind in staged]
        new = {t: s.path for t, (s, _) in zip(targets, staged, strict=True) if not t.exists()}
        _sync_all(new.values())
        for target, partial in new.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial.replace(target)
        # A new name is durable once every folder on its way is (fsync(2), NOTES).
        nearest = {target.parent for target in new}
        _sync_all(nearest)
        _sync_all({folder.parent for folder in nearest})
        if new:
            sync(self.folder)
        return targets

    @staticmethod
    def extension(media_type: str) -> str:
        """Return how the names of a kind of file end."""
        return EXTENSIONS[media_type]

    def path_of(self, sha256: str) -> Path:
        """Return where a recording lies.

        Raises
        ------
        NotFound : not in this store. BadInput : not a SHA-256 id.
        """
        checked(sha256, where="media")
        for extension in EXTENSIONS.values():
            path = self._folder_of(sha256) / f"{sha256}.{extension}"
            if path.exists():
                return path
        raise NotFound("No such recording in this house", where=sha256[:16])

    def read(self, sha256: str) -> Sound:
        """Return a recording decoded, its bytes checked against its name.

        Raises
        ------
        NotFound : not in this store. CheckFailed : its bytes are no longer the ones it is named by.
        """
        path = self.path_of(sha256)
        if digest_file(path) != sha256:
            raise CheckFailed("A recording's bytes do not match its name", where=str(path))
        return read(path)

    def names(self) -> list[str]:
        """Return the SHA-256 of every recording kept here, in order."""
        return sorted(path.stem for path in self.folder.glob("??/??/*.*"))

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Keep copies that are not kept yet from being swept; any number may be busy at once."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        with self._held(fcntl.LOCK_SH):
            yield

    def sweep(self) -> None:
        """Remove copies that an interrupted import left behind, unless somebody is busy here."""
        if not self._incoming.exists():
            return
        with suppress(BlockingIOError), self._held(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for partial in self._incoming.iterdir():
                partial.unlink(missing_ok=True)

    @contextmanager
    def _held(self, how: int) -> Iterator[None]:
        """Hold a lock on the folder of copies; a killed process lets go of it."""
        folder = os.open(self._incoming, os.O_RDONLY)
        try:
            fcntl.flock(folder, how)
            yield
        finally:
            os.close(folder)

    @property
    def _incoming(self) -> Path:
        return self.folder / ".incoming"

    def _folder_of(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4]

    def _target(self, sha256: str, kind: str) -> Path:
        return self._folder_of(sha256) / f"{sha256}.{EXTENSIONS[kind]}"


def _sync_all(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor(_SYNC_THREADS) as pool:
        list(pool.map(sync, paths))


def _why(source: Path, fault: OSError | ValueError) -> str:
    if source.is_dir():
        return "A folder, not a recording"
    if isinstance(fault, FileNotFoundError):
        return "No such file"
    return f"Cannot be read: {getattr(fault, 'strerror', None) or fault}"
