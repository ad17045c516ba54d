"""An article as one text file: fields, the body in Markdown, and the list of its sources.

::

    title: Who taught it to sound sorry?
    dek: One sentence more.
    tags: emotion, royalties

    The opening, with a source [1].

    ## A heading

    More of it [1, 2].

    ---
    A paper | Its journal | https://example.org/paper | 2019
    A report | Its publisher | https://example.org/report | 2026-03-15
"""

from __future__ import annotations

import re
from typing import Any

from yesand.kernel.errors import BadInput
from yesand.newsroom.content import Content, Section, Source, content

_FIELDS = ("title", "dek", "tags", "writer", "model", "how", "language")
_FIELD = re.compile(rf"({'|'.join(_FIELDS)}):[ \t]*(.*)")
_HEADING = re.compile(r"^##[ \t]+(.+?)[ \t]*#*$", re.M)


def parse(text: str) -> Content:
    """Read a manuscript.

    Raises
    ------
    BadInput : it begins with no title, or a line of its sources cannot be read.
    """
    fields, body, listed = _parted(text.replace("\r\n", "\n").lstrip("\ufeff\n"))
    if "title" not in fields:
        raise BadInput("A manuscript begins with its title", remedy="Write `title: …` first.")
    value: dict[str, Any] = {k: v for k, v in fields.items() if v}
    value["tags"] = tags(fields.get("tags", ""))
    return content({**value, "sections": sections(body), "sources": sources(listed)})


def _parted(text: str) -> tuple[dict[str, str], str, str]:
    fields, lines = {}, text.split("\n")
    while lines and (found := _FIELD.match(lines[0])):
        fields[found[1]] = found[2].strip()
        lines.pop(0)
    body, rule, listed = "\n".join(lines).rpartition("\n---\n")
    return (fields, body, listed) if rule else (fields, "\n".join(lines), "")


def tags(text: str) -> list[str]:
    """Return the tags of a list with commas: small letters, words joined by hyphens, each once."""
    named = ("-".join(tag.lower().split()) for tag in text.split(","))
    return list(dict.fromkeys(tag for tag in named if tag))


def sections(body: str) -> list[dict[str, str]]:
    """Part a body at its second-level headings.

    Raises
    ------
    BadInput : nothing is written there.
    """
    parts = _HEADING.split(body)
    pairs = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    found = [{"heading": h.strip(), "text": t.strip()} for h, t in pairs if h or t.strip()]
    if not found:
        raise BadInput("The article says nothing yet", remedy="Write its body.")
    return found


def sources(listed: str) -> list[dict[str, str]]:
    """Read a list of sources, one a line: title | publisher | address | date.

    Raises
    ------
    BadInput : a line without an address.
    """
    found = []
    for number, line in enumerate((x for x in listed.splitlines() if x.strip()), start=1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 3:
            raise BadInput(
                "A source needs a title, a publisher and an address",
                where=f"source {number}",
                remedy="Write it as: title | publisher | https://… | 2026-03-15",
            )
        found.append(dict(zip(("title", "publisher", "url", "on"), cells, strict=False)))
    return found


def body_of(parts: tuple[Section, ...]) -> str:
    """Write sections as one body."""
    return "\n\n".join(f"## {s.heading}\n\n{s.text}" if s.heading else s.text for s in parts)


def listed(found: tuple[Source, ...]) -> str:
    """Write sources as a list, one a line."""
    return "\n".join(" | ".join((s.title, s.publisher, s.url, s.on)).rstrip(" |") for s in found)
