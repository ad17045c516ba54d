"""A page of the documentation as HTML: its headings have anchors, links lead to help pages."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

from yesand.heidi.documents import ENGLISH, PAGES, anchors, plain, source

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*)\)")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_TAGS = set("h1 h2 h3 h4 p ul ol li table thead tbody tr th td code pre em strong a hr br".split())


@lru_cache(maxsize=32)
def page_of(page: str, language: str = ENGLISH) -> tuple[str, str]:
    """Return a page's title and its body, in that language if it is there in it."""
    heading, _, body = source(page, language).partition("\n")
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(_LINK.sub(_led, _IMAGE.sub("", body)))
    opened = [token for token in tokens if token.type == "heading_open"]
    for token, where in zip(opened, anchors(page)[1:], strict=True):
        token.attrSet("id", where)
    html = parser.renderer.render(tokens, parser.options, {})
    allowed = {"a": {"href"}, **{h: {"id"} for h in ("h1", "h2", "h3", "h4")}}
    return plain(heading.lstrip("# ")), nh3.clean(
        html, tags=_TAGS, attributes=allowed, link_rel=None
    )


def _led(found: re.Match[str]) -> str:
    """Lead a link to our page that it names; of a file that is not shown, keep the words."""
    words, target = found[1], found[2]
    if "://" in target or target.startswith("#"):
        return found[0]
    name, _, part = target.removeprefix("../").removeprefix("docs/").partition("#")
    if name.removesuffix(".md") in PAGES:
        return f"[{words}](/help/{name.removesuffix('.md')}/{'#' + part if part else ''})"
    return words
