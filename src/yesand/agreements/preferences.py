"""What terms prefer, in the words of the IETF's AI Preferences (AIPREF).

draft-ietf-aipref-vocab-08 knows two categories. ``train-ai`` is training of models "used to
generate synthetic content": it says nothing of classifiers of emotion, which therefore only the
agreement and the gate govern. ``search`` is never stated: recordings are not shown to robots.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yesand.agreements.mining import mining
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality
from yesand.provenance.credentials.mining import Aim, Use


def usage(standings: Iterable[Standing], modality: Modality, on: date) -> str:
    """Return the value of ``Content-Usage`` for content under these agreements.

    ``y`` is for everybody and without conditions, so all must allow it so. Nothing is ``n``.

    >>> usage([], Modality.VOICE, date(2026, 10, 1))
    'train-ai=n'
    """
    said = [mining(s, modality, on).said[Aim.AI_GENERATIVE_TRAINING].use for s in standings]
    freely = bool(said) and all(use == Use.ALLOWED for use in said)
    return f"train-ai={'y' if freely else 'n'}"
