"""Attesting usage, and what is missing of it, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, Query, QueryEx, Router, Schema
from pydantic import AwareDatetime, Field

from yesand.agreements.amounts import Currency
from yesand.kernel.clock import Period
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Digest, Licensee, Page, Slice, Told, own_licensee, paged
from yesand.people.sight import Request, visible
from yesand.royalties.attesting.missing.services import month
from yesand.royalties.attesting.services import apart, attest
from yesand.royalties.lines import MONTH, Month, Whole
from yesand.royalties.models import Attestation

router = Router()
Asked = QueryEx[
    str | None, P(pattern=MONTH, description="The month, as 2026-10; none: the last one.")
]


class TotalIn(Told):
    """How much of one deployment and unit was used."""

    deployment: str = Field(max_length=160)
    unit: str = Field(max_length=40)
    quantity: Whole
    currency: Currency | None = Field(None, description="Of `revenue`, and of nothing else.")


class AttestationIn(Told):
    """What is attested; without totals: as it was metered."""

    period: Month = Field(examples=["2026-10"])
    until: AwareDatetime | None = Field(None, description="All up to here was delivered.")
    totals: list[TotalIn] | None = Field(None, max_length=10_000)


class AttestationOut(Schema):
    """An attestation at a glance."""

    digest: str
    licensee: str
    period: str
    until: datetime
    totals: list[dict[str, Any]]
    supersedes: str | None = Field(alias="supersedes_id")
    at: datetime
    entry: int

    @staticmethod
    def resolve_licensee(row: Attestation) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_entry(row: Attestation) -> int:
        """Name the log entry."""
        return row.entry_id


class DifferenceOut(Schema):
    """Where an attestation is not what was metered."""

    deployment: str
    unit: str
    currency: str
    attested: int
    metered: int


class AttestationWhole(AttestationOut):
    """An attestation as it was signed, beside what is metered by now."""

    envelope: dict[str, Any]
    differences: list[DifferenceOut]


class MissingOut(Schema):
    """A deployment in service in a closed month, and what of its usage is not there."""

    period: str
    deployment: str
    licensee: str
    what: str


@router.get("/attestations", response=Page[AttestationOut], auth=allowed("usage:read"))
def attestations(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List what was attested, the newest first."""
    rows = visible(Attestation, cast(Request, request).sight).select_related("licensee")
    return paged(rows.order_by("-at", "-digest"), part)


@router.post("/attestations", response=AttestationOut, auth=allowed("usage:write"))
def attest_usage(
    request: HttpRequest, given: AttestationIn, licensee: Licensee = None
) -> Attestation:
    """Attest how much your deployments were used in a month; the same again changes nothing."""
    here = cast(Request, request)
    by = own_licensee(here.sight, licensee)
    rows = None if given.totals is None else [t.dict(exclude_none=True) for t in given.totals]
    user = cast(User, here.user)
    return attest(here.place, by, Period.parse(given.period), rows, until=given.until, user=user)


@router.get("/attestations/{digest}", response=AttestationWhole, auth=allowed("usage:read"))
def attestation(request: HttpRequest, digest: Digest) -> Attestation:
    """Return one attestation as it was signed, and where metered usage differs from it."""
    here = cast(Request, request)
    rows = visible(Attestation, here.sight).select_related("licensee")
    found: Any = get_object_or_404(rows, digest=digest)
    found.differences = [
        {
            "deployment": d.key.deployment,
            "unit": d.key.unit,
            "currency": d.key.currency,
            "attested": d.attested,
            "metered": d.metered,
        }
        for d in apart(here.place, found)
    ]
    return cast(Attestation, found)


@router.get("/usage/missing", response=list[MissingOut], auth=allowed("usage:read"))
def missing(request: HttpRequest, period: Asked = None) -> list[Any]:
    """Return which deployments lack usage or an attestation for a closed month."""
    here = cast(Request, request)
    now = Period.of(here.place.clock.now())
    asked = Period.parse(period) if period else now.previous()
    whose = None if here.sight.everything else here.sight.licensees
    return list(month(here.place, asked, whose).missing)
