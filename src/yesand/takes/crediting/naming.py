"""A name in a credential by which nobody is known, for who does not wish to be named."""

from __future__ import annotations

import hmac
from hashlib import sha256

from yesand.kernel.keys import Signer

_DOMAIN = b"yes-and credential pseudonym v1\n"


def pseudonym(house: Signer, performer_key: str) -> str:
    """Return a name by which one performer's files belong together, and nobody is known.

    Only the house can make it from a performer's key (HMAC-SHA-256, RFC 2104, under its own).

    >>> from yesand.kernel.keys import Signer
    >>> len(pseudonym(Signer.generate(), "00" * 32))
    26
    """
    secret = sha256(_DOMAIN + house.private.private_bytes_raw()).digest()
    told = hmac.new(secret, bytes.fromhex(performer_key), sha256).hexdigest()
    return f"performer-{told[:16]}"
