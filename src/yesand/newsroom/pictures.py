"""Pictures of articles: what may be one, and where they lie, each named by its SHA-256."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from yesand.kernel import durable
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import checked, digest

LARGEST = 4 * 2**20
_EXTENSIONS = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True)
class Shape:
    """What kind of picture, and its size in pixels."""

    media_type: str
    width: int
    height: int


def shape(data: bytes) -> Shape:
    """Return what kind of picture an upload is, told from its bytes and never from its name.

    Raises
    ------
    BadInput : too large, or neither PNG nor JPEG. A drawing (SVG) may hold scripts and is not
        taken from outside; the house draws its own.
    """
    if len(data) > LARGEST:
        raise BadInput(f"A picture may have {LARGEST >> 20} MB", remedy="Make it smaller.")
    found = _png(data) or _jpeg(data)
    if found is None:
        raise BadInput("That is neither a PNG nor a JPEG picture", remedy="Save it as one of them.")
    return found


def _png(data: bytes) -> Shape | None:
    # W3C PNG § 5.2 and § 11.2.1: the signature, then IHDR with width and height.
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or b"IEND" not in data[-16:]:
        return None
    return Shape("image/png", *struct.unpack(">II", data[16:24]))


def _jpeg(data: bytes) -> Shape | None:
    # ITU-T T.81 § B.1: segments with their lengths; the frame header (SOFn) tells the size.
    if data[:3] != b"\xff\xd8\xff" or b"\xff\xd9" not in data[-64:]:
        return None
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Shape("image/jpeg", width, height)
        at += 2 + max(size, 2)
    return None


def keep(folder: Path, data: bytes, media_type: str) -> str:
    """Keep a picture, durably; return its name. The same content twice is kept once."""
    name = digest(data)
    path = folder / f"{name}.{_EXTENSIONS[media_type]}"
    if not path.exists():
        durable.write(path, data)
    return name


def read(folder: Path, name: str, media_type: str) -> bytes:
    """Return a picture's bytes, checked against its name.

    Raises
    ------
    NotFound : it does not lie here. CheckFailed : its bytes are not the ones it is named by.
    """
    path = folder / f"{checked(name, where='picture')}.{_EXTENSIONS[media_type]}"
    if not path.exists():
        raise NotFound("No such picture in this house", where=name[:16])
    data = path.read_bytes()
    if digest(data) != name:
        raise CheckFailed("A picture's bytes do not match its name", where=name[:16])
    return data
