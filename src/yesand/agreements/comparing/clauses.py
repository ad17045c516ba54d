"""The clauses of an agreement's text, each with the field of the terms that it sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements import wording
from yesand.agreements.terms import Terms

#: ``3. What for. They may be used for research only. [purposes = ["research"]]`` (``wording``).
_CLAUSE = re.compile(r"\d+\. (?P<heading>[^.]+)\. (?P<says>.*?) \[(?P<field>\w+) = .*\]\Z", re.S)
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
    def of(cls, terms: Terms) -> Worded:
        """Put terms into words."""
        return cls(terms.as_json(), wording.text(terms))

    def clauses(self) -> dict[str, Clause]:
        """Return the clauses by their fields; a paragraph without one is named by its words."""
        found = (_clause(paragraph) for paragraph in filter(None, self.text.split("\n\n")))
        return {clause.field or clause.says: clause for clause in found}


def heading(name: str, language: str = "en") -> str:
    """Return what the clause of a field is called."""
    return wording.SENTENCES[name][0]


def sentence(name: str, value: bool, language: str = "en") -> str:
    """Return what the clause of a field says where it is granted or promised, or where not."""
    return wording.sentence(_ANY.model_copy(update={name: value}), name)


def _clause(paragraph: str) -> Clause:
    found = _CLAUSE.match(paragraph)
    return (
        Clause(found["field"], found["heading"], found["says"])
        if found
        else Clause("", "", paragraph)
    )
