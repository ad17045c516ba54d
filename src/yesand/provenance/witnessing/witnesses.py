"""Which witnesses a house asks, told by the environment.

``YESAND_WITNESSES`` holds, with commas between, a witness's verifier key (its name is part of it)
and the address that it answers at: ``union.example/w1+1a2b3c4d+BASE64 https://witness.example``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from yesand.kernel.errors import BadInput
from yesand.provenance.note import COSIGNATURE_V1, Verifier

_LIST, _QUORUM = "YESAND_WITNESSES", "YESAND_WITNESS_QUORUM"
_EXAMPLE = "Write NAME+ID+KEY https://ADDRESS, as `yesand witness` shows it; commas between."


@dataclass(frozen=True)
class Asked:
    """A witness that the house asks: its key, and its submission prefix."""

    key: Verifier
    url: str


def configured() -> list[Asked]:
    """Return the witnesses that are to be asked.

    Raises
    ------
    BadInput : the setting cannot be read.
    """
    told = os.environ.get(_LIST, "")
    found = [_one(part.split()) for part in told.split(",") if part.strip()]
    if len({asked.key for asked in found}) != len(found):
        raise BadInput("A witness is named twice", where=_LIST)
    return found


def quorum(witnesses: int) -> int:
    """Return how many cosignatures are enough: what is set, else more than half.

    Raises
    ------
    BadInput : not a number from 1 to the number of witnesses.
    """
    told = os.environ.get(_QUORUM, "")
    if not told:
        return witnesses // 2 + 1 if witnesses else 0
    if not told.isdecimal() or not 1 <= int(told) <= max(1, witnesses):
        raise BadInput(f"{told[:20]!r} is not a number of witnesses", where=_QUORUM)
    return int(told)


def _one(words: list[str]) -> Asked:
    if len(words) != 2:
        raise BadInput("Not a key and an address", where=_LIST, remedy=_EXAMPLE)
    key, url = Verifier.parse(words[0]), urlsplit(words[1])
    if key.algorithm != COSIGNATURE_V1:
        raise BadInput("Not a key for cosignatures", where=key.name, remedy=_EXAMPLE)
    if url.scheme not in {"http", "https"} or not url.hostname or url.query or url.fragment:
        raise BadInput("Not an address", where=words[1][:80], remedy=_EXAMPLE)
    return Asked(key, words[1].rstrip("/"))
