"""The room's part of the API: how much models lean on whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.reliance.models import Report
from yesand.reliance.naming.services import names

router = Router(tags=["reliance"])


class ShareOut(Schema):
    """One performer's share of a model, with its interval."""

    performer: str = Field(
        description="Credit name where it is wished and promised, else a number in this report; "
        "producers and auditors read the handle, performers their own name."
    )
    share_ppb: int = Field(description="Parts per billion; all performers' add up to 10⁹.")
    low_ppb: int
    high_ppb: int
    emotions: dict[str, int] = Field(
        default_factory=dict,
        description="Where takes are told apart: by emotion performed, what the model's mean "
        "log-likelihood gained, in billionths of a nat.",
    )
    through: dict[str, int] = Field(
        default_factory=dict,
        description="What of the share came through synthetic takes, by batch.",
    )


class ReportOut(Schema):
    """A reliance report at a glance."""

    digest: str
    model: str
    method: str
    sets_shares: bool = Field(description="False: too unsure; the terms' fallback pays.")
    at: datetime
    entry: int

    @staticmethod
    def resolve_model(row: Report) -> str:
        """Name the model by its digest."""
        return row.model_id

    @staticmethod
    def resolve_entry(row: Report) -> int:
        """Name the log entry."""
        return row.entry_id


class ReportWhole(ReportOut):
    """A report with the shares that are yours to see, and as it was signed."""

    shares: list[ShareOut]
    envelope: dict[str, Any]

    @staticmethod
    def resolve_shares(row: Report, context: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the shares that are the caller's to see."""
        shown = names(row, context["request"].sight)
        return [{"performer": shown[handle], **row.shares[handle]} for handle in shown]


@router.get("/reports", response=Page[ReportOut], auth=allowed("models:read"))
def reports(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List reliance reports, the newest first."""
    return paged(visible(Report, cast(Request, request).sight).order_by("-at", "digest"), part)


@router.get("/reports/{digest}", response=ReportWhole, auth=allowed("models:read"))
def report(request: HttpRequest, digest: Digest) -> Report:
    """Return one report; a performer reads their own share and nobody else's."""
    return get_object_or_404(visible(Report, cast(Request, request).sight), digest=digest)
