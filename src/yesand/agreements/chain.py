"""Chains of agreements: each may be followed by one that supersedes it; the last one stands."""

from __future__ import annotations

from collections.abc import Mapping


def heads(supersedes: Mapping[str, str | None]) -> dict[str, str]:
    """Return, for every agreement, the one that stands now at the end of its chain.

    Parameters
    ----------
    supersedes : agreement → the agreement before it, if any. Each is superseded at most once.
    """
    after = {before: later for later, before in supersedes.items() if before is not None}
    found: dict[str, str] = {}
    for first in supersedes:
        path, at = [], first
        while at not in found and at in after:
            path.append(at)
            at = after[at]
        found.update(dict.fromkeys([*path, at], found.get(at, at)))
    return found
