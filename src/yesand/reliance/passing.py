"""A descendant's shares: its sources' shares, each by the part that comes from it.

A source is a parent with its report, or the descendant's own takes. With λⱼ the part of source j
and sⱼ its shares, performer g has Σⱼ λⱼ sⱼ(g); the λ add up to one, and so do the shares. The
interval takes each sⱼ(g) at an end of its own, and the λ wherever in theirs that is worst or best
while they still add up to one: a fractional knapsack, filled greedily (Dantzig 1957).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yesand.reliance.shares import BILLION, apportion

Share = tuple[int, int, int]


@dataclass(frozen=True)
class Source:
    """What comes from one source: ``part``, ``low`` and ``high`` in parts per billion.

    Attributes
    ----------
    shares : handle → share, low and high.
    """

    part: int
    low: int
    high: int
    shares: Mapping[str, Share]


def passed_on(sources: Sequence[Source]) -> dict[str, Share]:
    """Return every performer's share of the descendant with its interval.

    Parameters
    ----------
    sources : their parts add up to 10⁹.

    >>> parent = Source(800_000_000, 600_000_000, 10**9, {"ada": (10**9, 10**9, 10**9)})
    >>> own = Source(200_000_000, 0, 400_000_000, {"ben": (10**9, 10**9, 10**9)})
    >>> passed_on([parent, own])["ben"]
    (200000000, 0, 400000000)
    """
    handles = sorted({handle for source in sources for handle in source.shares})
    points = {h: sum(s.part * _of(s, h)[0] for s in sources) for h in handles}
    parts = dict(zip(handles, apportion([points[h] for h in handles]), strict=True))
    found = {}
    for handle in handles:
        low = _extreme(sources, [_of(s, handle)[1] for s in sources])
        high = -_extreme(sources, [-_of(s, handle)[2] for s in sources])
        found[handle] = parts[handle], min(low, parts[handle]), max(high, parts[handle])
    return found


def _of(source: Source, handle: str) -> Share:
    return source.shares.get(handle, (0, 0, 0))


def _extreme(sources: Sequence[Source], worth: Sequence[int]) -> int:
    """Return the least Σ λⱼ worthⱼ in 10⁹ of all λ within their bounds that add up to one."""
    taken = [source.low for source in sources]
    rest = BILLION - sum(taken)
    for at in sorted(range(len(sources)), key=lambda at: worth[at]):
        more = max(0, min(rest, sources[at].high - sources[at].low))
        taken[at] += more
        rest -= more
    return sum(part * each for part, each in zip(taken, worth, strict=True)) // BILLION
