"""Takes that were taken back one by one, set apart so that the gate need not know of them.

A take that a withdrawal names alone stands on terms of its own from then on: those of its
agreement, less what was withdrawn of it. So it is given a standing of its own, and the gate goes on
answering by standings. They are few: nobody else pays for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from yesand.agreements.standing import Standing

Found = Standing | None


def apart(
    takes: Sequence[str] | None, agreement: npt.NDArray[Any], standings: Sequence[Found]
) -> tuple[list[Found], npt.NDArray[Any]]:
    """Return standings that no longer speak of single takes, and which of them each take has.

    Parameters
    ----------
    takes : SHA-256 of every take; none: not known, so that every take counts as named.
    agreement : index into ``standings`` of each take, shape (takes,).
    standings : what stands for each agreement; none: nothing does.
    """
    named = {n: _named(s) for n, s in enumerate(standings) if s is not None and _named(s)}
    if not named:
        return list(standings), agreement
    if takes is None:
        return [_as_if_all(s) for s in standings], agreement
    rows: list[Found] = [s.about("") if s is not None else None for s in standings]
    numbers, known = agreement.copy(), dict[tuple[int, Any], int]()
    for place, number, take in _mentioned(takes, agreement, named):
        standing = standings[number]
        assert standing is not None
        own = standing.about(take)
        # Takes of one agreement that were taken back alike share a standing.
        at = known.setdefault((number, own.withdrawals), len(rows))
        if at == len(rows):
            rows.append(own)
        numbers[place] = at
    return rows, numbers


def _named(standing: Standing) -> frozenset[str]:
    return frozenset[str]().union(*(w.takes for w in standing.withdrawals))


def _as_if_all(standing: Found) -> Found:
    if standing is None:
        return None
    all_of_them = (replace(w, takes=frozenset()) for w in standing.withdrawals)
    return replace(standing, withdrawals=tuple(all_of_them))


def _mentioned(
    takes: Sequence[str], agreement: npt.NDArray[Any], named: dict[int, frozenset[str]]
) -> Iterator[tuple[int, int, str]]:
    """Yield place, agreement and name of each take that a withdrawal of its own agreement names."""
    wanted = frozenset[str]().union(*named.values())
    for place in [n for n, take in enumerate(takes) if take in wanted]:
        number = int(agreement[place])
        if takes[place] in named.get(number, frozenset()):
            yield place, number, takes[place]
