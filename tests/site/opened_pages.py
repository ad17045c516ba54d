"""Every page that somebody can open, found by asking as each; and a server to open it on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

from django.conf import settings
from django.test import Client
from django.urls import reverse
from matrix import LOGIN, ROWS, SEEN, WHO
from stage import Stage

from served_house import served
from yesand.kernel.clock import Clock, stamp

__all__ = ["Opened", "cookies", "pages", "prove", "served"]
#: Whose sight of a page is looked at first: those whose pages are fullest.
FIRST = ("ada", "producer", "lab", "auditor", "rater", "nobody", "ben", "dora", "other")


@dataclass(frozen=True)
class Opened:
    """A page as one person sees it."""

    name: str
    who: str
    path: str

    def __str__(self) -> str:
        """Name it in a test's output."""
        return f"{self.name} as {self.who} ({self.path})"


class _Shape(HTMLParser):
    """What a page is built of: each element under its parent, with its classes and attributes."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "source", "line"}

    def __init__(self) -> None:
        super().__init__()
        self.parts: set[str] = set()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        named = "".join(f"[{name}]" for name in sorted(told))
        kind = f"{tag}.{told.get('class') or ''}{named}{told.get('role') or ''}"
        self.parts.add(f"{self._open[-1] if self._open else ''} > {kind}")
        if tag not in self.VOID:
            self._open.append(kind)

    def handle_endtag(self, tag: str) -> None:
        while self._open and not self._open.pop().startswith(f"{tag}."):
            pass


def pages(stage: Stage, as_: dict[str, Client]) -> list[Opened]:
    """Return every address that gives somebody a page; further people only if theirs is new."""
    found: list[Opened] = []
    known: set[str] = set()
    for row in ROWS:
        if row.method != "get" or row.address.startswith("api:"):
            continue
        path, first = reverse(row.address, args=row.fill(stage)), True
        for who in FIRST:
            expected = row.expected[WHO.index(who)]
            # Some pages ask again who it is: `world` has just shown that.
            if expected != SEEN and (expected != LOGIN or who == "nobody"):
                continue
            shape = _shape(as_[who], path)
            if shape and (first or shape - known):
                known |= shape
                found.append(Opened(row.id, who, path))
                first = False
    return found


def _shape(client: Client, path: str) -> set[str]:
    answer = client.get(path)
    html = answer.headers.get("Content-Type", "").startswith("text/html")
    shown = html and not answer.streaming and answer.status_code == SEEN
    text = answer.content.decode() if shown else ""
    answer.close()
    if "</html>" not in text:  # a file, or a part of a page that htmx asks for
        return set()
    reader = _Shape()
    reader.feed(re.sub(r"<!--.*?-->", "", text, flags=re.S))
    return reader.parts


def prove(client: Client) -> None:
    """Let a person have just shown who they are."""
    session = client.session
    session["proven_at"] = stamp(Clock().now())
    session.save()


def cookies(as_: dict[str, Client], address: str) -> dict[str, list[dict[str, str]]]:
    """Return each person's session as a browser keeps it, so that nobody need log in."""
    name = settings.SESSION_COOKIE_NAME
    return {
        who: [{"name": name, "value": client.cookies[name].value, "url": address}]
        for who, client in as_.items()
        if name in client.cookies
    }
