"""An invoice's number, and finding it in what a payer writes and a bank passes on."""

from __future__ import annotations

import re

#: Banks and people put blanks, strokes and leading noughts where they like.
_NAMED = re.compile(r"INV[\s\-/.]*(20\d\d)[\s\-/.]*(\d{5,9})(?!\d)", re.IGNORECASE)


def number_of(year: int, number: int) -> str:
    """Return an invoice's number, such as ``INV-2026-00007``: without a gap in each year.

    >>> number_of(2026, 7)
    'INV-2026-00007'
    """
    return f"INV-{year}-{number:05d}"


def named_in(*texts: str) -> frozenset[tuple[int, int]]:
    """Return the invoices that texts name: (year, number).

    >>> sorted(named_in("Rechnung inv 2026/00007", "INV-2026-00008"))
    [(2026, 7), (2026, 8)]
    """
    return frozenset(
        (int(year), int(number)) for text in texts for year, number in _NAMED.findall(text)
    )
