"""The room's part of the API: usage in, statements and balance out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import P, Query, QueryEx, Router, Schema
from pydantic import Field

from yesand.people.acting import MONEY
from yesand.people.bearer import allowed
from yesand.people.models import User
from yesand.people.shapes import Digest, Licensee, Page, Slice, own_licensee, paged
from yesand.people.sight import Request, visible
from yesand.royalties.attesting.api import router as attesting
from yesand.royalties.auditing.api import router as auditing
from yesand.royalties.books.api import router as books
from yesand.royalties.delivering.services import deliver, waiting_usage
from yesand.royalties.delivering.upload import staged
from yesand.royalties.disputing.api import router as disputing
from yesand.royalties.document import csv
from yesand.royalties.earned.services import kept
from yesand.royalties.invoicing.api import router as invoicing
from yesand.royalties.issuing.services import pdf
from yesand.royalties.models import Delivery, Payout, Statement
from yesand.royalties.spooling.api import EVENT
from yesand.royalties.spooling.api import router as events
from yesand.royalties.tariffs.api import router as tariffs

router = Router(tags=["usage and royalties"])
router.add_router("", tariffs)
router.add_router("", events)
router.add_router("", attesting)
router.add_router("", auditing)
router.add_router("", books)
router.add_router("", disputing)
router.add_router("", invoicing)
Language = QueryEx[Literal["en", "de"], P(description="Of all in it that is not signed.")]
_PIECE = 1 << 20
_EVENTS = {
    "schema": {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object"},
        "example": [EVENT],
    }
}


def _sent(kind: str) -> dict[str, Any]:
    """Describe an answer that is a file."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "OK", "content": content}}}


class StatementOut(Schema):
    """A statement at a glance; money in micro-units (10⁻⁶) and minor units (cents)."""

    digest: str
    performer: str
    period: str
    currency: str
    total_micro: int
    payable_minor: int
    carried_micro: int
    entry: int

    @staticmethod
    def resolve_performer(row: Statement) -> str:
        """Name the performer by their handle."""
        return row.performer.handle

    @staticmethod
    def resolve_period(row: Statement) -> str:
        """Name the month."""
        return row.settlement.period

    @staticmethod
    def resolve_entry(row: Statement) -> int:
        """Name the log entry."""
        return row.entry_id


class StatementWhole(StatementOut):
    """A statement as it was signed."""

    envelope: dict[str, Any]


class BalanceOut(Schema):
    """An account in one currency, by the ledger, in micro-units."""

    currency: str
    earned_micro: int
    paid_micro: int
    open_micro: int


class PayoutOut(Schema):
    """A payout: what was sent to whom, and how it stands."""

    end_to_end: str
    run: str
    payee: str
    currency: str
    minor: int
    to: str = Field(description="Both ends of the account's number.")
    standing: str
    booked_on: date | None
    reason: str

    @staticmethod
    def resolve_run(row: Payout) -> str:
        """Name the run."""
        return str(row.run)

    @staticmethod
    def resolve_currency(row: Payout) -> str:
        """Name the run's currency."""
        return row.run.currency

    @staticmethod
    def resolve_to(row: Payout) -> str:
        """Never give the whole number."""
        return row.masked

    @staticmethod
    def resolve_booked_on(row: Payout) -> date | None:
        """Give the day that the bank names."""
        return next((s.on for s in row.steps.all() if s.step == row.standing), None)

    @staticmethod
    def resolve_reason(row: Payout) -> str:
        """Say why it came back."""
        return next((s.reason for s in row.steps.all() if s.step == row.standing), "")


class BadRowOut(Schema):
    """A row that was put apart."""

    line: int
    reason: str


class HeldOut(Schema):
    """Accepted usage that waits: it cannot be billed as things stand."""

    deployment: str
    period: str
    events: int
    reason: str


class DeliveryOut(Schema):
    """What became of a delivery."""

    digest: str
    sent: str = Field(description="SHA-256 of the body as it was sent.")
    licensee: str
    accepted: int
    repeated: int
    quarantined: int = Field(description="Same source and id as before, other content.")
    bad_rows: int
    escrowed: int
    bad: list[BadRowOut]
    at: datetime

    @staticmethod
    def resolve_licensee(row: Delivery) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_bad(row: Delivery) -> list[dict[str, Any]]:
        """Give the first bad rows."""
        return list(row.told.get("bad", []))


@router.get("/statements", response=Page[StatementOut], auth=allowed("account:read"))
def statements(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List statements, the latest month first."""
    rows = visible(Statement, cast(Request, request).sight)
    ordered = rows.select_related("performer", "settlement").order_by(
        "-settlement__period", "performer__handle", "currency"
    )
    return paged(ordered, part)


@router.get("/statements/{digest}", response=StatementWhole, auth=allowed("account:read"))
def statement(request: HttpRequest, digest: Digest) -> Statement:
    """Return one statement as it was signed, with every line and its reason inside."""
    return _statement(request, digest)


@router.get(
    "/statements/{digest}/pdf",
    response={200: None},
    auth=allowed("account:read"),
    openapi_extra=_sent("application/pdf"),
)
def statement_pdf(request: HttpRequest, digest: Digest, language: Language = "en") -> HttpResponse:
    """Return one statement as a tagged PDF; the same statement is always the same bytes."""
    made = pdf(cast(Request, request).place, _statement(request, digest), language)
    return HttpResponse(made, "application/pdf")


@router.get(
    "/statements/{digest}/csv",
    response={200: None},
    auth=allowed("account:read"),
    openapi_extra=_sent("text/csv"),
)
def statement_csv(request: HttpRequest, digest: Digest) -> HttpResponse:
    """Return one statement's lines as a table, one row a line, with a header."""
    found = _statement(request, digest)
    return HttpResponse(csv(found.envelope), "text/csv; charset=utf-8")


@router.get("/balance", response=list[BalanceOut], auth=allowed("account:read"))
def balance(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what a performer has earned and been paid, by currency."""
    performer = cast(Request, request).sight.whose(MONEY)
    if performer is None:
        raise Http404
    return [
        {
            "currency": account.open.currency,
            "earned_micro": account.earned.micro,
            "paid_micro": account.paid.micro,
            "open_micro": account.open.micro,
        }
        for account in kept(performer)
    ]


@router.get("/payouts", response=Page[PayoutOut], auth=allowed("account:read"))
def payouts(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List payouts, the latest first: one's own, or everybody's for who sees everything."""
    rows = visible(Payout, cast(Request, request).sight)
    ordered = rows.select_related("run").prefetch_related("steps").order_by("-run__at", "pk")
    return paged(ordered, part)


@router.post(
    "/usage",
    response=DeliveryOut,
    auth=allowed("usage:write"),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/cloudevents-batch+json": _EVENTS, "application/json": _EVENTS},
        }
    },
)
def deliver_usage(request: HttpRequest, licensee: Licensee = None) -> Delivery:
    """Deliver usage events (CloudEvents 1.0) of your own deployments, up to 64 MiB.

    The body is a JSON batch or JSON lines; either may be gzipped. Each event counts once for ever,
    by its source and id: sending the same again is safe and gives the same answer. A bad row is
    put apart with its reason, and the rest counts.
    """
    here = cast(Request, request)
    by = own_licensee(here.sight, licensee)
    with staged(here.place, _pieces(request)) as path:
        return deliver(here.place, by, cast(User, here.user), path)


@router.get("/deliveries", response=Page[DeliveryOut], auth=allowed("usage:read"))
def deliveries(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List what became of your deliveries of usage, the newest first."""
    rows = visible(Delivery, cast(Request, request).sight).select_related("licensee")
    return paged(rows.order_by("-at", "-pk"), part)


@router.get("/deliveries/{digest}", response=DeliveryOut, auth=allowed("usage:read"))
def delivery(request: HttpRequest, digest: Digest) -> Delivery:
    """Return what became of one delivery."""
    rows = visible(Delivery, cast(Request, request).sight).select_related("licensee")
    return get_object_or_404(rows, digest=digest)


@router.get("/escrow", response=list[HeldOut], auth=allowed("usage:read"))
def escrow(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the usage of your own deployments that is accepted and waits, and why."""
    here = cast(Request, request)
    return [
        {"deployment": h.deployment, "period": h.period, "events": h.events, "reason": h.reason}
        for h in waiting_usage(here.place, here.sight.licensees)
    ]


def _statement(request: HttpRequest, digest: str) -> Statement:
    rows = visible(Statement, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("performer", "settlement"), digest=digest)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    while piece := request.read(_PIECE):
        yield piece
