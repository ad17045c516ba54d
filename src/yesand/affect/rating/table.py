"""Ratings as CSV: one row a rating, the same columns in and out.

``take`` (SHA-256 or file name) and ``rater`` are needed; ``emotions`` is a label, labels with ``|``
between, or ``label:intensity`` with intensities from 1 to 100. ``valence``, ``arousal`` and
``dominance`` are in the ``scale``; ``trace`` is JSON, ``{"valence": [[milliseconds, value], …]}``.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from yesand.affect.rating.given import Given, scaled, spaced, thousandths
from yesand.kernel.canonical import parse
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput

AXES = ("valence", "arousal", "dominance")
COLUMNS = (
    "id", "take", "file", "rater", "modality", "space", "emotions", "scale", *AXES, "trace",
    "seconds", "at",
)  # fmt: skip
Made = tuple[int, Any, Callable[[], Given]]


def rows(data: bytes, where: str, space: str, scale: str, modality: str) -> Iterator[Made]:
    """Yield every line's number, its fields, and what makes the rating of it.

    Raises
    ------
    BadInput : no CSV in UTF-8, or a needed column is missing.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput("Not in UTF-8", where=where, remedy="Save it as UTF-8.") from fault
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in ("take", "rater") if name not in columns]:
        raise BadInput(
            f"Column missing: {', '.join(missing)}",
            where=where,
            remedy=f"The first line names columns of {', '.join(COLUMNS)}.",
        )
    reader.fieldnames = columns
    try:
        for line in reader:
            told = {name: (line.get(name) or "").strip() for name in columns}
            yield reader.line_num, told, partial(_given, told, space, scale, modality)
    except csv.Error as fault:
        raise BadInput(f"Not a CSV: {fault}", where=f"{where}, line {reader.line_num}") from fault


def _given(told: dict[str, str], space: str, scale: str, modality: str) -> Given:
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
        found[label.strip()] = _whole(intensity) if colon else None
    return found


def _whole(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdigit()):
        raise BadInput(f"The intensity {text.strip()[:40]!r} is not a whole number")
    return int(text)


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
        table.writerow(_line(one, file))
    return text.getvalue()


def _line(one: Given, file: str) -> dict[str, str]:
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
        **{axis: f"{value / 1000:g}" for axis, value in one.axes.items()},
        "trace": json.dumps(trace) if trace else "",
        "seconds": "" if one.spent_ms is None else f"{one.spent_ms / 1000:g}",
        "at": stamp(one.at) if one.at else "",
    }
