"""The statement as HTML: a fragment for pages of ours, and a whole page that stands alone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from yesand.royalties.documents import owing_page as owing
from yesand.royalties.documents.tables import NUMERIC, SIGNED, cell_of, headed, line_of, table_of


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
        *owing.parts(told),
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
    head = headed(told["words"]["columns"])
    body = "".join(line_of(line, [first, *rest]) for line in told["lines"])
    label = cell_of("th", told["words"]["total"], ' scope="row" colspan="5"')
    amount = cell_of("td", told["total"], NUMERIC)
    return table_of(head, f'{body}<tr class="total">{label}{amount}</tr>', "scroll lines")


def _contributions(told: Mapping[str, Any]) -> str:
    names = told["words"]
    why, amount = names["contribution_columns"]
    head = cell_of("th", why, ' scope="col"') + cell_of("th", amount, f' scope="col"{NUMERIC}')
    body = "".join(
        f"<tr>{cell_of('td', row['why'], SIGNED)}{cell_of('td', row['amount'], NUMERIC)}</tr>"
        for row in told["contributions"]
    )
    return (
        f"<h2>{escape(names['contributions'])}</h2><p>{escape(names['contributions_lead'])}</p>"
        f"{table_of(head, body)}"
    )


def _check(told: Mapping[str, Any]) -> str:
    names = told["words"]
    head = "".join(cell_of("th", name, ' scope="col"') for name in names["evidence_columns"])
    body = "".join(
        f"<tr>{cell_of('td', row['what'])}<td><code>{escape(row['name'])}</code></td></tr>"
        for row in told["evidence"]
    )
    return (
        f"<h2>{escape(names['check'])}</h2><p>{escape(names['check_lead'])}</p>"
        f"<pre>{escape(names['command'])}</pre><p>{escape(names['check_means'])}</p>"
        f"{table_of(head, body)}<p><small>{escape(told['named'])}</small></p>"
    )
