"""Who gets what: people."""

from __future__ import annotations

from matrix import CLOSED, HERS_ALONE, Row

ROWS = [
    Row("me", CLOSED),
    Row("performers", CLOSED),
    Row("performer", HERS_ALONE, lambda s: ["Ada"]),
]
