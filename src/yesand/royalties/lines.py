"""One line of a statement, and how its amount comes about: price × quantity × share.

Amounts are integer micro-units, shares integer parts per billion. Each line is rounded once, half
to even (``kernel.money.part``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from yesand.agreements.terms import MILLION, Pay
from yesand.kernel.money import Money, part

BILLION = 1_000_000_000
REVENUE = "revenue"

#: What RFC 8785 can carry exactly.
Whole = Annotated[int, Field(ge=0, lt=2**53)]
Signed = Annotated[int, Field(gt=-(2**53), lt=2**53)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Schema(BaseModel):
    """Signed data as typed and frozen; what is not named is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Kind(StrEnum):
    """What a line pays for."""

    ROYALTY = "royalty"  # usage of the settled month
    LATE = "late"  # usage of an earlier month that came in after it was settled
    MINIMUM = "minimum"  # tops a month up to what the terms guarantee
    SESSION_FEE = "session-fee"  # once a session
    ADVANCE = "advance"  # paid once, on royalties still to be earned
    CONTRIBUTION = "contribution"  # to the fund, on top of the pay and not in the total


#: What is on a statement and never the performer's.
ON_TOP = frozenset({Kind.CONTRIBUTION})


class Corrects(Schema):
    """Which line of which earlier statement a line puts right.

    Attributes
    ----------
    statement : the performer's own statement that the month was settled with, or corrected with.
    line : the place of the line in it, from 0; null: a line that was missing.
    reverses : it takes that line back; otherwise it is the line as it should have been.
    """

    statement: Digest
    line: Whole | None
    reverses: bool


class Line(Schema):
    """One amount and the whole of its reason; a field that does not apply is null.

    Attributes
    ----------
    licensee : who owes it (the producer for a session fee).
    price_micro : pool price of one unit, real-time multiple included.
    pool_micro : quantity × price, which all performers of the model share.
    basis : ``reliance``, ``minutes``, ``equal`` or ``blend``.
    method : of the reliance report, or ``minutes``/``equal`` where the fallback pays.
    corrects : null but for what puts an earlier statement right.
    """

    kind: Kind
    licensee: str
    agreement: Digest
    micro: Signed
    why: str
    deployment: str | None = None
    model: Digest | None = None
    usage_period: Month | None = None
    unit: str | None = None
    realtime: bool | None = None
    quantity: Whole | None = None
    price_micro: Whole | None = None
    pool_micro: Whole | None = None
    basis: str | None = None
    share_ppb: Whole | None = None
    low_ppb: Whole | None = None
    high_ppb: Whole | None = None
    method: str | None = None
    report: Digest | None = None
    session: str | None = None
    corrects: Corrects | None = None

    @model_validator(mode="after")
    def _negative_only_to_reverse(self) -> Self:
        if self.micro < 0 and not (self.corrects and self.corrects.reverses):
            raise ValueError("micro: only a line that reverses another may be below nothing")
        return self

    @model_serializer(mode="wrap")
    def _as_signed(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = whole(self)
        if self.corrects is None:
            del plain["corrects"]  # statements of form 1 do not have it
        return plain


class Part(Schema):
    """What a performer gave to a manifest under one agreement (the one that stands now)."""

    agreement: Digest
    takes: Whole
    duration_ms: Whole


class Weight(Schema):
    """A performer's place in a model's manifest, without naming anyone else.

    Performers stand in the order of their handles. ``rank`` is how many stand before this one and
    ``before_ms`` what those gave, so that shares cut from ``total_ms`` add up exactly.
    """

    model: Digest
    manifest: Digest
    performers: Annotated[int, Field(ge=1)]
    rank: Whole
    total_ms: Whole
    before_ms: Whole
    parts: tuple[Part, ...]

    @property
    def own_ms(self) -> int:
        """What this performer gave, under all their agreements."""
        return sum(p.duration_ms for p in self.parts)


class Reliance(Schema):
    """One performer's share in one reliance report that sets shares."""

    report: Digest
    method: str
    share_ppb: Whole
    low_ppb: Whole
    high_ppb: Whole


class Share(Schema):
    """The share that prices a line, with its interval and where it comes from."""

    ppb: Whole
    low_ppb: Whole
    high_ppb: Whole
    basis: str
    method: str
    report: Digest | None


def slice_of(whole: int, before: int, size: int, total: int) -> int:
    """Return the slice of ``whole`` from ``before`` to ``before + size`` of ``total``.

    Neighbouring slices share their cut, so that all of them add up to ``whole`` exactly.
    """
    return whole * (before + size) // total - whole * before // total


def minutes_ppb(weight: Weight) -> int:
    """Return the share by recorded time; equal where nobody's takes have a duration."""
    if not weight.total_ms:
        return equal_ppb(weight)
    return slice_of(BILLION, weight.before_ms, weight.own_ms, weight.total_ms)


def equal_ppb(weight: Weight) -> int:
    """Return the share by heads."""
    return slice_of(BILLION, weight.rank, 1, weight.performers)


def share_of(weight: Weight, agreement: str, pay: Pay, reliance: Reliance | None) -> Share:
    """Blend the shares by the terms' basis and return what falls to one of the agreements."""
    minutes, equal = minutes_ppb(weight), equal_ppb(weight)
    fallback = minutes if pay.fallback == "minutes" else equal
    rests = (
        (reliance.share_ppb, reliance.low_ppb, reliance.high_ppb) if reliance else (fallback,) * 3
    )
    ppb, low, high = (
        _of_agreement(_blend(pay, r, minutes, equal), weight, agreement) for r in rests
    )
    uses_report = reliance is not None and pay.basis.reliance > 0
    return Share(
        ppb=ppb,
        low_ppb=low,
        high_ppb=high,
        basis=_basis(pay),
        method=reliance.method if reliance and uses_report else _fallback(pay),
        report=reliance.report if reliance and uses_report else None,
    )


def _blend(pay: Pay, reliance: int, minutes: int, equal: int) -> int:
    basis = pay.basis
    return part(
        reliance * basis.reliance + minutes * basis.minutes + equal * basis.equal, 1, MILLION
    )


def _of_agreement(ppb: int, weight: Weight, agreement: str) -> int:
    position = [p.agreement for p in weight.parts].index(agreement)
    sizes = [p.duration_ms for p in weight.parts]
    if not sum(sizes):
        sizes = [1] * len(sizes)
    return slice_of(ppb, sum(sizes[:position]), sizes[position], sum(sizes))


def _basis(pay: Pay) -> str:
    named = pay.basis.model_dump()
    return next((name for name, ppm in named.items() if ppm == MILLION), "blend")


def _fallback(pay: Pay) -> str:
    return _basis(pay) if not pay.basis.reliance else pay.fallback


def price_of(pay: Pay, unit: str, realtime: bool) -> int | None:
    """Return the pool's price of one unit in micro-units; None if the terms name none."""
    amount = pay.per_unit.get(unit)
    if amount is None:
        return None
    return part(amount.micro, pay.realtime_multiple_ppm if realtime else MILLION, MILLION)


def pool_of(pay: Pay, unit: str, realtime: bool, quantity: int) -> int:
    """Return the pool of some usage in micro-units (none if the terms name no price)."""
    if unit == REVENUE:
        return part(quantity, pay.revenue_share_ppm, MILLION)
    return quantity * (price_of(pay, unit, realtime) or 0)


def percent(ppb: int) -> str:
    """Write a share for people: ``4.217 %``."""
    return f"{ppb // 10_000 / 1000:.3f} %"


def sentence(
    pay: Pay, currency: str, unit: str, realtime: bool, quantity: int, share: Share
) -> str:
    """Say in one plain sentence how a royalty comes about."""
    pool = Money(currency, pool_of(pay, unit, realtime, quantity))
    price = price_of(pay, unit, realtime)
    if unit == REVENUE:
        rate = f"{pay.revenue_share_ppm / 10_000:g} %"
        made = f"{rate} of {Money(currency, quantity)} declared revenue is {pool}"
    elif price is None:
        return f"{quantity:,} × {unit}, for which the terms name no price."
    else:
        live = " in real time" if realtime else ""
        made = f"{quantity:,} × {unit}{live} at {Money(currency, price)} is {pool}"
    source = f"report {share.report[:12]} ({share.method})" if share.report else share.method
    return f"{made}; {percent(share.ppb)} of it is yours, by {source}."
