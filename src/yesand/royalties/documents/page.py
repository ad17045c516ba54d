"""The statement as HTML: a fragment for pages of ours, and a whole page that stands alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

_NUMERIC = ' class="n"'
#: A line's sentence is signed, and in the language in which it was.
_SIGNED = ' lang="en"'
_FIGURES = ("quantity", "price", "pool", "share", "amount")


def page(told: Mapping[str, Any]) -> str:
    """Return a whole page with its style inside: it needs no server and no network."""
    style = (files("yesand.royalties.documents") / "statement.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="{told["language"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(told['title'])}</title><style>{style}</style></head>"
        f"<body><main>{fragment(told)}</main></body></html>\n"
    )


def fragment(told: Mapping[str, Any]) -> str:
    """Return the statement as an article, without style."""
    parts = [
        *(_mark(mark) for mark in told["marks"]),
        f"<h1><bdi>{escape(told['performer'])}</bdi></h1><p>{escape(told['subtitle'])}</p>",
        _figures(told),
        f"<h2>{escape(told['words']['lines'])}</h2>",
        _lines(told) if told["lines"] else f"<p>{escape(told['words']['no_lines'])}</p>",
        _contributions(told) if told["contributions"] else "",
        _check(told),
    ]
    return f'<article class="statement">{"".join(parts)}</article>'


def _mark(mark: Mapping[str, str]) -> str:
    return (
        f'<p class="mark" role="note"><strong>{escape(mark["word"])}</strong> '
        f"{escape(mark['meaning'])}</p>"
    )


def _figures(told: Mapping[str, Any]) -> str:
    payable = told["payable"]
    sums = "".join(
        f"<div><dt>{escape(row['label'])}</dt><dd>{escape(row['amount'])}</dd></div>"
        for row in told["sums"]
    )
    return (
        f'<dl class="figures"><div class="big"><dt>{escape(payable["label"])}</dt>'
        f"<dd>{escape(payable['amount'])}</dd></div>{sums}</dl><p>{escape(told['sum_up'])}</p>"
    )


def _lines(told: Mapping[str, Any]) -> str:
    first, *rest = told["words"]["columns"]
    head = _cell("th", first, ' scope="col"') + "".join(
        _cell("th", name, f' scope="col"{_NUMERIC}') for name in rest
    )
    body = "".join(_line(line, [first, *rest]) for line in told["lines"])
    label = _cell("th", told["words"]["total"], ' scope="row" colspan="5"')
    amount = _cell("td", told["total"], _NUMERIC)
    return _table(head, f'{body}<tr class="total">{label}{amount}</tr>', "scroll lines")


def _line(line: Mapping[str, str], columns: Sequence[str]) -> str:
    what = _cell("th", line["title"], ' scope="row"')
    # On a phone each figure stands under the other, with its column's name before it.
    figures = "".join(
        _cell("td", line[name], f' data-name="{escape(column)}"{_NUMERIC}')
        if line[name]
        else '<td class="gap"></td>'
        for name, column in zip(_FIGURES, columns[1:], strict=True)
    )
    why = (
        f'<td colspan="6">{escape(line["subtitle"])}<br>'
        f"<small{_SIGNED}>{escape(line['why'])}</small><br>"
        f"<small>{escape(line['evidence'])}</small></td>"
    )
    return f'<tr>{what}{figures}</tr><tr class="why">{why}</tr>'


def _contributions(told: Mapping[str, Any]) -> str:
    names = told["words"]
    why, amount = names["contribution_columns"]
    head = _cell("th", why, ' scope="col"') + _cell("th", amount, f' scope="col"{_NUMERIC}')
    body = "".join(
        f"<tr>{_cell('td', row['why'], _SIGNED)}{_cell('td', row['amount'], _NUMERIC)}</tr>"
        for row in told["contributions"]
    )
    return (
        f"<h2>{escape(names['contributions'])}</h2><p>{escape(names['contributions_lead'])}</p>"
        f"{_table(head, body)}"
    )


def _check(told: Mapping[str, Any]) -> str:
    names = told["words"]
    head = "".join(_cell("th", name, ' scope="col"') for name in names["evidence_columns"])
    body = "".join(
        f"<tr>{_cell('td', row['what'])}<td><code>{escape(row['name'])}</code></td></tr>"
        for row in told["evidence"]
    )
    return (
        f"<h2>{escape(names['check'])}</h2><p>{escape(names['check_lead'])}</p>"
        f"<pre>{escape(names['command'])}</pre><p>{escape(names['check_means'])}</p>"
        f"{_table(head, body)}<p><small>{escape(told['named'])}</small></p>"
    )


def _table(head: str, body: str, kind: str = "scroll") -> str:
    return (
        f'<div class="{kind}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(kind: str, text: str, attributes: str = "") -> str:
    return f"<{kind}{attributes}>{escape(text)}</{kind}>"
