"""A signed statement as PDF, HTML and JSON. Pure: the same statement gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

import typst

from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest
from yesand.provenance.dsse import payload_of
from yesand.royalties.documents.page import page
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.statement import Statement, parse_statement

_TEMPLATE = "statement.typ"


def pdf(
    envelope: Mapping[str, Any], house: str, origin: str, models: Mapping[str, str] | None = None
) -> bytes:
    """Return the statement as a tagged PDF (PDF/UA-1 where the fonts can write every name).

    Only the fonts inside the typesetter are used, so that it looks the same everywhere.

    Parameters
    ----------
    envelope : the signed statement (DSSE); its signature is not checked here.
    house, origin : the name of the house and of its log.
    models : digest → name, for models that have one.
    """
    statement, issuer = _read(envelope, house, origin, models)
    told = json.dumps(words(statement, issuer), ensure_ascii=False)
    end = int(Period.parse(statement.period).end.timestamp())
    template = (files("yesand.royalties.documents") / _TEMPLATE).read_bytes()
    try:
        return _set(template, told, end, "ua-1")
    except typst.TypstError as fault:
        # The profile forbids characters that no font can show (ISO 14289-1 §7.21.8), such as an
        # emoji in a name. The document is tagged all the same.
        if not fault.message.startswith("PDF/UA-1 error"):
            raise
        return _set(template, told, end, None)


def html(
    envelope: Mapping[str, Any], house: str, origin: str, models: Mapping[str, str] | None = None
) -> str:
    """Return the statement as one self-contained HTML page; arguments as of ``pdf``."""
    return page(words(*_read(envelope, house, origin, models)))


def signed_json(envelope: Mapping[str, Any]) -> bytes:
    """Return the signed statement itself, in its canonical bytes."""
    return canonical(dict(envelope)) + b"\n"


def _read(
    envelope: Mapping[str, Any], house: str, origin: str, models: Mapping[str, str] | None
) -> tuple[Statement, Issuer]:
    payload = payload_of(envelope)
    statement = parse_statement(json.loads(payload)["predicate"])
    return statement, Issuer(house, origin, digest(payload), models or {})


def _set(template: bytes, told: str, at: int, standard: Literal["ua-1"] | None) -> bytes:
    made: bytes = typst.compile(
        template,
        format="pdf",
        sys_inputs={"told": told},
        ignore_system_fonts=True,
        timestamp=at,
        pdf_standards=standard,
    )
    return made
