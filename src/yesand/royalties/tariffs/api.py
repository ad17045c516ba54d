"""Tariffs in the API: what is published, and publishing."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.http import Http404, HttpRequest
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from yesand.people.bearer import allowed
from yesand.people.frame import PRODUCER
from yesand.people.models import User
from yesand.people.shapes import Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.royalties.models import TariffVersion
from yesand.royalties.tariffs.services import publish, tariff_of

router = Router()
Micro = Field(ge=0, lt=2**53, description="Micro-units (10⁻⁶) of the currency.")
Name = PathEx[str, P(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class Prices(Schema):
    """One version of a table of prices."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    version: int = Field(ge=1, lt=10**6, description="Counts up from 1, without a gap.")
    effective: date = Field(description="The first day on which it is in force (UTC).")
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    per_unit: dict[str, int] = Field(description="Usage unit → micro-units into the pool.")
    revenue_share_ppm: int = Field(0, ge=0, le=1_000_000)
    realtime_multiple_ppm: int = Field(1_000_000, ge=1_000_000, le=100_000_000)
    period_fee_micro: int = Field(0, ge=0, lt=2**53)


class TariffOut(Prices):
    """A version as it was published."""

    digest: str
    entry: int


@router.get("/tariffs", response=Page[TariffOut], auth=allowed("account:read"))
def tariffs(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List every version of every tariff, by name, the newest first."""
    rows = visible(TariffVersion, cast(Request, request).sight)
    found = paged(rows.order_by("name", "-version"), part)
    return {**found, "items": [_out(row) for row in found["items"]]}


@router.get("/tariffs/{name}", response=list[TariffOut], auth=allowed("account:read"))
def tariff(request: HttpRequest, name: Name) -> list[dict[str, Any]]:
    """Return all versions of a tariff, the newest first."""
    rows = visible(TariffVersion, cast(Request, request).sight).filter(name=name)
    found = [_out(row) for row in rows.order_by("-version")]
    if not found:
        raise Http404
    return found


@router.post("/tariffs", response=TariffOut, auth=allowed("prices:write"))
def publish_tariff(request: HttpRequest, told: Prices) -> dict[str, Any]:
    """Publish a version of a tariff, for a producer; the same again is the one that is there."""
    asked = cast(Request, request)
    if PRODUCER not in asked.sight.roles:
        raise Http404
    user = asked.user if isinstance(asked.user, User) else None
    return _out(publish(asked.place, told.model_dump(mode="json"), user))


def _out(row: TariffVersion) -> dict[str, Any]:
    return {**tariff_of(row).as_json(), "digest": row.digest, "entry": row.entry_id}
