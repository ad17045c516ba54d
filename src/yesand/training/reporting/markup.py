"""HTML and SVG by small functions; what is told is escaped, what they return is not again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """What is HTML already."""

    __slots__ = ()


def tag(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """Return an element; ``class_`` is its class, ``stroke_width`` its stroke-width."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(text(child) for child in children)
    return Markup(f"<{name}{told}>{inner}</{name}>")


def text(told: str | Markup) -> Markup:
    """Return what may stand in a page."""
    return told if isinstance(told, Markup) else Markup(escape(told, quote=False))


def joined(parts: Iterable[Markup]) -> Markup:
    """Return one after another."""
    return Markup("".join(parts))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Return a table whose columns beginning with ``>`` are figures, set right.

    It scrolls by itself where it is too wide, also with a keyboard.
    """
    head = (tag("th", c.lstrip(">"), scope="col", class_=_right(c)) for c in columns)
    body = (
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(
                tag("td", cell, class_=_right(c))
                for c, cell in zip(columns[1:], row[1:], strict=True)
            ),
        )
        for row in rows
    )
    whole = tag(
        "table",
        tag("thead", tag("tr", *head)),
        tag("tbody", *body),
    )
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=title)


def folded(summary: str, *inside: Markup) -> Markup:
    """Return what is opened by who wants it; on paper it is open."""
    return tag("details", tag("summary", summary), *inside)


def figure(drawn: Markup, caption: str) -> Markup:
    """Return a drawing with its caption; one that is too wide scrolls, also with a keyboard."""
    box = tag("div", drawn, class_="drawn", tabindex="0", role="group", aria_label=caption)
    return tag("figure", box, tag("figcaption", caption))


def facts(pairs: Iterable[tuple[str, str, Sequence[str]]]) -> Markup:
    """Return headline figures: name, figure, and what is said beside it, line by line."""
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", name),
                tag("dd", value),
                *(tag("dd", line, class_="aside") for line in asides),
            )
            for name, value, asides in pairs
        ),
        class_="facts",
    )


def _right(column: str) -> str | None:
    return "n" if column.startswith(">") else None
