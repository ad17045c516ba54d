"""Ready drafts: the standards, a public corpus's own licence, and terms for a trial."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from yesand.agreements import standards, wording
from yesand.agreements.drafts import Draft, filled
from yesand.agreements.drafts import variables as variables_of
from yesand.agreements.standards import PER_UNIT, PURPOSES, STANDARDS
from yesand.agreements.terms import MILLION, WORLD, Pay, Terms
from yesand.agreements.vocabulary import Material, Modality, UseClass
from yesand.kernel.errors import BadInput

__all__ = [
    "PURPOSES",
    "STANDARDS",
    "asks_for",
    "corpora",
    "corpus_licence",
    "draft",
    "standard",
    "trial",
]

_TRIAL_PAY = Pay(
    per_unit=PER_UNIT,
    revenue_share_ppm=60_000,
    realtime_multiple_ppm=MILLION,
    contribution_ppm=100_000,
)


def draft(template: str, terms: Terms, language: str = "en") -> Draft:
    """Put terms into words, ready to sign.

    Raises
    ------
    BadInput : agreements cannot be worded in that language.
    """
    words = wording.summary(terms, language), wording.text(terms, language)
    return Draft(template, terms, *words, language)


def standard(
    name: str,
    valid_from: date,
    *,
    pay: Pay | None = None,
    territories: Iterable[str] = (WORLD,),
    language: str = "en",
    variables: Mapping[str, str] | None = None,
    **terms: Any,
) -> Draft:
    """Return a standard agreement: ``recognition``, ``synthesis``, ``research`` or ``replica``.

    Training ends after three years and everything after five. A version of it is named by its
    number, as ``recognition@1``; else it is the newest.

    Parameters
    ----------
    variables : what only the parties know, by the names that the template has for it.
    terms : further fields of the terms, in which this agreement differs.

    Raises
    ------
    BadInput : no standard of that name, a field that does not hold, or no such language.
    """
    family, fields = standards.fields(name, valid_from)
    fields["territories"] = set(territories)
    if pay is not None:
        fields["pay"] = pay
    fields |= terms
    if "described_use" in fields:
        fields["described_use"] = filled(fields["described_use"], variables or {})
    return draft(f"standard/{family}", Terms.parse(fields, where=f"standard {name}"), language)


def asks_for(name: str) -> tuple[str, ...]:
    """Return the names of what only the parties know, where a standard agreement asks for it.

    >>> asks_for("replica")
    ('use', 'project', 'producer')
    """
    return variables_of(str(standards.fields(name, date.max)[1].get("described_use", "")))


def corpus_licence(corpus: str, valid_from: date, given: Mapping[str, Any] | None = None) -> Draft:
    """Return a public corpus's own licence as terms. Of an unknown corpus nothing is permitted.

    Parameters
    ----------
    given : fields of the terms that the caller knows better (a CSV's own licence).
    """
    known = corpora().get(corpus, corpora()["unknown"])
    fields = {
        "corpus": known["name"] or corpus,
        "corpus_licence": known["licence"],
        "attribution": known["attribution"],
        "valid_from": valid_from,
        "valid_until": None,
        "train_until": None,
        "suspended_in_strike": False,
        "credit": False,
        **known["terms"],
        **(given or {}),
    }
    return draft(f"licence/{corpus}", Terms.parse(fields, where=f"licence of {corpus}"))


def trial(use_class: UseClass, licence: Terms, valid_from: date) -> Draft:
    """Return trial terms over a public corpus: for this house only, its own licence kept.

    Raises
    ------
    BadInput : a replica, which nobody may try out without the person's own signature.
    """
    if use_class not in PURPOSES:
        raise BadInput(f"No trial terms for {use_class}", remedy="Ask the performer to sign.")
    terms = Terms(
        use_classes=frozenset({use_class, UseClass.EVALUATION}),
        purposes=PURPOSES[use_class],
        modalities=licence.modalities or frozenset(Modality),
        materials=frozenset(Material),
        territories=frozenset({WORLD}),
        commercial=True,
        valid_from=valid_from,
        valid_until=None,
        train_until=None,
        pay=_TRIAL_PAY,
        corpus=licence.corpus,
        corpus_licence=licence.corpus_licence,
        attribution=licence.attribution,
        share_alike=licence.share_alike,
        trial=True,
    )
    return draft(f"trial/{use_class}", terms)


@cache
def corpora() -> dict[str, Any]:
    """Return what is known of public corpora and their licences (``corpora.json``)."""
    found: dict[str, Any] = json.loads(
        (files("yesand.agreements") / "corpora.json").read_text("utf-8")
    )
    return found
