"""Reading a request from plain words: each must be in the closed vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from yesand.agreements.clause import Request
from yesand.agreements.terms import TERRITORIES, WORLD
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

E = TypeVar("E", bound=StrEnum)


def word(vocabulary: type[E], text: str, what: str) -> E:
    """Return the word of the vocabulary.

    Raises
    ------
    BadInput : not in it, with all that are.
    """
    try:
        return vocabulary(text)
    except ValueError:
        known = ", ".join(w.value for w in vocabulary)
        raise BadInput(f"{text!r} is not a {what}", remedy=f"Use one of: {known}.") from None


def request(fields: Mapping[str, Any], *, licensee: str, at: datetime) -> Request:
    """Read a request: ``purpose`` and ``use_class`` must be told, the rest has defaults.

    Raises
    ------
    BadInput : a word outside the vocabulary, an unknown field or one that is missing.
    """
    told = {k: v for k, v in fields.items() if v is not None}
    for needed in ("purpose", "use_class"):
        if needed not in told:
            raise BadInput(f"A request needs a {needed.replace('_', ' ')}")
    unknown = set(told) - set(Request.__dataclass_fields__)
    if unknown:
        raise BadInput(f"A request has no {', '.join(sorted(unknown))}")
    for name, vocabulary in _WORDS.items():
        if name in told:
            told[name] = word(vocabulary, told[name], name.replace("_", " "))
    _check_territory(told.get("territory", WORLD))
    return Request(**{"licensee": licensee, "at": at, **told})


_WORDS: dict[str, type[StrEnum]] = {
    "purpose": Purpose,
    "use_class": UseClass,
    "action": Action,
    "modality": Modality,
    "material": Material,
}


def _check_territory(code: str) -> None:
    if code != WORLD and code not in TERRITORIES:
        raise BadInput(
            f"{code!r} is not an ISO 3166-1 country code", remedy="Use two letters, or * for all."
        )
