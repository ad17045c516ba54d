"""What a check before a month is settled says, and whether the month can be settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """What comes of a check."""

    GOOD = "good"
    LOOK = "to look at"  # it can be settled so, and somebody should know
    STOP = "in the way"  # it cannot be settled


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : what was looked at, in marked words. said : what was found; a `Sentence`.
    page : the name of the page where it is mended, with ``arguments``; empty: nothing is to mend.
    """

    name: str
    standing: Standing
    said: str
    page: str = ""
    arguments: tuple[str, ...] = ()


def may_settle(checks: Iterable[Check]) -> bool:
    """Tell whether nothing is in the way."""
    return all(check.standing is not Standing.STOP for check in checks)


def found(name: str, number: int, good: str, look: str, page: str = "") -> Check:
    """Return a check that is good if nothing was found, and to be looked at otherwise."""
    if not number:
        return Check(name, Standing.GOOD, good)
    return Check(name, Standing.LOOK, look, page)
