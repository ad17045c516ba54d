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


@dataclass(frozen=True)
class Defaults:
    """What holds where a row does not say it."""

    space: str = ""
    scale: str = ""
    modality: str = "voice"


@dataclass(frozen=True)
class ReadRow:
    """One row: its number from 1, what it held, and the rating or why there is none."""

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
        try:
            yield ReadRow(number, content, make())
        except BadInput as fault:
            yield ReadRow(number, content, fault)


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
