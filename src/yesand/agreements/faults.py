"""What is wrong with data that a person or a machine sent, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

_CONTRADICTED = "contradicted"


def contradicted(found: Iterable[tuple[str, str]]) -> PydanticCustomError:
    """Return the fault of what contradicts itself: of each field, what it contradicts."""
    every = list(found)
    told = {"said": "; ".join(said for _, said in every), "found": every}
    return PydanticCustomError(_CONTRADICTED, "{said}", told)


def by_field(fault: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield every fault with the field that it is in, by its name and those of what it is in."""
    for each in own(fault):
        yield from parts(each)


def parts(each: ErrorDetails) -> Iterator[tuple[str, str]]:
    """Yield what one fault says, of each field that it is in."""
    if each["type"] == _CONTRADICTED:
        yield from each["ctx"]["found"]
    else:
        yield ".".join(map(str, each["loc"])), _said(each)


def in_words(fault: ValidationError, whole: str = "all of it") -> str:
    """Say every fault in a line, each with its field.

    Parameters
    ----------
    whole : what a fault is said of that is of no single field.
    """
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or whole}: {_said(each)}" for each in own(fault)
    )


def own(fault: ValidationError) -> list[ErrorDetails]:
    """Return the faults that are each one's own."""
    # What follows from another fault that is told is no fault of its own.
    return [each for each in fault.errors() if each["type"] != "default_factory_not_called"]


def _said(each: ErrorDetails) -> str:
    return each["msg"].removeprefix("Value error, ")
