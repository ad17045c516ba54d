"""A file that comes over HTTP, kept while it is looked at, and no larger than it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from yesand.kernel.durable import explained
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place

#: 64 MiB as it is sent, and 1 GiB unpacked: gzip makes events about ten times smaller, and
#: nothing at all a thousand times.
MOST = 64 * 1024 * 1024
MOST_UNPACKED = 1024 * 1024 * 1024


@contextmanager
def staged(place: Place, pieces: Iterable[bytes]) -> Iterator[Path]:
    """Yield a file of its own with what comes in, and remove it afterwards.

    Raises
    ------
    BadInput : more than 64 MiB. StorageFull : the disk took no more.
    """
    folder = place.usage / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{token_hex(8)}.events"
    try:
        _write(path, pieces)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    size = 0
    try:
        path.touch(mode=0o600)
        with path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > MOST:
                    raise BadInput(
                        f"A delivery of more than {MOST // 2**20} MiB",
                        remedy="Send it in parts, or gzipped; nothing of it was taken.",
                    )
                file.write(piece)
    except OSError as fault:
        raise explained(fault, path) from fault
