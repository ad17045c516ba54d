"""A statement's lines as a table for spreadsheets: CSV (RFC 4180), one row a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from yesand.kernel.money import Money
from yesand.royalties.lines import Line
from yesand.royalties.statement import Statement

#: The header, in order (docs/reference.md says what each is).
COLUMNS = (
    "performer", "period", "currency", "statement", "line", "kind", "licensee", "deployment",
    "model", "usage_period", "unit", "realtime", "quantity", "price_micro", "pool_micro", "basis",
    "share_ppb", "low_ppb", "high_ppb", "method", "micro", "amount", "agreement", "report",
    "session", "settlement", "why", "policy", "point_ppb", "threshold", "tariff", "tariff_digest",
    "via",
)  # fmt: skip
#: What spreadsheets take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(statements: Iterable[tuple[Statement, str]]) -> str:
    """Return the lines of statements, each given with its digest, as one CSV with a header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for statement, name in statements:
        writer.writerows(rows(statement, name))
    return out.getvalue()


def rows(statement: Statement, name: str) -> Iterator[list[str]]:
    """Yield a row for each line, in the statement's own order."""
    for number, line in enumerate(statement.lines, 1):
        told = {
            **_of(line),
            "performer": statement.performer,
            "period": statement.period,
            "currency": statement.currency,
            "statement": name,
            "line": number,
            "amount": str(Money(statement.currency, line.micro)).split(" ")[0],
            "settlement": statement.evidence.settlement,
        }
        yield [_cell(told[column]) for column in COLUMNS]


def _of(line: Line) -> dict[str, object]:
    return {name: getattr(line, name) for name in Line.model_fields} | {"kind": line.kind.value}


def _cell(value: object) -> str:
    """Write a value; nothing as nothing, and no text so that a spreadsheet computes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
