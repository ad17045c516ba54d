"""A statement's lines as a table for spreadsheets: CSV (RFC 4180), one row a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from yesand.kernel.money import Money
from yesand.royalties.deducted import Deduction
from yesand.royalties.lines import Line
from yesand.royalties.statement import Statement

#: The header, in order (docs/royalties.md says what each is).
COLUMNS = (
    "performer", "period", "currency", "statement", "line", "kind", "licensee", "deployment",
    "model", "usage_period", "unit", "realtime", "quantity", "price_micro", "pool_micro", "basis",
    "share_ppb", "low_ppb", "high_ppb", "method", "micro", "amount", "agreement", "report",
    "session", "settlement", "why", "policy", "point_ppb", "threshold", "tariff", "tariff_digest",
    "via", "payers", "estimate", "corrects", "corrects_line", "exchange", "earned_in",
    "synthetic_micro",
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
            "amount": _decimal(statement.currency, line.micro),
            "settlement": statement.evidence.settlement,
            "corrects": line.corrects.statement if line.corrects else None,
            "corrects_line": _place(line),
            "synthetic_micro": sum(one.micro for one in line.through) if line.through else None,
        }
        yield [_cell(told[column]) for column in COLUMNS]
    for number, one in enumerate(statement.deductions, len(statement.lines) + 1):
        yield [_cell(_deducted(statement, name, number, one).get(c)) for c in COLUMNS]


def _deducted(statement: Statement, name: str, number: int, one: Deduction) -> dict[str, object]:
    """Return a deduction as a row: what is taken off is below nothing."""
    return {
        "performer": statement.performer,
        "period": statement.period,
        "currency": statement.currency,
        "statement": name,
        "line": number,
        "kind": one.kind.value,
        "licensee": one.account,
        "pool_micro": one.base_micro,
        "micro": -one.micro,
        "amount": _decimal(statement.currency, -one.micro),
        "agreement": one.agreement,
        "settlement": statement.evidence.settlement,
        "why": one.why,
    }


def _decimal(currency: str, micro: int) -> Decimal:
    return Decimal(str(Money(currency, micro)).split(" ")[0])


def _place(line: Line) -> int | None:
    """Return the number of the line that one puts right, counted from 1 as this table does."""
    if line.corrects is None or line.corrects.line is None:
        return None
    return line.corrects.line + 1


def _of(line: Line) -> dict[str, object]:
    return {name: getattr(line, name) for name in Line.model_fields} | {"kind": line.kind.value}


def _cell(value: object) -> str:
    """Write a value; nothing as nothing, and no text so that a spreadsheet computes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    safe = isinstance(value, int | Decimal) or not text.startswith(_FORMULA)
    return text if safe else f"'{text}"
