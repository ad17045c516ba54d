"""Markdown to HTML that is safe to show: CommonMark, no HTML of the writer's, an allow-list."""

from __future__ import annotations

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from yesand.newsroom.citations import MARK

_TAGS = set(
    "p h3 h4 em strong a ul ol li blockquote code pre hr br sup span "
    "table thead tbody tr th td".split()
)
_ATTRIBUTES = {
    "a": {"href", "title", "class", "id", "aria-label"},
    "span": {"class"},
    "sup": {"class"},
}
for _block in ("p", "h3", "h4", "li", "blockquote", "td", "th"):
    _ATTRIBUTES[_block] = {"dir"}

_MARKS = re.compile(rf"[ \t]*(?:{MARK.pattern})")
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def rendered(text: str, view: str = "view") -> str:
    """Return a section's Markdown as HTML.

    Numbers in brackets become links to the sources; every block takes its own direction (HTML
    § 3.2.6.4), so that right-to-left text reads as it should and cannot disturb its neighbours.

    Parameters
    ----------
    view : the word that marks somebody's own view.
    """
    tokens = _markdown.parse(text)
    for token in tokens:
        _settle(token, view)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )


def plain(text: str) -> str:
    """Return a section's Markdown as plain words, without marks, for feeds and passages."""
    parts = []
    for token in _markdown.parse(_MARKS.sub("", text)):
        if token.type == "inline":
            parts.append("".join(_words(token.children or ())))
        elif token.type == "fence":
            parts.append(token.content)
    return "\n\n".join(" ".join(part.split()) for part in parts)


def _words(children: Sequence[Token]) -> list[str]:
    return [" " if c.type in {"softbreak", "hardbreak"} else c.content for c in children]


def _settle(token: Token, view: str) -> None:
    if token.type in {"heading_open", "heading_close"}:
        # A section's own heading is the second level; those inside it lie below.
        token.tag = "h3" if token.tag in {"h1", "h2", "h3"} else "h4"
    if token.nesting == 1 and token.tag in {"p", "h3", "h4", "li", "blockquote", "td", "th"}:
        token.attrSet("dir", "auto")
    if token.children:
        token.children = [part for child in token.children for part in _marked(child, view)]


def _marked(token: Token, view: str) -> list[Token]:
    """Part a run of text at its marks."""
    if token.type != "text":
        return [token]
    parts, at = list[Token](), 0
    for mark in MARK.finditer(token.content):
        parts.append(_piece("text", token.content[at : mark.start()].rstrip(" ")))
        html = _cites(mark["numbers"]) if mark["numbers"] else _view(view)
        parts.append(_piece("html_inline", html))
        at = mark.end()
    return [*parts, _piece("text", token.content[at:])]


def _cites(numbers: str) -> str:
    links = (
        f'<a href="#source-{n}" class="cite" aria-label="Source {n}">{n}</a>'
        for n in dict.fromkeys(int(n) for n in numbers.split(","))
    )
    return f'<sup class="cites">{" ".join(links)}</sup>'


def _view(word: str) -> str:
    return f' <span class="badge view">{word}</span>'


def _piece(kind: str, content: str) -> Token:
    return Token(kind, "", 0, content=content)
