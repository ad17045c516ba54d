"""Content ids: a thing is named by the SHA-256 of its bytes (lower-case hex, 64 characters)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput

_HEX = re.compile(r"[0-9a-f]{64}\Z")


def digest(data: bytes) -> str:
    """Return the SHA-256 of the bytes in hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical bytes in hex."""
    return digest(canonical(value))


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hex, read in one pass."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(text: str, *, where: str = "id") -> str:
    """Return the id if it is one.

    Raises
    ------
    BadInput : not 64 lower-case hex characters.
    """
    if not _HEX.match(text):
        raise BadInput(f"{text[:80]!r} is not a SHA-256 id", where=where)
    return text
