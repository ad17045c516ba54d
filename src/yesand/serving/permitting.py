"""May this be answered: a use as a request states it, decided by the law and the gate's permission.

It is the decision of ``agreements``, asked again at each answer: the manifest's own request says
what all its performers' terms permitted, and nothing else is licensed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from yesand.agreements.clause import Clause, Request
from yesand.agreements.decision import decide
from yesand.agreements.faults import in_words
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import BadInput
from yesand.serving.errors import NotPermitted


class Setting(StrEnum):
    """Where the person is who is heard."""

    WORKPLACE = "workplace"
    EDUCATION = "education"
    ELSEWHERE = "elsewhere"
    UNKNOWN = ""


class Reason(StrEnum):
    """On which of the two reasons of the Act's exception a use relies."""

    NONE = ""
    MEDICAL = "medical"
    SAFETY = "safety"


#: A setting as the vocabulary of terms names it.
_AS_PURPOSE = {Setting.WORKPLACE: Purpose.WORKPLACE, Setting.EDUCATION: Purpose.EDUCATION}


@dataclass(frozen=True)
class Use:
    """What an answer is for, where, and in which setting. What is left out is unknown: denied.

    Attributes
    ----------
    territory : ISO 3166-1 code of where the heard person is; ``*``: anywhere.
    commercial : whether money is made with it; if that is not said, it is.

    >>> from yesand.serving import Use
    >>> Use.parse({"purpose": "entertainment", "territory": "DE", "setting": "elsewhere"}).territory
    'DE'
    """

    purpose: Purpose
    territory: str = "*"
    setting: Setting = Setting.UNKNOWN
    commercial: bool = True
    reason: Reason = Reason.NONE

    @classmethod
    def parse(cls, value: Any) -> Use:
        """Read a use from JSON data.

        Raises
        ------
        NotPermitted : nothing is said of what it is for. BadInput : with every field that is wrong.
        """
        if isinstance(value, dict) and not value.get("purpose"):
            raise NotPermitted(
                [Clause("purposes", "none", "no purpose is stated: unknown is deny")]
            )
        try:
            return _USE.validate_python(value, extra="forbid")
        except ValidationError as fault:
            raise BadInput(f"A use that does not hold: {in_words(fault)}", where="use") from fault


_USE = TypeAdapter(Use)


@dataclass(frozen=True)
class Permission:
    """What a manifest's takes were permitted for, as the gate was asked and as terms say it."""

    asked: Request
    terms: Terms

    @classmethod
    def of(cls, manifest: SignedManifest) -> Permission:
        """Return what a manifest permits: its own request, no wider."""
        asked = manifest.asked()
        return cls(asked, _terms(asked, trial=manifest.trial))

    def check(self, licensee: str, use: Use, at: datetime) -> None:
        """Check that a model of this manifest may answer for this use.

        Parameters
        ----------
        licensee : whose deployment it is.

        Raises
        ------
        NotPermitted : with every clause against it, the law's first.
        """
        against = list(dict.fromkeys(self._against(licensee, use, at)))
        if against:
            raise NotPermitted(against)

    def _against(self, licensee: str, use: Use, at: datetime) -> Iterator[Clause]:
        if use.setting is Setting.UNKNOWN:
            reason = "where the heard person is, is not stated: unknown is deny"
            yield Clause("setting", "none", reason)
        for purpose in _purposes(use):
            request = replace(
                self.asked,
                licensee=licensee,
                purpose=purpose,
                use_class=UseClass.RECOGNITION,
                territory=use.territory,
                commercial=use.commercial,
                at=at,
            )
            decision = decide(self.terms, request)
            yield from () if decision.permit else decision.clauses


def _purposes(use: Use) -> list[Purpose]:
    """Return what must be permitted, each by itself: the setting, and what it is done for.

    Regulation (EU) 2024/1689 (AI Act), Art. 5(1)(f), excepts from its ban a system that is
    "intended to be put in place or into the market for medical or safety reasons". Medical reasons
    are relied on only where they are claimed and ``health`` is what the gate permitted. Safety is
    no purpose that terms can name, so no terms permit it. The exception as we read it, narrowly
    (Recital 44); not legal advice.
    """
    setting = _AS_PURPOSE.get(use.setting)
    medical = use.reason is Reason.MEDICAL and use.purpose is Purpose.HEALTH
    return [use.purpose] if setting is None or medical else [setting, use.purpose]


def _terms(asked: Request, *, trial: bool) -> Terms:
    return Terms(
        valid_from=asked.at.date(),
        valid_until=None,
        train_until=None,
        # Nothing but reading emotion is done here; a replica's own conditions do not arise.
        use_classes=frozenset({asked.use_class}) & {UseClass.RECOGNITION},
        approval_per_use=frozenset(),
        purposes=frozenset({asked.purpose}),
        banned_purposes=frozenset({Purpose.POLITICAL, Purpose.ADULT}) - {asked.purpose},
        modalities=frozenset({asked.modality}),
        materials=frozenset({asked.material}),
        territories=frozenset({asked.territory}),
        commercial=asked.commercial,
        suspended_in_strike=False,
        trial=trial,
    )
