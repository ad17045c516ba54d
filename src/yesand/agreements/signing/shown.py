"""Whether the registry shows exactly what a party signed."""

from __future__ import annotations

from typing import Any

from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import key_id
from yesand.provenance import dsse


def check_shown(
    shown: dict[str, Any], envelope: Any, public: str, kind: str, *, where: str, name: str = ""
) -> None:
    """Check that what is shown is what was signed.

    Parameters
    ----------
    public : the key (hex) that must have signed it. kind : its payload's type.
    name : the digest that it goes by, if it has one.

    Raises
    ------
    CheckFailed : the signature is missing or wrong, or a field or its name differs.
    """
    key = bytes.fromhex(public)
    if dsse.opened(envelope, {key_id(key): key}, kind) != shown:
        raise CheckFailed("The registry shows other than what was signed", where=where)
    if name and digest_of(shown) != name:
        raise CheckFailed("It has another name than what was signed", where=where)
