"""What the log holds: a kind, a time and a salted commitment, never personal data.

The salt and the record stay in the registry. Without the salt (32 random bytes) nobody can tell
what an entry is about, so erasing a person means erasing salts: every proof still verifies.
"""

from __future__ import annotations

import hashlib
from secrets import token_bytes

from yesand.kernel.canonical import canonical

_DOMAIN = b"yes-and commitment v1\n"


def new_salt() -> bytes:
    """Return 32 fresh random bytes."""
    return token_bytes(32)


def commit(salt: bytes, record: str) -> str:
    """Return SHA-256(domain ‖ salt ‖ record digest) in hex, the record named by its SHA-256."""
    return hashlib.sha256(_DOMAIN + salt + bytes.fromhex(record)).hexdigest()


def entry_bytes(kind: str, at: str, commitment: str) -> bytes:
    """Return the bytes that become a leaf of the log."""
    return canonical({"at": at, "commitment": commitment, "kind": kind})
