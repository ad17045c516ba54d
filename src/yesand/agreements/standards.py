"""The standard agreements, version by version: what each permits and pays.

A version that was ever offered stays here as it was, so that it can be read and compared. What
changes gets the next number, which the terms carry in ``based_on``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from yesand.agreements.terms import MILLION, Amount, Pay, years_later
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

Fields = dict[str, Any]

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
PER_UNIT = {
    "request": Amount.of(_EUR, "0.002"),
    "inference-second": Amount.of(_EUR, "0.0004"),
}
_REALTIME = 15 * MILLION // 2
_RECOGNITION_PAY = Pay(
    session_fee=Amount.of(_EUR, "320"),
    per_unit=PER_UNIT,
    revenue_share_ppm=60_000,
    realtime_multiple_ppm=MILLION,
    minimum_per_period=Amount.of(_EUR, "2"),
    contribution_ppm=210_000,
)
_SYNTHESIS_PAY = Pay(
    session_fee=Amount.of(_EUR, "480"),
    per_unit={**PER_UNIT, "character": Amount.of(_EUR, "0.00003")},
    revenue_share_ppm=100_000,
    realtime_multiple_ppm=_REALTIME,
    minimum_per_period=Amount.of(_EUR, "5"),
    contribution_ppm=210_000,
)
_RESEARCH_PAY = Pay(
    session_fee=Amount.of(_EUR, "320"),
    realtime_multiple_ppm=MILLION,
    contribution_ppm=210_000,
)
_REPLICA_PAY = Pay(
    session_fee=Amount.of(_EUR, "960"),
    per_unit={
        "output-second": Amount.of(_EUR, "0.004"),
        "character": Amount.of(_EUR, "0.0003"),
    },
    revenue_share_ppm=200_000,
    realtime_multiple_ppm=_REALTIME,
    minimum_per_period=Amount.of(_EUR, "20"),
    contribution_ppm=210_000,
)


def _recognition() -> Fields:
    return {
        "use_classes": {UseClass.RECOGNITION, UseClass.EVALUATION},
        "purposes": PURPOSES[UseClass.RECOGNITION],
        "commercial": True,
        "pay": _RECOGNITION_PAY,
    }


def _synthesis() -> Fields:
    return {
        "use_classes": {UseClass.SYNTHESIS, UseClass.EVALUATION},
        "purposes": PURPOSES[UseClass.SYNTHESIS],
        "commercial": True,
        "pay": _SYNTHESIS_PAY,
    }


def _research() -> Fields:
    return {
        "use_classes": {UseClass.RECOGNITION, UseClass.EVALUATION},
        "purposes": {Purpose.RESEARCH},
        "commercial": False,
        "pay": _RESEARCH_PAY,
    }


def _replica() -> Fields:
    """A recognisable voice or face, for one described use, by a signature of its own."""
    return {
        "use_classes": {UseClass.REPLICA},
        "purposes": {Purpose.ENTERTAINMENT, Purpose.ACCESSIBILITY},
        "described_use": "${use}, in “${project}” by ${producer}",
        "approval_per_use": {UseClass.REPLICA},
        "commercial": True,
        "materials": {Material.FEATURES, Material.RAW},
        "security": "encrypted-and-audited",
        "pay": _REPLICA_PAY,
    }


_Made = Callable[[], Fields]
#: Family → its versions, the oldest first.
_VERSIONS: Mapping[str, tuple[_Made, ...]] = {
    # Form 1 of the terms, then form 2: own days, moral rights, breaches, confirmation of deletion.
    "recognition": (lambda: {**_recognition(), "version": 1}, _recognition),
    "synthesis": (lambda: {**_synthesis(), "version": 1}, _synthesis),
    "research": (lambda: {**_research(), "version": 1}, _research),
    "replica": (_replica,),
}
#: Three that may be offered as they are; a replica's has variables to set.
STANDARDS = ("recognition", "synthesis", "research")
ALL = tuple(_VERSIONS)


def versions(family: str) -> tuple[str, ...]:
    """Return the names of all versions of a standard, the oldest first.

    >>> versions("research")
    ('research@1', 'research@2')
    """
    return tuple(f"{family}@{number}" for number in range(1, len(_VERSIONS[family]) + 1))


def fields(name: str, valid_from: date) -> tuple[str, Fields]:
    """Return a standard's family, and the fields of its terms from a day on.

    Raises
    ------
    BadInput : no standard or version of that name.
    """
    family, _, number = name.partition("@")
    known = _VERSIONS.get(family)
    if known is None or name not in (family, *versions(family)):
        every = ", ".join(v for f in ALL for v in (f, *versions(f)))
        raise BadInput(f"No standard terms called {name!r}", remedy=f"Use one of: {every}.")
    nth = int(number or len(known))
    told: Fields = {
        "based_on": f"standard/{family}@{nth}",
        "banned_purposes": _NEVER,
        "modalities": set(Modality),
        "valid_from": valid_from,
        "train_until": years_later(valid_from, 3),
        "valid_until": years_later(valid_from, 5),
        **known[nth - 1](),
    }
    if told.get("version") == 1:
        del told["based_on"]  # which form 1 cannot say
    return family, told
