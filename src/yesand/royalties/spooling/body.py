"""The body of a request: read to an end that is set, and unpacked to one that is set too."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from yesand.kernel.errors import BadInput, TooLarge

_PIECE = 64 * 1024
#: zlib's sign for a gzip header and trailer (RFC 1952).
_GZIP = 16 + zlib.MAX_WBITS


class UnknownEncoding(BadInput):
    """The body is packed in a way that is not read here."""


def read(pieces: Callable[[int], bytes], encoding: str, most: int) -> bytes:
    """Read a body, unpacked, of at most ``most`` bytes packed and unpacked alike.

    A body that packs a thousand times its size into little is never unpacked further than it may.

    Parameters
    ----------
    pieces : reads the next bytes of the request; nothing is its end.
    encoding : the request's Content-Encoding: ``gzip``, ``identity`` or none.

    Raises
    ------
    UnknownEncoding : another encoding. TooLarge : more than it may be. BadInput : damaged gzip.
    """
    kind = encoding.strip().lower()
    if kind not in {"", "identity", "gzip", "x-gzip"}:
        raise UnknownEncoding(f"No bodies in {kind[:40]!r}", remedy="Send them plain or gzipped.")
    packed = _whole(pieces, most)
    return packed if kind in {"", "identity"} else _unpacked(packed, most)


def _whole(pieces: Callable[[int], bytes], most: int) -> bytes:
    found, size = [], 0
    while piece := pieces(_PIECE):
        size += len(piece)
        if size > most:
            raise _too_large(most)
        found.append(piece)
    return b"".join(found)


def _unpacked(packed: bytes, most: int) -> bytes:
    """Unpack every member of a gzip file (RFC 1952 §2.2)."""
    found, size, rest = [], 0, packed
    while rest:
        member = zlib.decompressobj(_GZIP)
        try:
            found.append(member.decompress(rest, most + 1 - size))
        except zlib.error as fault:
            raise BadInput(f"The body is not gzip: {fault}", where="body") from fault
        size += len(found[-1])
        if size > most:
            raise _too_large(most)
        if not member.eof:
            raise BadInput("The gzip body ends too soon", where="body", remedy="Send it again.")
        rest = member.unused_data
    return b"".join(found)


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"More than {most // 1024:,} KiB at once",
        remedy="Send fewer events at a time; nothing of this was taken.",
    )
