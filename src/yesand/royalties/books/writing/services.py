"""Transactions into the database, many at once: as fast as it takes rows with all its checks on.

The postings come first and the transactions after them, whose insertion seals them (`triggers`).
PostgreSQL is sent both by COPY, and takes rows in while the next are made; its triggers are asked
once. Building model instances would take longer than either database does.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, cast

from django.db import connection

from yesand.royalties.ledger import Draft

_POSTING = "royalties_posting", ("transaction_id", "account_id", "currency", "micro")
_TRANSACTION = "royalties_transaction", (
    "id", "at", "memo", "entry_id", "verb", "follows", "effective", "body", "folio",
)  # fmt: skip
_CHUNK = 5_000
#: What has a meaning of its own in the text that COPY reads (PostgreSQL's documentation, COPY).
_ESCAPED = str.maketrans(
    {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
)
_NULL = r"\N"
Row = tuple[Any, ...]


def write(
    drafts: Sequence[Draft],
    accounts: Mapping[str, int],
    bodies: dict[str, str],
    at: datetime,
    entry: int | None,
    folio: int,
) -> None:
    """Write transactions, in their order; each id's body is put into ``bodies``."""
    moment = connection.ops.adapt_datetimefield_value(at)
    sides = ((d.id, accounts[s.account], s.currency, s.micro) for d in drafts for s in d.sides)
    _insert(*_POSTING, sides)
    _insert(*_TRANSACTION, _heads(drafts, bodies, moment, entry, folio))


def open_accounts(rows: Iterable[Row]) -> None:
    """Open accounts: (name, performer or none, organisation or none)."""
    _insert("royalties_account", ("name", "performer_id", "organisation_id"), iter(rows))


def known(table: str, key: str, value: str, names: Collection[str]) -> dict[str, Any]:
    """Return what is there of these names. Thousands at once: as one value, not each as its own."""
    found, rest = dict[str, Any](), iter(names)
    several = "= ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"
    if connection.vendor == "sqlite":
        several = "IN (SELECT value FROM json_each(%s))"
    asked = f"SELECT {key}, {value} FROM {table} WHERE {key} {several}"  # nosec B608
    with connection.cursor() as cursor:
        while some := list(islice(rest, _CHUNK)):
            cursor.execute(asked, [json.dumps(some)])
            found.update(cursor.fetchall())
    return found


def _heads(
    drafts: Iterable[Draft], bodies: dict[str, str], at: Any, entry: int | None, folio: int
) -> Iterator[Row]:
    for d in drafts:
        body = bodies[d.id] = d.body
        day = d.effective.isoformat() if d.effective else None
        yield d.id, at, d.memo, entry, d.verb.value, d.follows, day, body, folio


def _insert(table: str, columns: Sequence[str], rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)
            return
        marks = ", ".join(["%s"] * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # nosec B608
        cursor.executemany(insert, cast(Any, rows))


def _copy(cursor: Any, command: str, rows: Iterator[Row]) -> None:
    with connection.wrap_database_errors, cursor.copy(command) as copy:
        while some := list(islice(rows, _CHUNK)):
            copy.write(lines(some))


def lines(rows: Sequence[Row]) -> str:
    """Return rows, all as long, as COPY reads them."""
    width, nulls = len(rows[0]), sum(row.count(None) for row in rows)
    shape = "\t".join(["%s"] * width) + "\n"
    plain = "".join([shape % (_marked(row) if None in row else row) for row in rows])
    ends = plain.count("\t") == len(rows) * (width - 1) and plain.count("\n") == len(rows)
    # Nearly always nothing has to be escaped, and to see that of all at once is the faster way.
    if ends and plain.count("\\") == nulls and "\r" not in plain:
        return plain
    return "".join(map(line, rows))


def _marked(row: Row) -> Row:
    return tuple(_NULL if value is None else value for value in row)


def line(row: Row) -> str:
    """Return a row as COPY reads it, whatever is in it."""
    return "\t".join(map(_field, row)) + "\n"


def _field(value: Any) -> str:
    if value is None:
        return _NULL
    return value.translate(_ESCAPED) if isinstance(value, str) else str(value)
