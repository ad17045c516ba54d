"""Tables of the statement as HTML, one line of it, and a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

NUMERIC = ' class="n"'
#: A line's sentence is signed, and in the language in which it was.
SIGNED = ' lang="en"'
_FIGURES = ("quantity", "price", "pool", "share", "amount")


def headed(names: Sequence[str]) -> str:
    """Return a table's head: the first column is words, the others are figures."""
    first, *rest = names
    figures = (cell_of("th", name, f' scope="col"{NUMERIC}') for name in rest)
    return cell_of("th", first, ' scope="col"') + "".join(figures)


def line_of(line: Mapping[str, str], columns: Sequence[str]) -> str:
    """Return one line: its figures, and below them its reason."""
    what = cell_of("th", line["title"], ' scope="row"')
    # On a phone each figure stands under the other, with its column's name before it.
    figures = "".join(
        cell_of("td", line[name], f' data-name="{escape(column)}"{NUMERIC}')
        if line[name]
        else '<td class="gap"></td>'
        for name, column in zip(_FIGURES, columns[1:], strict=True)
    )
    why = (
        f'<td colspan="6">{escape(line["subtitle"])}<br>'
        f"<small{SIGNED}>{escape(line['why'])}</small><br>"
        f"<small>{escape(line['evidence'])}</small></td>"
    )
    return f'<tr>{what}{figures}</tr><tr class="why">{why}</tr>'


def table_of(head: str, body: str, kind: str = "scroll") -> str:
    """Return a table that scrolls by itself."""
    return (
        f'<div class="{kind}"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def cell_of(kind: str, text: str, attributes: str = "") -> str:
    """Return a cell of text."""
    return f"<{kind}{attributes}>{escape(text)}</{kind}>"
