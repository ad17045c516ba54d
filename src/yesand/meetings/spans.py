"""Sets of moments, as spans from–until in order, none touching another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

#: From (included) until (not included).
Span = tuple[datetime, datetime]


def union(spans: Iterable[Span]) -> list[Span]:
    """Return all that is in any of them."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def meet(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return what is in both."""
    found: list[Span] = []
    i = j = 0
    while i < len(some) and j < len(others):
        start, end = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if start < end:
            found.append((start, end))
        if some[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return found


def less(some: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what is left of some when others are taken away."""
    left = list(some)
    for start, end in union(taken):
        left = [
            part
            for a, b in left
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]
    return left
