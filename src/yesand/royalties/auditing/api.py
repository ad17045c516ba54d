"""Audits of what was paid in the API: those that one may see, and recording one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Page, Slice, Told, paged
from yesand.people.sight import Request, visible
from yesand.royalties.auditing.services import RECORDING, audit_of, record
from yesand.royalties.models import Audit

router = Router()
_MONTH = r"^20\d{2}-(0[1-9]|1[0-2])$"
_NAME = r"^[a-z0-9][a-z0-9-]{0,59}$"
_DIGEST = r"^[0-9a-f]{64}$"
Name = PathEx[str, P(pattern=_NAME)]


class AuditIn(Told):
    """An audit to be recorded; without what was due it is computed from the statements."""

    name: str = Field(pattern=_NAME)
    performer: str = Field(max_length=100)
    agreements: list[str] = Field([], max_length=100, description="None: all of the performer's.")
    since: str = Field(pattern=_MONTH, examples=["2026-01"])
    until: str = Field(pattern=_MONTH, examples=["2026-06"])
    begun: date = Field(description="The day on which the audit began.")
    due_micro: int | None = Field(None, ge=0, lt=2**53)
    unpaid_micro: int | None = Field(None, ge=0, lt=2**53)
    cost_currency: str = Field(pattern=r"^[A-Z]{3}$")
    cost_micro: int = Field(ge=0, lt=2**53)
    paid_by: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")
    document: str = Field(pattern=_DIGEST, description="SHA-256 of the audit's report.")
    words: str = Field("", max_length=1000)
    replaces: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,59})?$")


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
def pay_audit(request: HttpRequest, name: Name) -> dict[str, Any]:
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
