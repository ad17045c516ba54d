"""How many people read an article on a day, without knowing who they are.

A visitor is the HMAC of address and browser under a salt that is made for the day and is never
written down. At midnight (UTC), or when the server stops, the salt and all of the day's codes are
gone: nobody can be followed from one day to the next, and the count of a day with a restart in it
may hold somebody twice.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import date
from secrets import token_bytes
from threading import Lock

#: So many codes are kept; beyond them a day's visitors are no longer told apart, nor counted.
MOST = 200_000


@dataclass
class Day:
    """The visitors of one day, in memory alone."""

    on: date | None = None
    salt: bytes = b""
    known: set[bytes] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def is_new(self, on: date, what: str, address: str, agent: str) -> bool:
        """Tell whether that visitor comes to that page for the first time on that day."""
        with self.lock:
            if on != self.on:
                self.on, self.salt, self.known = on, token_bytes(32), set()
            told = "\x00".join((what, address, agent)).encode("utf-8", "replace")
            code = hmac.new(self.salt, told, hashlib.sha256).digest()[:16]
            if code in self.known or len(self.known) >= MOST:
                return False
            self.known.add(code)
            return True
