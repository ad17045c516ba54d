"""Who gets what: ratings."""

from __future__ import annotations

from matrix import WATCHED, Row

ROWS = [Row("ratings", WATCHED)]
