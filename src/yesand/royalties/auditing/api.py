"""Audits of what was paid in the API: those that one may see, and recording one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from yesand.agreements.amounts import Currency
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Page, Slice, Told, paged
from yesand.people.sight import Request, visible
from yesand.royalties.auditing.audit import NAME, Name, Who
from yesand.royalties.auditing.services import RECORDING, audit_of, record
from yesand.royalties.lines import Digest, Month, Whole
from yesand.royalties.models import Audit

router = Router()
Named = PathEx[str, P(pattern=NAME)]


class AuditIn(Told):
    """An audit to be recorded; without what was due it is computed from the statements."""

    name: Name
    performer: str = Field(max_length=100)
    agreements: list[Digest] = Field(
        [], max_length=100, description="None: all of the performer's."
    )
    since: Month = Field(examples=["2026-01"])
    until: Month = Field(examples=["2026-06"])
    begun: date = Field(description="The day on which the audit began.")
    due_micro: Whole | None = None
    unpaid_micro: Whole | None = None
    cost_currency: Currency
    cost_micro: Whole
    paid_by: Who
    document: Digest = Field(description="SHA-256 of the audit's report.")
    words: str = Field("", max_length=1000)
    replaces: Name | Literal[""] = ""


class AuditOut(Schema):
    """An audit at a glance."""

    name: str
    digest: str
    performer: str
    payer: str
    since: str
    until: str
    currency: str
    due_micro: int
    unpaid_micro: int
    cost_currency: str
    cost_micro: int
    payer_bears: bool
    replaces: str | None
    at: datetime
    entry: int


class AuditWhole(AuditOut):
    """An audit as it was signed."""

    why: str
    basis: str
    envelope: dict[str, Any]


@router.get("/pay-audits", response=Page[AuditOut], auth=allowed("account:read"))
def pay_audits(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List audits of what was paid, the newest first: a performer's own, or all."""
    found = paged(_rows(request).order_by("-at", "name"), part)
    return {**found, "items": [_out(row) for row in found["items"]]}


@router.get("/pay-audits/{name}", response=AuditWhole, auth=allowed("account:read"))
def pay_audit(request: HttpRequest, name: Named) -> dict[str, Any]:
    """Return one audit as it was signed."""
    row = get_object_or_404(_rows(request), name=name)
    audit = audit_of(row)
    told = {"why": audit.why, "basis": audit.basis, "envelope": row.envelope}
    return {**_out(row), **told}


@router.post("/pay-audits", response=AuditOut, auth=allowed("audits:write"))
def record_audit(request: HttpRequest, told: AuditIn) -> dict[str, Any]:
    """Record an audit, for a producer or an auditor; the same again is the one that is there."""
    asked = cast(Request, request)
    if not RECORDING & asked.sight.roles:
        raise Http404
    user = asked.user if isinstance(asked.user, User) else None
    return _out(record(asked.place, told.model_dump(mode="json"), user))


def _rows(request: HttpRequest) -> Any:
    rows = visible(Audit, cast(Request, request).sight)
    return rows.select_related("performer", "payer", "replaces")


def _out(row: Audit) -> dict[str, Any]:
    plain = "name digest since until currency due_micro unpaid_micro cost_currency cost_micro"
    told = {field: getattr(row, field) for field in f"{plain} payer_bears at".split()}
    return {
        **told,
        "performer": row.performer.handle,
        "payer": row.payer.slug,
        "replaces": row.replaces.name if row.replaces else None,
        "entry": row.entry_id,
    }
