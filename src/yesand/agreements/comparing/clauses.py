"""The clauses of an agreement's text, each with the field of the terms that it sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements import wording
from yesand.agreements.terms import Terms

_ANY = Terms.model_validate({"valid_from": "2000-01-01"})


@dataclass(frozen=True)
class Clause:
    """One clause as it was worded."""

    field: str
    heading: str
    says: str


@dataclass(frozen=True)
class Worded:
    """Terms as plain JSON with the text that says them: of an agreement, an offer, a counter."""

    terms: Mapping[str, Any]
    text: str

    @classmethod
    def of(cls, terms: Terms, language: str = "en") -> Worded:
        """Put terms into words."""
        return cls(terms.as_json(), wording.text(terms, language))

    def clauses(self) -> dict[str, Clause]:
        """Return the clauses by their fields; a paragraph without one is named by its words."""
        found = (Clause(p.field, p.title, p.says) for p in wording.passages(self.text, self.terms))
        return {clause.field or clause.says: clause for clause in found if clause.says}


def heading(name: str, language: str = "en") -> str:
    """Return what the clause of a field is called."""
    return wording.heading(name, language)


def sentence(name: str, value: bool, language: str = "en") -> str:
    """Return what the clause of a field says where it is granted or promised, or where not."""
    return wording.sentence(_ANY.model_copy(update={name: value}), name, language)
