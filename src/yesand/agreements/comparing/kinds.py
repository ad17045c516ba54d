"""The type of every field of the terms and of its parts, found from the terms themselves."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter

from yesand.agreements.terms import Amount, Terms

PRICES = "pay.per_unit."
_ANY = Terms.model_validate({"valid_from": "2000-01-01"})


def annotation(name: str) -> Any:
    """Return what a field may hold, as it is annotated; a part is named with a dot.

    Raises
    ------
    KeyError : there is no such field.

    >>> annotation("withdrawing.delete_replica")
    <class 'bool'>
    """
    if name.startswith(PRICES):
        return Amount
    at: BaseModel = _ANY
    *outer, last = name.split(".")
    for part in outer:
        at = getattr(at, part)
    info = type(at).model_fields[last]
    told: Any = info.annotation
    return Annotated[(told, *info.metadata)] if info.metadata else told


def read(name: str, value: Any) -> Any:
    """Return a field's value as plain JSON, every set in order.

    Raises
    ------
    ValidationError : it cannot have that value.
    """
    kind: TypeAdapter[Any] = TypeAdapter(annotation(name))
    plain = kind.dump_python(kind.validate_python(value), mode="json")
    return sorted(plain) if isinstance(plain, list) else plain
