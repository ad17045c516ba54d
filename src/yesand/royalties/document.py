"""A signed statement as PDF, HTML, CSV and JSON. Pure: the same statement gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest
from yesand.provenance.dsse import payload_of
from yesand.royalties.documents.apart import Sheet
from yesand.royalties.documents.page import page
from yesand.royalties.documents.rows import table
from yesand.royalties.documents.setting import set_pdf
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.stacked import Stacked
from yesand.royalties.statement import Statement, parse_statement

Names = Mapping[str, str]


def sheet(
    envelope: Mapping[str, Any],
    house: str,
    origin: str,
    models: Names | None = None,
    language: str | None = "en",
    previous: Mapping[str, Any] | None = None,
    picture: Stacked | None = None,
) -> Sheet:
    """Return what is to be set for the statement's PDF.

    Parameters
    ----------
    envelope : the signed statement (DSSE); its signature is not checked here.
    house, origin : the name of the house and of its log.
    models : digest → name, for models that have one.
    language : of all but what is signed; English if it is none of ours.
    previous : the signed statement before, to say why this one differs.
    picture : what each model brought in the months up to this one (``stacked.stacked``).
    """
    statement, issuer = _read(envelope, house, origin, models)
    end = int(Period.parse(statement.period).end.timestamp())
    return Sheet(words(statement, issuer, language, _before(previous), picture), end)


def pdf(
    envelope: Mapping[str, Any],
    house: str,
    origin: str,
    models: Names | None = None,
    language: str | None = "en",
    previous: Mapping[str, Any] | None = None,
    picture: Stacked | None = None,
) -> bytes:
    """Return the statement as a tagged PDF, set here and now; arguments as of ``sheet``."""
    made = sheet(envelope, house, origin, models, language, previous, picture)
    return set_pdf(made.told, made.at)


def html(
    envelope: Mapping[str, Any],
    house: str,
    origin: str,
    models: Names | None = None,
    language: str | None = "en",
    previous: Mapping[str, Any] | None = None,
) -> str:
    """Return the statement as one self-contained HTML page; arguments as of ``sheet``."""
    read = _read(envelope, house, origin, models)
    return page(words(*read, language, _before(previous)))


def csv(envelope: Mapping[str, Any]) -> bytes:
    """Return the statement's lines as CSV (RFC 4180), one row a line."""
    payload = payload_of(envelope)
    statement = parse_statement(json.loads(payload)["predicate"])
    return table([(statement, digest(payload))]).encode()


def signed_json(envelope: Mapping[str, Any]) -> bytes:
    """Return the signed statement itself, in its canonical bytes."""
    return canonical(dict(envelope)) + b"\n"


def _before(previous: Mapping[str, Any] | None) -> Statement | None:
    if previous is None:
        return None
    return parse_statement(json.loads(payload_of(previous))["predicate"])


def _read(
    envelope: Mapping[str, Any], house: str, origin: str, models: Mapping[str, str] | None
) -> tuple[Statement, Issuer]:
    payload = payload_of(envelope)
    statement = parse_statement(json.loads(payload)["predicate"])
    return statement, Issuer(house, origin, digest(payload), models or {})
