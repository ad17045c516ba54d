"""What reading a file of ratings yields: ratings and bad rows, always in the same order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yesand.affect.rating import label_studio, table
from yesand.affect.rating.given import Given
from yesand.kernel.errors import BadInput

FORMATS = ("csv", "label-studio")
#: Lists in lists; a region of Label Studio's has five.
_DEEPEST = 20


@dataclass(frozen=True)
class Defaults:
    """What holds where a row does not say it."""

    space: str = ""
    scale: str = ""
    modality: str = "voice"


@dataclass(frozen=True)
class ReadRow:
    """One row: its number from 1, the rating or why there is none, and what is kept of it then.

    Neither what is kept nor the reason names the rater, so that one who leaves is forgotten.
    """

    number: int
    content: Any
    given: Given | BadInput


def format_of(path: Path) -> str:
    """Return the format that a file's name speaks of."""
    return "label-studio" if path.suffix.lower() == ".json" else "csv"


def read(path: Path, how: str, defaults: Defaults) -> Iterator[ReadRow]:
    """Read a file of ratings.

    Raises
    ------
    BadInput : it cannot be read, or is not in that format.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
    told = (defaults.space, defaults.scale, defaults.modality)
    parts = {"csv": table.rows, "label-studio": label_studio.rows}[checked(how)]
    for number, content, make in parts(data, str(path), *told):
        kept: Any = {}
        try:
            kept = storable(content)
            if kept != content:
                raise BadInput("Holds a character that is none, such as NUL")
            yield ReadRow(number, kept, make())
        except BadInput as fault:
            yield ReadRow(number, kept, fault)


def storable(value: Any, deep: int = 0) -> Any:
    """Return plain JSON that every database takes: neither NUL nor half of a surrogate pair.

    PostgreSQL refuses both in a ``jsonb`` (its manual, 8.14).

    Raises
    ------
    BadInput : nested deeper than any annotation is.
    """
    if deep > _DEEPEST:
        raise BadInput(f"Nested more than {_DEEPEST} deep")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {storable(name): storable(part, deep + 1) for name, part in value.items()}
    return [storable(part, deep + 1) for part in value] if isinstance(value, list) else value


def written(rows: Iterable[tuple[Given, str]], how: str) -> tuple[str, int]:
    """Return ratings as text, each with its take's file name; and how many traces had no place."""
    if checked(how) == "csv":
        return table.written(rows), 0
    tasks, left_out = label_studio.written(rows)
    return json.dumps(tasks, indent=1, ensure_ascii=False) + "\n", left_out


def checked(how: str) -> str:
    """Return a format's name if there is one.

    Raises
    ------
    BadInput : there is none.
    """
    if how not in FORMATS:
        raise BadInput(f"No format {how[:40]!r}", remedy=f"Use {' or '.join(FORMATS)}.")
    return how
