"""The name of an agreement for machines elsewhere: a URI that is its hash (RFC 6920)."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_NI = re.compile(r"ni:///sha-256;([A-Za-z0-9_-]{43})\Z")


def uri(digest: str) -> str:
    """Return the URI of what a SHA-256 in hex names.

    >>> uri("00" * 32)
    'ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return f"ni:///sha-256;{urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip('=')}"


def digest_of_uri(name: str) -> str | None:
    """Return the SHA-256 in hex that a URI names; nothing where it is no such name."""
    found = _NI.match(name)
    return urlsafe_b64decode(f"{found[1]}=").hex() if found else None
