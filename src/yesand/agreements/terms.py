"""Terms: the typed, closed list of what is permitted, for what, where, when, for how much.

Field by field after the terms found in real performer–AI agreements; every default protects the
performer. Terms are plain data: ``decision.decide`` reads the permissions, ``royalties`` the pay.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from yesand.agreements.contradictions import contradictions
from yesand.agreements.days import day_of, last_moment, zones
from yesand.agreements.faults import contradicted, in_words
from yesand.agreements.pay import MILLION, Amount, Basis, Flag, Part, Pay, Ppm, Whole
from yesand.agreements.places import WORLD, countries
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of

__all__ = [
    "MILLION",
    "SINCE_TWO",
    "TERRITORIES",
    "WORLD",
    "Amount",
    "Basis",
    "Pay",
    "Ppm",
    "Terms",
    "Withdrawing",
    "years_later",
]

TERRITORIES = countries()
#: What terms of form 1 did not say yet; of ``withdrawing``, its parts.
SINCE_TWO = frozenset(
    "based_on described_use zone majority_on moral_rights_waived breach_notice_hours "
    "pays_while_in_use withdrawing.delete_replica_days withdrawing.confirm_deletion".split()
)


def _territory(code: str) -> str:
    if code != WORLD and code not in TERRITORIES:
        raise ValueError(f"{code!r} is not an ISO 3166-1 alpha-2 country code")
    return code


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of text, without control characters")
    return text


def _zone(name: str) -> str:
    if name not in zones():
        raise ValueError(f"{name!r} is not an IANA time zone, such as Europe/Berlin")
    return name


Territory = Annotated[str, AfterValidator(_territory)]
#: A clause of the text is a paragraph, so that no term may begin another.
Line = Annotated[str, AfterValidator(_line)]
Zone = Annotated[str, AfterValidator(_zone)]
Days = Annotated[Whole, Field(ge=0, le=3650)]


def years_later(day: date, years: int) -> date:
    """Return the same day some years later; 29 February becomes the 28th where there is none."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _after(years: int) -> Any:
    """Return what ends that many years after the terms begin, if nothing else is said."""

    def ends(told: dict[str, Any]) -> date | None:
        begins, until = told.get("valid_from"), told.get("valid_until")
        if begins is None or told.get("version") == 1:
            return None
        end = years_later(begins, years)
        return min(end, until) if until else end

    return ends


class Withdrawing(Part):
    """What must happen after a withdrawal, in days from it."""

    stop_training_days: Days = 0
    notify_days: Days = 7
    delete_recordings_days: Days = 30
    retrain_or_retire_days: Days = 180
    delete_replica: Flag = True
    delete_replica_days: Days = 30
    confirm_deletion: Flag = True


class Terms(Part):
    """Everything that an agreement permits and promises. What is not named is not licensed.

    Training ends after three years and everything after five, unless other days are named.

    >>> import yesand
    >>> terms = yesand.Terms(valid_from="2026-01-01", purposes=["research"], territories=["DE"])
    >>> terms.commercial, sorted(map(str, terms.banned_purposes)), str(terms.train_until)
    (False, ['adult', 'political'], '2029-01-01')
    """

    version: Literal[1, 2] = 2
    #: The standard agreement and its version that the terms began from.
    based_on: Annotated[Line, Field(max_length=80)] = ""
    # Permission
    use_classes: frozenset[UseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    banned_purposes: frozenset[Purpose] = frozenset({Purpose.POLITICAL, Purpose.ADULT})
    #: Reasonably specific, in words (California Labor Code § 927, AB 2602); a replica needs it.
    described_use: Annotated[Line, Field(max_length=2_000)] = ""
    approval_per_use: frozenset[UseClass] = frozenset({UseClass.REPLICA})
    modalities: frozenset[Modality] = frozenset()
    materials: frozenset[Material] = frozenset({Material.FEATURES})
    territories: frozenset[Territory] = frozenset()
    commercial: Flag = False
    exclusive: Flag = False
    onward_licensing: Flag = False
    # Time
    zone: Zone = "UTC"
    valid_from: date
    valid_until: date | None = Field(default_factory=_after(5))
    train_until: date | None = Field(default_factory=_after(3))
    suspended_in_strike: Flag = True
    # Pay
    pay: Pay = Pay()
    #: No terms can say otherwise: royalties go on until the last model is out of service.
    pays_while_in_use: Literal[True] = True
    # Control and credit
    withdrawing: Withdrawing = Withdrawing()
    notice_days: Days = 30
    credit: Flag = True
    no_derogatory_use: Flag = True
    moral_rights_waived: Flag = False
    third_party_training_notice: Flag = True
    security: Literal["encrypted-at-rest", "encrypted-and-audited"] = "encrypted-at-rest"
    breach_notice_hours: Annotated[Whole, Field(ge=1, le=720)] = 72
    report_every_months: Annotated[Whole, Field(ge=1, le=12)] = 1
    post_mortem: Flag = False
    # Who stood by
    minor: Flag = False
    #: The day on which a minor comes of age: from then on only their own signature permits.
    majority_on: date | None = None
    represented_by: Literal["none", "counsel", "union", "guardian"] = "none"
    # A public corpus carries its own licence as terms
    corpus: str = ""
    corpus_licence: str = ""
    attribution: str = ""
    share_alike: Flag = False
    # Trial terms stand in for consent that nobody gave: never outside this house
    trial: Flag = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = contradictions(self)
        if found:
            raise contradicted(found)
        return self

    @classmethod
    def parse(cls, value: Any, *, where: str = "terms") -> Terms:
        """Read terms from JSON data.

        Raises
        ------
        BadInput : with every field that is wrong, and what it may be.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as fault:
            raise BadInput(
                f"Terms that do not hold: {in_words(fault, 'terms')}",
                where=where,
                remedy="Change what is named; docs/terms.md lists every term and what it may be.",
            ) from fault

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON with every set in order, so that equal terms have equal bytes.

        Terms of form 1 say what they said when they were signed, and nothing that came later.
        """
        plain: dict[str, Any] = _sorted(self.model_dump(mode="json"))
        if self.version == 1:
            for name in SINCE_TWO:
                outer, _, inner = name.partition(".")
                (plain[outer] if inner else plain).pop(inner or outer)
        return plain

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes."""
        return digest_of(self.as_json())

    @property
    def replica_alone(self) -> bool:
        """Whether a replica is all that they license, so that it was signed for by itself."""
        return self.use_classes == {UseClass.REPLICA}

    @property
    def licensed(self) -> frozenset[UseClass]:
        """The use classes that can be permitted: a replica beside others has no own signature."""
        return self.use_classes if self.replica_alone else self.use_classes - {UseClass.REPLICA}

    def day_of(self, moment: datetime) -> date:
        """Return the day of the agreement that a moment lies in."""
        return day_of(moment, self.zone)

    def in_term(self, moment: datetime) -> bool:
        """Tell whether they have begun and are not over."""
        day = self.day_of(moment)
        over = self.valid_until is not None and day > self.valid_until
        return self.valid_from <= day and not over and not self.of_age(day)

    def training_over(self, on: date) -> bool:
        """Tell whether the last day for training ends before a day in UTC does."""
        return self.train_until is not None and self.day_of(last_moment(on)) > self.train_until

    def of_age(self, day: date) -> bool:
        """Tell whether a minor's guardian signed what the performer must now sign themselves."""
        return self.majority_on is not None and day >= self.majority_on


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted(v) for k, v in value.items()}
    return sorted(value) if isinstance(value, list) else value
