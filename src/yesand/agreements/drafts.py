"""A draft: terms with the words that say them, ready to be signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.agreements.terms import Terms

PAYLOAD_TYPE = "application/vnd.yes-and.agreement+json"


@dataclass(frozen=True)
class Draft:
    """What both parties read before they sign. The summary comes first and in plain language."""

    template: str
    terms: Terms
    summary: str
    text: str
    language: str = "en"

    def payload(
        self,
        kind: str,
        performer: str,
        producer: str,
        supersedes: str | None,
        signatories: Sequence[Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Return what is signed. Parties are named by their public keys (hex).

        Parameters
        ----------
        signatories : by whose hand each party signed, and in which capacity
            (`yesand.agreements.signing.hand`); agreements of old do not say.
        """
        told = {} if signatories is None else {"signatories": [dict(s) for s in signatories]}
        return {
            **told,
            "kind": kind,
            "language": self.language,
            "performer": performer,
            "producer": producer,
            "summary": self.summary,
            "supersedes": supersedes,
            "template": self.template,
            "terms": self.terms.as_json(),
            "text": self.text,
        }
