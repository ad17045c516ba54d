"""Reference ids: what a person reads on an error page and the keeper finds in the log."""

from __future__ import annotations

import logging
from secrets import choice

# Crockford's base 32 without vowels: easy to read out over a telephone, never a word.
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new_reference() -> str:
    """Return a fresh reference such as ``K7QW-93TD``."""
    letters = "".join(choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class WithReference(logging.Filter):
    """Gives every log record the reference of the request that it is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set ``record.reference``; let everything through."""
        request = getattr(record, "request", None)
        record.reference = getattr(request, "reference", "-")
        return True
