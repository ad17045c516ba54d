"""An answer before it is written down: a text, and what hangs below it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Row:
    """One figure or fact, and the page that it comes from."""

    name: str
    value: str
    address: str = ""


@dataclass(frozen=True)
class Link:
    """Where to go on, or where it stands."""

    label: str
    address: str


@dataclass(frozen=True)
class Quote:
    """Words of a document, shown as such and never obeyed."""

    title: str
    text: str
    address: str


@dataclass(frozen=True)
class Wish:
    """Something of consequence: it is done only when the person clicks."""

    tool: str
    slots: dict[str, Any]
    says: str


@dataclass(frozen=True)
class Reply:
    """What Heidi answers.

    Parameters
    ----------
    suggestions : what the person could say next, as buttons.
    offers_human : the answer is not known; the question may go to the producer.
    """

    text: str
    rows: tuple[Row, ...] = ()
    links: tuple[Link, ...] = ()
    quotes: tuple[Quote, ...] = ()
    wishes: tuple[Wish, ...] = ()
    suggestions: tuple[str, ...] = ()
    offers_human: bool = False

    def cards(self) -> dict[str, Any]:
        """Return all but the text and the wishes as plain JSON, without what is empty."""
        plain = asdict(self)
        plain.pop("text"), plain.pop("wishes")
        return {name: value for name, value in plain.items() if value}

    def before(self, words: str) -> Reply:
        """Return the reply with words before it."""
        return replace(self, text=f"{words} {self.text}")


@dataclass(frozen=True)
class Call:
    """One line of the trace: who called which tool, with what, and whether it was let."""

    tool: str
    by: str  # router, model, click
    slots: dict[str, Any] = field(default_factory=dict)
    refused: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)
