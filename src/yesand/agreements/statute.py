"""What the law forbids whatever anybody signed. A denial from here cannot be consented away.

A requirement as we read it, from secondary sources; not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.clause import Clause, Request
from yesand.agreements.terms import WORLD
from yesand.agreements.vocabulary import Purpose, UseClass

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
#: The European Economic Area; and everywhere, which it is part of.
EEA = frozenset([*_EU.split(), "IS", "LI", "NO"])
#: Systems that infer emotion, or are measured at doing so. Synthesis infers nobody's emotion.
INFERRING = frozenset({UseClass.RECOGNITION, UseClass.EVALUATION})
SETTINGS = {Purpose.WORKPLACE: "at work", Purpose.EDUCATION: "in education"}


def forbidden(request: Request) -> Iterator[Clause]:
    """Yield the statutory bans that a request falls under.

    Regulation (EU) 2024/1689 (AI Act), Art. 5(1)(f): no inferring of emotions of a natural person
    in the areas of workplace and education institutions. Its exception for medical or safety
    reasons is never assumed.
    """
    where = SETTINGS.get(request.purpose)
    if where and request.use_class in INFERRING and request.territory in EEA | {WORLD}:
        yield Clause(
            "statute",
            "EU AI Act Art. 5(1)(f)",
            f"inferring emotions {where} is banned by law there; nobody can consent to it",
        )
