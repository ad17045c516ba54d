"""Ratings as CSV: one row a rating, the same columns in and out.

``take`` (SHA-256 or file name) and ``rater`` are needed; ``emotions`` is a label, labels with ``|``
between, or ``label:intensity`` with intensities from 1 to 100. ``valence``, ``arousal`` and
``dominance`` are in the ``scale``; ``trace`` is JSON, ``{"valence": [[milliseconds, value], …]}``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from yesand.affect.rating.given import (
    AXES,
    MOST_POINTS,
    Given,
    Made,
    decimal,
    scaled,
    spaced,
    thousandths,
    whole,
)
from yesand.kernel.canonical import parse
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput

COLUMNS = (
    "id", "take", "file", "rater", "modality", "space", "emotions", "scale", *AXES, "trace",
    "seconds", "at",
)  # fmt: skip
#: What is kept of a row that cannot be taken: who rated is not.
_KEPT = frozenset(COLUMNS) - {"rater"}
#: The longest trace on all axes, at as many characters a point as one writes with every digit.
_LONGEST_FIELD = len(AXES) * MOST_POINTS * 64


@dataclass(frozen=True)
class Line:
    """One row of a CSV: the number of its last line, its fields by column, and fields too many."""

    number: int
    told: dict[str, str]
    surplus: tuple[str, ...] = ()

    def checked(self) -> dict[str, str]:
        """Return the fields.

        Raises
        ------
        BadInput : there are more than columns, so that nobody knows which is which.
        """
        if self.surplus:
            remedy = "Put a field that holds the delimiter between quotes."
            raise BadInput(f"{len(self.surplus)} fields more than columns", remedy=remedy)
        return self.told


def lines(data: bytes, where: str, needed: Sequence[str], known: Sequence[str]) -> Iterator[Line]:
    """Yield the rows of a CSV in UTF-8 whose first line names its columns.

    Fields are parted by comma, semicolon or tab, whichever the first line has most of.

    Raises
    ------
    BadInput : no CSV in UTF-8, a needed column is missing, or a known one is there twice; where
        none is known, any.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput("Not in UTF-8", where=where, remedy="Save it as UTF-8.") from fault
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(reader, []), where, needed, known)
        for row in reader:
            if row:
                yield _line(reader.line_num, columns, [field.strip() for field in row])
    except csv.Error as fault:
        raise BadInput(f"Not a CSV: {fault}", where=f"{where}, line {reader.line_num}") from fault


def _columns(
    header: list[str], where: str, needed: Sequence[str], known: Sequence[str]
) -> list[str]:
    columns = [name.strip().lower() for name in header]
    remedy = f"The first line names columns of {', '.join(known or needed)}."
    if missing := [name for name in needed if name not in columns]:
        raise BadInput(f"Column missing: {', '.join(missing)}", where=where, remedy=remedy)
    if twice := [name for name in known or set(columns) if columns.count(name) > 1]:
        raise BadInput(f"Column there twice: {', '.join(twice)}", where=where, remedy=remedy)
    return columns


def _line(number: int, columns: list[str], row: list[str]) -> Line:
    told = dict.fromkeys(columns, "") | dict(zip(columns, row, strict=False))
    return Line(number, told, tuple(filter(None, row[len(columns) :])))


def rows(data: bytes, where: str, space: str, scale: str, modality: str) -> Iterator[Made]:
    """Yield every line's number, what is kept of it if it is bad, and what makes the rating of it.

    Raises
    ------
    BadInput : no CSV in UTF-8, or a needed column is missing.
    """
    for line in lines(data, where, ("take", "rater"), COLUMNS):
        kept = {name: field for name, field in line.told.items() if name in _KEPT}
        yield line.number, kept, partial(_given, line, space, scale, modality)


def _given(line: Line, space: str, scale: str, modality: str) -> Given:
    told = line.checked()
    emotions = _emotions(told.get("emotions", ""))
    axes = {a: thousandths(told[a], a) for a in AXES if told.get(a)}
    trace = _trace(told.get("trace", ""))
    return Given(
        take=told["take"],
        rater=told["rater"],
        modality=told.get("modality") or modality,
        space=spaced(told.get("space") or space) if emotions else "",
        emotions=emotions,
        scale=scaled(told.get("scale") or scale) if axes or trace else "",
        axes=axes,
        trace=trace,
        spent_ms=thousandths(told["seconds"], "seconds") if told.get("seconds") else None,
        at=instant(told["at"], where="at") if told.get("at") else None,
        key=told.get("id", ""),
    )


def _emotions(text: str) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for part in filter(None, (part.strip() for part in text.split("|"))):
        label, colon, intensity = part.partition(":")
        if label.strip() in found:
            raise BadInput(f"{label.strip()[:40]!r} is named twice")
        found[label.strip()] = whole(intensity, "The intensity") if colon else None
    return found


def _trace(text: str) -> dict[str, list[list[int]]]:
    if not text:
        return {}
    told = parse(text.encode(), where="trace")
    try:
        return {
            axis: [[round(ms), thousandths(value, axis)] for ms, value in line]
            for axis, line in told.items()
        }
    except (AttributeError, TypeError, ValueError, OverflowError) as fault:
        remedy = 'Write {"valence": [[0, 0.1], [500, 0.4]]}.'
        raise BadInput("The trace is no list of times and values", remedy=remedy) from fault


def written(given: Iterable[tuple[Given, str]]) -> str:
    """Return ratings as CSV, each with its take's file name."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    table.writeheader()
    for one, file in given:
        table.writerow(_row(one, file))
    return text.getvalue()


def _row(one: Given, file: str) -> dict[str, Any]:
    parts = (label if i is None else f"{label}:{i}" for label, i in one.emotions.items())
    trace = {axis: [[ms, v / 1000] for ms, v in line] for axis, line in one.trace.items()}
    return {
        "id": one.key,
        "take": one.take,
        "file": file,
        "rater": one.rater,
        "modality": one.modality,
        "space": one.space,
        "emotions": "|".join(parts),
        "scale": one.scale,
        **{axis: decimal(value) for axis, value in one.axes.items()},
        "trace": json.dumps(trace) if trace else "",
        "seconds": "" if one.spent_ms is None else decimal(one.spent_ms),
        "at": stamp(one.at) if one.at else "",
    }
