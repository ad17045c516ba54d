"""What models answered on the usage's queries, as files tell it.

A CSV file of a model's answers has a row a query: ``query``, then a column an emotion with the
probability that the model gives it, and, if queries do not count alike, ``weight``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest
from yesand.reliance.inputs import Floats

_LARGEST = 200_000_000


@dataclass(frozen=True)
class Answers:
    """One model's answers: ``told`` (queries, emotions) and ``weight`` (queries,), as they stand.

    Attributes
    ----------
    digest : SHA-256 of the file.
    """

    queries: tuple[str, ...]
    emotions: tuple[str, ...]
    told: Floats
    weight: Floats
    digest: str


def read(path: Path) -> Answers:
    """Read a model's answers.

    Raises
    ------
    NotFound : no such file. BadInput : it is not such a table, and which line.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput("The file of answers is larger than 200 MB", where=str(path))
        raw = path.read_bytes()
        table = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    except FileNotFoundError as fault:
        raise NotFound("No such file of answers", where=str(path)) from fault
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise BadInput(f"The answers cannot be read: {fault}", where=str(path)) from fault
    head = table[0] if table else []
    emotions = tuple(name for name in head if name not in {"query", "weight"})
    if "query" not in head or not emotions or len(set(head)) != len(head):
        raise BadInput(
            "Answers need a column query and one an emotion", where=str(path), remedy="See --help."
        )
    rows = [_row(path, line, head, row) for line, row in enumerate(table[1:], 2) if row]
    queries = tuple(row["query"] for row in rows)
    if len(set(queries)) != len(queries) or not queries:
        raise BadInput("Each query is answered once", where=str(path))
    told = np.array([[_number(path, row[e]) for e in emotions] for row in rows])
    weight = np.array([_number(path, row.get("weight", "1")) for row in rows])
    return Answers(queries, emotions, told, weight, digest(raw))


def aligned(first: Answers, *others: Answers) -> list[Floats]:
    """Return everybody's answers in the order of the first's queries and emotions.

    Raises
    ------
    BadInput : they did not answer the same queries, or not about the same emotions.
    """
    found = [first.told]
    for other in others:
        if {*other.queries} != {*first.queries} or {*other.emotions} != {*first.emotions}:
            raise BadInput(
                "The files answer other queries, or about other emotions", where="answers"
            )
        at = {query: i for i, query in enumerate(other.queries)}
        rows = [at[query] for query in first.queries]
        columns = [other.emotions.index(emotion) for emotion in first.emotions]
        found.append(other.told[np.ix_(rows, columns)])
    return found


def _row(path: Path, line: int, head: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(head):
        raise BadInput(f"{len(row)} fields in place of {len(head)}", where=f"{path}, line {line}")
    return dict(zip(head, row, strict=True))


def _number(path: Path, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value) or value < 0:
        raise BadInput(f"{text[:40]!r} is no probability", where=str(path))
    return value
