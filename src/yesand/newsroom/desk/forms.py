"""What the desk's forms send: read into content, and kept as it was typed if it cannot be."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from yesand.kernel.errors import BadInput
from yesand.newsroom import manuscript
from yesand.newsroom.content import Content, Writer, content
from yesand.newsroom.writing.material import Material, material

FIELDS = (
    "title",
    "dek",
    "tags",
    "body",
    "sources",
    "writer",
    "model",
    "how",
    "language",
    "alt",
    "credit",
)
#: So many sources may be given to a writer at once.
MOST = 3


def typed(what: Content) -> dict[str, str]:
    """Return content as the form shows it."""
    return {
        "title": what.title,
        "dek": what.dek,
        "tags": ", ".join(what.tags),
        "body": manuscript.body_of(what.sections),
        "sources": manuscript.listed(what.sources),
        "writer": what.writer.value,
        "model": what.model,
        "how": what.how,
        "language": what.language,
        "alt": what.image.alt if what.image else "",
        "credit": what.image.credit if what.image else "",
    }


def sent(form: QueryDict) -> dict[str, str]:
    """Return what somebody typed, exactly, so that none of it is lost."""
    return {name: form.get(name, "") for name in FIELDS}


def read(fields: dict[str, str], image: dict[str, Any] | None) -> Content:
    """Read the form's fields as content.

    Raises
    ------
    BadInput : something is missing or cannot be read, and what.
    """
    if not fields["title"].strip():
        raise BadInput("An article needs a title", where="title")
    value: dict[str, Any] = {
        "title": fields["title"].strip(),
        "dek": fields["dek"].strip(),
        "tags": manuscript.tags(fields["tags"]),
        "sections": manuscript.sections(fields["body"].replace("\r\n", "\n")),
        "sources": manuscript.sources(fields["sources"]),
        "writer": fields["writer"] or Writer.PERSON.value,
        "model": fields["model"].strip(),
        "how": fields["how"].strip(),
        "language": fields["language"].strip() or "en",
    }
    if image is not None:
        if not fields["alt"].strip():
            raise BadInput("A picture needs words for those who do not see it", where="alt text")
        value["image"] = {**image, "alt": fields["alt"].strip(), "credit": fields["credit"].strip()}
    return content(value)


def given(form: QueryDict) -> list[Material]:
    """Read the sources that a writer is to summarise.

    Raises
    ------
    BadInput : there is none, or one lacks its title, address or text.
    """
    found = []
    for n in range(1, MOST + 1):
        named = {k: form.get(f"{k}-{n}", "").strip() for k in ("title", "publisher", "url", "text")}
        if any(named.values()):
            if not named["title"] or not named["url"]:
                raise BadInput("A source needs a title and an address", where=f"source {n}")
            found.append(material(**named))
    if not found:
        raise BadInput("Nothing was given to summarise", remedy="Paste at least one source.")
    return found
