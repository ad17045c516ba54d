"""A performer's leave for one use, and the end of it, as they are signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yesand.agreements.approval import Approved
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.clock import instant

GIVEN = "application/vnd.yes-and.approval+json"
ENDED = "application/vnd.yes-and.approval-ended+json"


@dataclass(frozen=True)
class Use:
    """One use: by whom (their short name), what for, of which kind, and its last day.

    The day is one of the agreement's, in the zone that its terms name.
    """

    licensee: str
    purpose: Purpose
    use_class: UseClass
    until: date


def payload(use: Use, agreement: str, hand: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Return what is signed with the performer's key.

    Parameters
    ----------
    agreement : the digest of the agreement that has them asked. hand : who signs (``signing``).
    """
    return {
        "agreement": agreement,
        "at": at,
        "hand": dict(hand),
        "licensee": use.licensee,
        "performer": hand["key"],
        "purpose": str(use.purpose),
        "until": use.until.isoformat(),
        "use_class": str(use.use_class),
    }


def ending(approval: str, hand: Mapping[str, Any], at: str) -> dict[str, Any]:
    """Return what is signed when the leave of that digest ends before its day."""
    return {"approval": approval, "at": at, "hand": dict(hand), "performer": hand["key"]}


def approved(told: Mapping[str, Any], *, where: str) -> Approved:
    """Read a signed leave as decisions see it.

    Raises
    ------
    BadInput : a moment that is none. ValueError : a word or a day that is none.
    """
    return Approved(
        str(told["licensee"]),
        Purpose(told["purpose"]),
        UseClass(told["use_class"]),
        date.fromisoformat(told["until"]),
        instant(told["at"], where=where),
    )
