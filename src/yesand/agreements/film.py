"""A take that shows the face is a video, and so it holds the voice as well.

Whoever is given the file has both. So a request for the face is put to the terms twice, as it is
and for the voice, with all that was withdrawn and suspended, and only two permits are one.
"""

from __future__ import annotations

from dataclasses import replace

from yesand.agreements.clause import Clause, Request
from yesand.agreements.decision import Decision
from yesand.agreements.vocabulary import Modality

_WHY = Clause("medium", "video", "a video holds the voice too, which is not permitted")


def with_it(modality: Modality) -> tuple[Modality, ...]:
    """Return what a file of that modality holds: a video of the face the voice too."""
    return (modality, Modality.VOICE) if modality == Modality.FACE else (modality,)


def aloud(request: Request) -> Request:
    """Return the same request for the voice."""
    return replace(request, modality=Modality.VOICE)


def asked_with(request: Request) -> tuple[Request, ...]:
    """Return all that must be permitted for the takes that a request can reach."""
    return tuple(replace(request, modality=each) for each in with_it(request.modality))


def of_film(seen: Decision, heard: Decision) -> Decision:
    """Return the decision on a video, of those on its picture and on its sound.

    A denial is told of the picture where that is denied, and else of the sound.
    """
    if not seen.permit:
        return seen
    if not heard.permit:
        return Decision(False, (_WHY, *heard.clauses))
    more = tuple(clause for clause in heard.clauses if clause not in seen.clauses)
    return Decision(True, (*seen.clauses, *more))
