"""The way from earned to paid as HTML: corrections, deductions, advances, what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from yesand.royalties.documents.tables import NUMERIC, SIGNED, cell_of, headed, line_of, table_of


def parts(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield each part that the statement has."""
    if told["corrections"]:
        yield _corrections(told)
    if told["deductions"]:
        yield _deductions(told)
    if told["advances"]:
        yield _advances(told)
    if told["changed"]:
        yield _changed(told)


def _begun(told: Mapping[str, Any], name: str) -> str:
    words = told["owing_words"]
    return f"<h2>{escape(words[name])}</h2><p>{escape(words[f'{name}_lead'])}</p>"


def _corrections(told: Mapping[str, Any]) -> str:
    columns = told["words"]["columns"]
    body = "".join(line_of(line, columns) for line in told["corrections"])
    return _begun(told, "corrections") + table_of(headed(columns), body, "scroll lines")


def _deductions(told: Mapping[str, Any]) -> str:
    columns = told["owing_words"]["deduction_columns"]
    body = "".join(_deduction(row) for row in told["deductions"]["rows"])
    label = cell_of("th", told["owing_words"]["taken_total"], ' scope="row" colspan="3"')
    total = cell_of("td", told["deductions"]["total"], NUMERIC)
    whole = f'{body}<tr class="total">{label}{total}</tr>'
    return _begun(told, "deductions") + table_of(headed(columns), whole)


def _deduction(row: Mapping[str, str]) -> str:
    what = cell_of("th", row["title"], ' scope="row"')
    figures = "".join(cell_of("td", row[n], NUMERIC) for n in ("base", "rate", "amount"))
    why = (
        f'<td colspan="4"><small{SIGNED}>{escape(row["why"])}</small><br>'
        f"<small>{escape(row['evidence'])}</small></td>"
    )
    return f'<tr>{what}{figures}</tr><tr class="why">{why}</tr>'


def _advances(told: Mapping[str, Any]) -> str:
    body = "".join(_account(row) for row in told["advances"])
    columns = told["owing_words"]["advance_columns"]
    return _begun(told, "advances") + table_of(headed(columns), body)


def _account(row: Mapping[str, str]) -> str:
    names = ("opening", "paid", "back", "closing", "over")
    figures = "".join(cell_of("td", row[name], NUMERIC) for name in names)
    note = f'<tr class="why">{cell_of("td", row["note"], _WHOLE)}</tr>' if row["note"] else ""
    return f"<tr>{cell_of('th', row['name'], _SCOPE)}{figures}</tr>{note}"


def _changed(told: Mapping[str, Any]) -> str:
    words, changed = told["owing_words"], told["changed"]
    rows = [(row["cause"], row["amount"]) for row in changed["rows"]]
    body = "".join(_row(*row) for row in rows) + _row(words["change_total"], changed["total"])
    lead = f"<h2>{escape(words['changed'])}</h2><p>{escape(changed['lead'])}</p>"
    return lead + (table_of(headed(words["change_columns"]), body) if rows else "")


def _row(name: str, amount: str) -> str:
    return f"<tr>{cell_of('th', name, _SCOPE)}{cell_of('td', amount, NUMERIC)}</tr>"


_SCOPE = ' scope="row"'
_WHOLE = ' colspan="6"'
