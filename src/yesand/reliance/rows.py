r"""One performer's row of a report: sealed one by one, opened one by one.

The signed predicate lists, in sorted order, one hash a performer:

    SHA-256("yes-and reliance row v1\n" ‖ salt (32 bytes) ‖ RFC 8785 bytes of the row)

Rows and salts stay beside it. Who is shown one row and its salt can check that it is what was
signed; without the salt nobody can guess another performer's share from the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, CheckFailed

_DOMAIN = b"yes-and reliance row v1\n"
_EMOTIONS = "emotions"
_THROUGH = "through"


@dataclass(frozen=True)
class Row:
    """What a report says of one performer.

    Effects are billionths of a nat of mean log-likelihood, with the sign they came out with;
    shares are parts per billion and never negative. ``emotions`` says which emotions' takes the
    effect comes from, where takes were told apart: they add up to it, but for rounding.
    ``through`` says how much of the share came through synthetic takes: batch → parts per billion.
    """

    performer: str
    share_ppb: int
    low_ppb: int
    high_ppb: int
    effect: int
    effect_low: int
    effect_high: int
    leave_one_out: int
    emotions: tuple[tuple[str, int], ...] = ()
    through: tuple[tuple[str, int], ...] = ()

    @classmethod
    def parse(cls, value: Any) -> Row:
        """Read a row.

        Raises
        ------
        BadInput : a field is missing, foreign or of the wrong type.
        """
        kinds = {f.name: str if f.name == "performer" else int for f in fields(cls)}
        del kinds[_EMOTIONS], kinds[_THROUGH]
        if not isinstance(value, Mapping) or set(value) - {_EMOTIONS, _THROUGH} != set(kinds):
            raise BadInput("Not a row of a reliance report", where="row")
        for name, kind in kinds.items():
            if type(value[name]) is not kind:
                raise BadInput(f"{name} is not what it should be", where="row")
        told = _pairs(value, _EMOTIONS), _pairs(value, _THROUGH)
        row = cls(**{n: value[n] for n in kinds}, emotions=told[0], through=told[1])
        if any(ppb < 0 for _, ppb in row.through) or row.through_ppb > row.share_ppb:
            raise BadInput("More came through synthetic takes than there is", where="row")
        return row

    @property
    def through_ppb(self) -> int:
        """How much of the share came through synthetic takes."""
        return sum(ppb for _, ppb in self.through)

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain JSON, emotions and synthetic takes only if they are told."""
        plain = asdict(self)
        told = {_EMOTIONS: dict(self.emotions), _THROUGH: dict(self.through)}
        return {**{n: v for n, v in plain.items() if n not in told}, **_said(told)}

    def sealed(self, salt: bytes) -> str:
        """Return the row's hash in hex."""
        return hashlib.sha256(_DOMAIN + salt + canonical(self.as_json())).hexdigest()


def _said(told: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    return {name: dict(one) for name, one in told.items() if one}


def _pairs(value: Mapping[str, Any], name: str) -> tuple[tuple[str, int], ...]:
    told = value.get(name, {})
    if not isinstance(told, Mapping) or (name in value and not told):
        raise BadInput(f"{name} is not what it should be", where="row")
    if any(type(each) is not int for each in told.values()):
        raise BadInput(f"{name} holds whole numbers", where="row")
    return tuple(told.items())


def open_row(predicate: Mapping[str, Any], row: Any, salt: str) -> Row:
    """Return the row if the signed predicate holds it.

    Parameters
    ----------
    predicate : of the report's in-toto Statement, its signature already checked.
    row : as plain JSON. salt : 32 bytes in hex.

    Raises
    ------
    CheckFailed : the report does not hold this row with this salt.
    """
    try:
        read, raw = Row.parse(row), bytes.fromhex(salt)
    except (BadInput, ValueError, TypeError) as fault:
        raise CheckFailed(f"A row that cannot be read: {fault}", where="reliance row") from fault
    if len(raw) != 32 or read.sealed(raw) not in predicate.get("rows", ()):
        raise CheckFailed("The report does not hold this row", where=read.performer)
    return read
