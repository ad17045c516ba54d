"""One line of a statement, and how its amount comes about: price × quantity × share.

Amounts are integer micro-units, shares integer parts per billion. Each line is rounded once, half
to even (``kernel.money.part``).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)

from yesand.agreements.faults import in_words
from yesand.agreements.pay import Basis, Uncertainty
from yesand.agreements.terms import MILLION, Pay
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed, YesAndError
from yesand.kernel.money import part
from yesand.royalties.shrinking import PERMILLE, drawn

BILLION = 1_000_000_000
REVENUE = "revenue"
_BASES = tuple(Basis.model_fields)

#: What RFC 8785 can carry exactly.
Whole = Annotated[int, Field(ge=0, lt=2**53)]
Signed = Annotated[int, Field(gt=-(2**53), lt=2**53)]
DIGEST = r"^[0-9a-f]{64}$"
Digest = Annotated[str, Field(pattern=DIGEST)]
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
Month = Annotated[str, Field(pattern=MONTH)]


class Schema(BaseModel):
    """Signed data as typed and frozen; what is not named is refused.

    ``LATER`` names what came after the first were signed. It is left out where it says nothing, so
    that those keep their bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    LATER: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _as_signed(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = whole(self)
        own = self.__dict__
        for name, nothing in _later(type(self)):
            if own[name] == nothing:
                del plain[name]
        return plain


@cache
def _later(schema: type[Schema]) -> tuple[tuple[str, Any], ...]:
    """Return what came later, each with the value that says nothing."""
    return tuple((name, schema.model_fields[name].default) for name in sorted(schema.LATER))


S = TypeVar("S", bound=Schema)


def signed(
    schema: type[S], told: Any, what: str, where: str, fault: type[YesAndError] = CheckFailed
) -> S:
    """Read data that is signed, or is to be; ``what`` it is to be, in words.

    Raises
    ------
    CheckFailed, or ``fault`` : with every field that is wrong.
    """
    try:
        return schema.model_validate_json(canonical(told))
    except ValidationError as wrong:
        raise fault(f"Not {what}: {in_words(wrong)}", where=where) from wrong


class Kind(StrEnum):
    """What a line pays for."""

    ROYALTY = "royalty"  # usage of the settled month
    LATE = "late"  # usage of an earlier month that came in after it was settled
    NON_FEATURED = "non-featured"  # the part of a pool that all in the manifest share equally
    PERIOD_FEE = "period-fee"  # for a month of a deployment in service
    BONUS = "bonus"  # once, when a deployment's use has passed a threshold
    MINIMUM = "minimum"  # tops a month up to what the terms guarantee
    SESSION_FEE = "session-fee"  # once a session
    ADVANCE = "advance"  # paid once, on royalties still to be earned
    CONTRIBUTION = "contribution"  # to the fund, on top of the pay and not in the total
    UNCERTAINTY = "uncertainty"  # between the lower bound and the share, to a fund of its own


#: What stands on a statement and goes to a fund.
ON_TOP = frozenset({Kind.CONTRIBUTION, Kind.UNCERTAINTY})


class Corrects(Schema):
    """Which line of which earlier statement a line puts right.

    Attributes
    ----------
    statement : the performer's own statement that the month was settled with, or corrected with.
    line : the place of the line in it, from 0; null: a line that was missing.
    reverses : it takes that line back; otherwise it is the line as it should have been.
    month : the settled month that is put right; null: it was not said yet (`statement`, form 4).
    """

    LATER = frozenset({"month"})

    statement: Digest
    line: Whole | None
    reverses: bool
    month: Month | None = None


class Through(Schema):
    """What of a line came through the synthetic takes of a batch: of its share, and its amount."""

    batch: Digest
    share_ppb: Whole
    micro: Signed

    def reversed(self) -> Self:
        """Return it as a line that takes another back has it."""
        return self.model_copy(update={"micro": -self.micro})


class Brought(Schema):
    """What of a share in a report came through the synthetic takes of a batch."""

    batch: Digest
    ppb: Whole


class Line(Schema):
    """One amount and the whole of its reason; a field that does not apply is null.

    Attributes
    ----------
    licensee : who owes it (the producer for a session fee).
    price_micro : pool price of one unit, real-time multiple included.
    pool_micro : quantity × price, which all performers of the model share.
    basis : ``reliance``, ``minutes``, ``equal`` or ``blend``.
    method : of the reliance report, or ``minutes``/``equal`` where the fallback pays.
    policy : what noise does to the share; null: the share pays as it was measured.
    point_ppb : the share as it was measured, where it is not what pays.
    threshold : how much use had to be counted, of a bonus.
    tariff, tariff_digest : name@version of the table that priced it, and its record.
    via : the model through which the performer is in this one, if not by its own manifest.
    payers : how many paid what is divided payer by payer.
    estimate : the record by which the quantity is estimated; null: it was metered.
    through : what of it came through synthetic takes, by batch; it is a part of ``micro``.
    corrects : null but for what puts an earlier statement right.
    exchange, earned_in : the rates that revenue was converted by, and the currency it was earned in
        (of ``quantity``); null: that of the statement.
    """

    LATER = frozenset(
        "corrects estimate exchange earned_in payers policy point_ppb threshold".split()
        + "tariff tariff_digest via through".split()
    )

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
    exchange: Digest | None = None
    earned_in: str | None = None
    policy: Uncertainty | None = None
    point_ppb: Whole | None = None
    threshold: Whole | None = None
    tariff: str | None = None
    tariff_digest: Digest | None = None
    via: Digest | None = None
    payers: Whole | None = None
    estimate: Digest | None = None
    through: tuple[Through, ...] = ()

    @model_validator(mode="after")
    def _negative_only_to_reverse(self) -> Self:
        if self.micro < 0 and not (self.corrects and self.corrects.reverses):
            raise ValueError("micro: only a line that reverses another may be below nothing")
        return self


class Part(Schema):
    """What a performer gave to a manifest under one agreement (the one that stands now)."""

    agreement: Digest
    takes: Whole
    duration_ms: Whole


class Weight(Schema):
    """A performer's place in a model's manifest, without naming anyone else.

    Performers stand in the order of their handles. ``rank`` is how many stand before this one and
    ``before_ms`` what those gave, so that shares cut from ``total_ms`` add up exactly.

    Attributes
    ----------
    rest : what those before leave over where shares are drawn towards equal ones (``shrinking``).
    via : the model whose manifest this is, of a performer whom another model was made from and
        who is not in its own manifest: they have what a report says, and no minutes or equal part.
    """

    LATER = frozenset({"rest", "via"})

    model: Digest
    manifest: Digest
    performers: Annotated[int, Field(ge=1)]
    rank: Whole
    total_ms: Whole
    before_ms: Whole
    parts: tuple[Part, ...]
    rest: Annotated[int, Field(ge=0, lt=PERMILLE)] = 0
    via: Digest | None = None

    @property
    def own_ms(self) -> int:
        """What this performer gave, under all their agreements."""
        return sum(p.duration_ms for p in self.parts)


class Reliance(Schema):
    """One performer's share in one reliance report that sets shares.

    ``through`` is what of it came through synthetic takes, in the order of their batches.
    """

    LATER = frozenset({"through"})

    report: Digest
    method: str
    share_ppb: Whole
    low_ppb: Whole
    high_ppb: Whole
    through: tuple[Brought, ...] = ()


def brought(told: Mapping[str, int]) -> tuple[Brought, ...]:
    """Return what a report's row says of synthetic takes: batch → parts per billion."""
    return tuple(Brought(batch=batch, ppb=ppb) for batch, ppb in sorted(told.items()))


class Share(Schema):
    """The share that prices a line, with its interval and where it comes from.

    ``ppb`` is what pays, ``point_ppb`` what was measured and ``policy`` what made one the other.
    """

    ppb: Whole
    point_ppb: Whole
    low_ppb: Whole
    high_ppb: Whole
    basis: str
    method: str
    report: Digest | None
    policy: Uncertainty = "point"
    through: tuple[Brought, ...] = ()


def slice_of(whole: int, before: int, size: int, total: int) -> int:
    """Return the slice of ``whole`` from ``before`` to ``before + size`` of ``total``.

    Neighbouring slices share their cut, so that all of them add up to ``whole`` exactly.
    """
    return whole * (before + size) // total - whole * before // total


def minutes_ppb(weight: Weight) -> int:
    """Return the share by recorded time; equal where nobody's takes have a duration."""
    if weight.via or not weight.total_ms:
        return equal_ppb(weight)
    return slice_of(BILLION, weight.before_ms, weight.own_ms, weight.total_ms)


def equal_ppb(weight: Weight) -> int:
    """Return the share by heads."""
    return 0 if weight.via else slice_of(BILLION, weight.rank, 1, weight.performers)


def share_of(
    weight: Weight, agreement: str, pay: Pay, reliance: Reliance | None, signal: int | None = None
) -> Share:
    """Blend the shares by the terms' basis and return what falls to one of the agreements.

    Parameters
    ----------
    signal : of the report, in thousandths (``shrinking.signal``).
    """
    minutes, equal = minutes_ppb(weight), equal_ppb(weight)
    fallback = minutes if pay.fallback == "minutes" else equal

    def mine(ppb: int) -> int:
        return of_agreement(_blend(pay, ppb, minutes, equal), weight, agreement)

    if reliance is None or not pay.basis.reliance:
        ppb = mine(fallback)
        return Share(
            ppb=ppb, point_ppb=ppb, low_ppb=ppb, high_ppb=ppb, basis=_basis(pay),
            method=_fallback(pay), report=None,
        )  # fmt: skip
    point, low = mine(reliance.share_ppb), mine(reliance.low_ppb)
    # Where nothing says how noisy a report is, as of one that is passed on, the share stands.
    policy = "point" if pay.uncertainty == "shrunk" and signal is None else pay.uncertainty
    paid = point
    if policy == "lower-bound":
        paid = min(low, point)
    elif policy == "shrunk" and signal is not None:
        paid = mine(drawn(reliance.share_ppb, equal, signal, weight.rest))
    return Share(
        ppb=paid, point_ppb=point, low_ppb=low, high_ppb=mine(reliance.high_ppb),
        basis=_basis(pay), method=reliance.method, report=reliance.report, policy=policy,
        through=_through(reliance, pay, (paid, point), weight, agreement),
    )  # fmt: skip


def _through(
    reliance: Reliance, pay: Pay, paid_of: tuple[int, int], weight: Weight, agreement: str
) -> tuple[Brought, ...]:
    """Return what came through synthetic takes of the share that pays.

    It is a part of what reliance brings, not of minutes and equal parts; where noise has moved the
    share, it has moved with it.

    Parameters
    ----------
    paid_of : the share that pays, and the one that was measured.
    """
    paid, point = paid_of
    if not point:
        return ()
    found = []
    for one in reliance.through:
        whole = part(one.ppb * pay.basis.reliance, 1, MILLION)
        mine = min(of_agreement(whole, weight, agreement), point)
        found.append(Brought(batch=one.batch, ppb=mine * paid // point))
    return tuple(one for one in found if one.ppb)


def _blend(pay: Pay, reliance: int, minutes: int, equal: int) -> int:
    basis = pay.basis
    return part(
        reliance * basis.reliance + minutes * basis.minutes + equal * basis.equal, 1, MILLION
    )


def of_agreement(whole: int, weight: Weight, agreement: str) -> int:
    """Return what of a performer's falls to one of their agreements, by recorded time."""
    position = [p.agreement for p in weight.parts].index(agreement)
    sizes = [p.duration_ms for p in weight.parts]
    if not sum(sizes):
        sizes = [1] * len(sizes)
    return slice_of(whole, sum(sizes[:position]), sizes[position], sum(sizes))


def _basis(pay: Pay) -> str:
    return next((name for name in _BASES if getattr(pay.basis, name) == MILLION), "blend")


def _fallback(pay: Pay) -> str:
    return _basis(pay) if not pay.basis.reliance else pay.fallback


def percent(ppb: int) -> str:
    """Write a share for people: ``4.217 %``."""
    return f"{ppb // 10_000 / 1000:.3f} %"
