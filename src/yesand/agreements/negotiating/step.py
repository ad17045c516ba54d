"""One word of a negotiation, as it is signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yesand.agreements.drafts import Draft
from yesand.agreements.terms import Terms

PAYLOAD_TYPE = "application/vnd.yes-and.negotiation+json"
OFFERED, COUNTERED, ACCEPTED, DECLINED, TAKEN_BACK, LAPSED = (
    "offered",
    "countered",
    "accepted",
    "declined",
    "taken-back",
    "lapsed",
)


def payload(
    *,
    kind: str,
    thread: str,
    number: int,
    before: str | None,
    at: str,
    parties: Mapping[str, str],
    hand: Mapping[str, Any],
    draft: Mapping[str, Any] | None,
    note: str,
    answer_by: str | None,
    supersedes: str | None,
    agreement: str | None,
) -> dict[str, Any]:
    """Return what is signed.

    Parameters
    ----------
    answer_by : until when an offer or counter-offer may be answered.
    thread : names the negotiation. number : counts its steps from 0. before : the step before.
    parties : ``performer`` and ``producer``, by their public keys (hex).
    supersedes : the agreement that is to be amended. agreement : what was signed, if accepted.
    """
    return {
        "agreement": agreement,
        "answer_by": answer_by,
        "at": at,
        "before": before,
        "draft": dict(draft) if draft is not None else None,
        "hand": dict(hand),
        "kind": kind,
        "note": note,
        "number": number,
        "parties": dict(parties),
        "supersedes": supersedes,
        "thread": thread,
    }


def draft_as_json(draft: Draft) -> dict[str, Any]:
    """Return a draft as a step carries it."""
    return {
        "language": draft.language,
        "summary": draft.summary,
        "template": draft.template,
        "terms": draft.terms.as_json(),
        "text": draft.text,
    }


def draft_of(told: Mapping[str, Any]) -> Draft:
    """Return the draft that a step carries."""
    return Draft(
        told["template"],
        Terms.parse(told["terms"]),
        told["summary"],
        told["text"],
        told["language"],
    )
