"""A draft: terms with the words that say them, ready to be signed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.agreements.terms import Terms
from yesand.agreements.tongue import LANGUAGES
from yesand.kernel.errors import BadInput

PAYLOAD_TYPE = "application/vnd.yes-and.agreement+json"


#: Stands in a template for what only the parties know.
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def variables(*words: str) -> tuple[str, ...]:
    """Return the names of the variables in a template's words, each once.

    >>> variables("A voice for ${project} by ${producer}, named ${project}.")
    ('project', 'producer')
    """
    return tuple(dict.fromkeys(name for text in words for name in _VARIABLE.findall(text)))


def filled(words: str, values: Mapping[str, str]) -> str:
    """Return a template's words with the variables that are set; the others stay."""
    return _VARIABLE.sub(lambda found: values.get(found[1], "").strip() or found[0], words)


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

        Raises
        ------
        BadInput : a variable of the template is not set, or there is no such language.
        """
        self.check()
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

    @property
    def unset(self) -> tuple[str, ...]:
        """The template's variables that nobody has set."""
        return variables(self.text, self.summary)

    def check(self) -> None:
        """Check that these are words to sign.

        Raises
        ------
        BadInput : a variable of the template is not set, or there is no such language.
        """
        if self.unset:
            raise BadInput(
                f"Not set in this template: {', '.join(self.unset)}",
                where=self.template,
                remedy="Set every variable before it is offered or signed.",
            )
        if self.language not in LANGUAGES:
            raise BadInput(
                f"No agreement is worded in {self.language!r}",
                where=self.template,
                remedy=f"Use {', '.join(LANGUAGES)}.",
            )
