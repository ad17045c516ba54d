"""Terms: the typed, closed list of what is permitted, for what, where, when, for how much.

Field by field after the terms found in real performer–AI agreements; every default protects the
performer. Terms are plain data: ``decision.decide`` reads the permissions, ``royalties`` the pay.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from babel import Locale
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money, exponent

_REGIONS = frozenset(map(str, Locale("en").territories))
TERRITORIES = frozenset(r for r in _REGIONS if len(r) == 2) - {"EU", "ZZ"}
WORLD = "*"
MILLION = 1_000_000


def _territory(code: str) -> str:
    if code != WORLD and code not in TERRITORIES:
        raise ValueError(f"{code!r} is not an ISO 3166-1 alpha-2 country code")
    return code


def _currency(code: str) -> str:
    try:
        exponent(code)
    except BadInput as fault:
        raise ValueError(fault.what) from fault
    return code


Territory = Annotated[str, AfterValidator(_territory)]
Currency = Annotated[str, AfterValidator(_currency)]
#: Parts in a million, as an integer.
Ppm = Annotated[int, Field(ge=0, le=MILLION)]
Days = Annotated[int, Field(ge=0, le=3650)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Amount(_Part):
    """An amount of money in micro-units (10⁻⁶ of the major unit)."""

    currency: Currency
    micro: Annotated[int, Field(ge=0, lt=2**53)]

    @classmethod
    def of(cls, currency: str, major: str) -> Amount:
        """Read a decimal amount in major units."""
        return cls(currency=currency, micro=Money.of(currency, major).micro)

    def money(self) -> Money:
        """Return it as money."""
        return Money(self.currency, self.micro)


class Basis(_Part):
    """How a pool is shared out, by weight (parts in a million; they add up to a million)."""

    reliance: Ppm = MILLION
    minutes: Ppm = 0
    equal: Ppm = 0

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.reliance + self.minutes + self.equal != MILLION:
            raise ValueError("the weights of the basis must add up to 1,000,000")
        return self


class Pay(_Part):
    """What the performer is paid. The pool of one unit of usage is shared by ``basis``.

    Attributes
    ----------
    session_fee : once per session.
    per_unit : usage unit (``royalties.units``) → the pool's price for one such unit.
    revenue_share_ppm : the pool's part of declared revenue (usage unit ``revenue``, micro-units).
    realtime_multiple_ppm : what real-time generation counts (7.5 × is 7,500,000).
    fallback : how the reliance part is shared while no report sets shares.
    minimum_per_period : topped up to this in any month in which a model of theirs is in service.
    contribution_ppm : to the pension and health fund, on top of the pay and never out of it.
    """

    currency: Currency = "EUR"
    session_fee: Amount | None = None
    per_unit: dict[str, Amount] = Field(default_factory=dict)
    revenue_share_ppm: Ppm = 0
    realtime_multiple_ppm: Annotated[int, Field(ge=MILLION, le=100 * MILLION)] = MILLION
    basis: Basis = Basis()
    fallback: Literal["equal", "minutes"] = "minutes"
    minimum_per_period: Amount | None = None
    contribution_ppm: Ppm = 0

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        amounts = [*self.per_unit.values(), self.session_fee, self.minimum_per_period]
        if any(a is not None and a.currency != self.currency for a in amounts):
            raise ValueError(f"all amounts must be in {self.currency}")
        return self


class Withdrawing(_Part):
    """What must happen after a withdrawal, in days from it."""

    stop_training_days: Days = 0
    notify_days: Days = 7
    delete_recordings_days: Days = 30
    retrain_or_retire_days: Days = 180
    delete_replica: bool = True


class Terms(_Part):
    """Everything that an agreement permits and promises. What is not named is not licensed.

    >>> import yesand
    >>> terms = yesand.Terms(valid_from="2026-01-01", purposes=["research"], territories=["DE"])
    >>> terms.commercial, sorted(map(str, terms.banned_purposes))
    (False, ['adult', 'political'])
    """

    version: Literal[1] = 1
    # Permission
    use_classes: frozenset[UseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    banned_purposes: frozenset[Purpose] = frozenset({Purpose.POLITICAL, Purpose.ADULT})
    approval_per_use: frozenset[UseClass] = frozenset({UseClass.REPLICA})
    modalities: frozenset[Modality] = frozenset()
    materials: frozenset[Material] = frozenset({Material.FEATURES})
    territories: frozenset[Territory] = frozenset()
    commercial: bool = False
    exclusive: bool = False
    onward_licensing: bool = False
    # Time
    valid_from: date
    valid_until: date | None = None
    train_until: date | None = None
    suspended_in_strike: bool = True
    # Pay
    pay: Pay = Pay()
    # Control and credit
    withdrawing: Withdrawing = Withdrawing()
    notice_days: Days = 30
    credit: bool = True
    no_derogatory_use: bool = True
    third_party_training_notice: bool = True
    security: Literal["encrypted-at-rest", "encrypted-and-audited"] = "encrypted-at-rest"
    report_every_months: Annotated[int, Field(ge=1, le=12)] = 1
    post_mortem: bool = False
    # Who stood by
    minor: bool = False
    represented_by: Literal["none", "counsel", "union", "guardian"] = "none"
    # A public corpus carries its own licence as terms
    corpus: str = ""
    corpus_licence: str = ""
    attribution: str = ""
    share_alike: bool = False
    # Trial terms stand in for consent that nobody gave: never outside this house
    trial: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = self.purposes & self.banned_purposes
        if both:
            raise ValueError(f"permitted and banned at once: {', '.join(sorted(both))}")
        for name in ("valid_until", "train_until"):
            end = getattr(self, name)
            if end is not None and end < self.valid_from:
                raise ValueError(f"{name} lies before valid_from")
        if self.minor and self.represented_by != "guardian":
            raise ValueError("a minor signs with a guardian")
        return self

    @classmethod
    def parse(cls, value: Any, *, where: str = "terms") -> Terms:
        """Read terms from JSON data.

        Raises
        ------
        BadInput : with every field that is wrong.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as fault:
            wrong = "; ".join(
                f"{'.'.join(map(str, e['loc'])) or 'terms'}: {e['msg']}" for e in fault.errors()
            )
            raise BadInput(f"Terms that do not hold: {wrong}", where=where) from fault

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON with every set in order, so that equal terms have equal bytes."""
        plain: dict[str, Any] = _sorted(self.model_dump(mode="json"))
        return plain

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes."""
        return digest_of(self.as_json())


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted(v) for k, v in value.items()}
    return sorted(value) if isinstance(value, list) else value
