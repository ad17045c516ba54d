"""Setting a statement's words as a PDF: the same words are the same bytes, wherever it is done.

Run as a program, it reads what to set from its input and writes the PDF to its output, and imports
nothing but the typesetter: a document takes neither a request's thread nor its memory.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from typing import Any, Literal

import typst


def template(told: dict[str, Any]) -> bytes:
    """Return how a document is laid out: a statement, or what ``layout`` names."""
    name = {"invoice": "invoice.typ"}.get(told.get("layout", ""), "statement.typ")
    return (files("yesand.royalties.documents") / name).read_bytes()


def set_pdf(told: dict[str, Any], at: int) -> bytes:
    """Return words as a tagged PDF (PDF/UA-1 where the fonts can write every name).

    Only the fonts inside the typesetter are used, so that it looks the same everywhere.

    Parameters
    ----------
    told : from ``wording.words``. at : the moment that the document bears, in seconds since 1970.
    """
    words, layout = json.dumps(told, ensure_ascii=False), template(told)
    try:
        return _set(layout, words, at, "ua-1")
    except typst.TypstError as fault:
        # The profile forbids characters that no font can show (ISO 14289-1 §7.21.8), such as an
        # emoji in a name. The document is tagged all the same.
        if not fault.message.startswith("PDF/UA-1 error"):
            raise
        return _set(layout, words, at, None)


def _set(layout: bytes, words: str, at: int, standard: Literal["ua-1"] | None) -> bytes:
    made: bytes = typst.compile(
        layout,
        format="pdf",
        sys_inputs={"told": words},
        ignore_system_fonts=True,
        timestamp=at,
        pdf_standards=standard,
    )
    return made


if __name__ == "__main__":
    given = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(set_pdf(given["told"], given["at"]))
