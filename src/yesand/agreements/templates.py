"""Ready drafts: the three standards, a public corpus's own licence, and terms for a trial."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from yesand.agreements import wording
from yesand.agreements.drafts import Draft
from yesand.agreements.terms import MILLION, WORLD, Amount, Pay, Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

_NEVER = {Purpose.POLITICAL, Purpose.ADULT, Purpose.WORKPLACE, Purpose.EDUCATION}
_OPEN = {
    Purpose.EMOTION_RECOGNITION,
    Purpose.VOICE_ASSISTANT,
    Purpose.ENTERTAINMENT,
    Purpose.HEALTH,
    Purpose.ACCESSIBILITY,
    Purpose.RESEARCH,
}
#: Purposes that go with a use class, in the standards and in trials.
PURPOSES: Mapping[UseClass, frozenset[Purpose]] = {
    UseClass.RECOGNITION: frozenset(_OPEN),
    UseClass.SYNTHESIS: frozenset(_OPEN - {Purpose.EMOTION_RECOGNITION, Purpose.HEALTH}),
    UseClass.EVALUATION: frozenset({Purpose.RESEARCH, Purpose.EMOTION_RECOGNITION}),
}
_EUR = "EUR"
_PER_UNIT = {
    "request": Amount.of(_EUR, "0.002"),
    "inference-second": Amount.of(_EUR, "0.0004"),
}
_RECOGNITION_PAY = Pay(
    session_fee=Amount.of(_EUR, "320"),
    per_unit=_PER_UNIT,
    revenue_share_ppm=60_000,
    minimum_per_period=Amount.of(_EUR, "2"),
    contribution_ppm=210_000,
)
_SYNTHESIS_PAY = Pay(
    session_fee=Amount.of(_EUR, "480"),
    per_unit={**_PER_UNIT, "character": Amount.of(_EUR, "0.00003")},
    revenue_share_ppm=100_000,
    realtime_multiple_ppm=15 * MILLION // 2,
    minimum_per_period=Amount.of(_EUR, "5"),
    contribution_ppm=210_000,
)
_RESEARCH_PAY = Pay(session_fee=Amount.of(_EUR, "320"), contribution_ppm=210_000)
_TRIAL_PAY = Pay(per_unit=_PER_UNIT, revenue_share_ppm=60_000, contribution_ppm=100_000)

_STANDARDS: Mapping[str, dict[str, Any]] = {
    "recognition": {
        "use_classes": {UseClass.RECOGNITION, UseClass.EVALUATION},
        "purposes": PURPOSES[UseClass.RECOGNITION],
        "commercial": True,
        "pay": _RECOGNITION_PAY,
    },
    "synthesis": {
        "use_classes": {UseClass.SYNTHESIS, UseClass.EVALUATION},
        "purposes": PURPOSES[UseClass.SYNTHESIS],
        "commercial": True,
        "pay": _SYNTHESIS_PAY,
    },
    "research": {
        "use_classes": {UseClass.RECOGNITION, UseClass.EVALUATION},
        "purposes": {Purpose.RESEARCH},
        "commercial": False,
        "pay": _RESEARCH_PAY,
    },
}
STANDARDS = tuple(_STANDARDS)


def draft(template: str, terms: Terms) -> Draft:
    """Put terms into words, ready to sign."""
    return Draft(template, terms, wording.summary(terms), wording.text(terms))


def standard(
    name: str,
    valid_from: date,
    *,
    pay: Pay | None = None,
    territories: Iterable[str] = (WORLD,),
) -> Draft:
    """Return a standard agreement: ``recognition``, ``synthesis`` or ``research``.

    Training ends after three years and everything after five.

    Raises
    ------
    BadInput : no standard of that name, or a territory that is none.
    """
    chosen = _STANDARDS.get(name)
    if chosen is None:
        raise BadInput(f"No standard terms called {name!r}", remedy=f"Use {', '.join(STANDARDS)}.")
    fields = {
        **chosen,
        "banned_purposes": _NEVER,
        "modalities": set(Modality),
        "territories": set(territories),
        "valid_from": valid_from,
        "train_until": years_later(valid_from, 3),
        "valid_until": years_later(valid_from, 5),
    }
    if pay is not None:
        fields["pay"] = pay
    return draft(f"standard/{name}", Terms.parse(fields, where=f"standard {name}"))


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


def years_later(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
