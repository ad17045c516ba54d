"""Invoices in the API: a licensee's own, or all for who sees everything."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.royalties.models import Invoice

router = Router(tags=["usage and royalties"])


class InvoiceOut(Schema):
    """An invoice at a glance, in minor units (cents)."""

    digest: str
    number: str
    licensee: str
    period: str
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int
    open_micro: int
    issued_on: date
    due_on: date

    @staticmethod
    def resolve_number(row: Invoice) -> str:
        """Give the number that is printed."""
        return str(row)

    @staticmethod
    def resolve_licensee(row: Invoice) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_period(row: Invoice) -> str:
        """Name the month."""
        return row.settlement.period

    @staticmethod
    def resolve_open_micro(row: Invoice) -> int:
        """Give what is still to be paid."""
        return row.open.micro


class InvoiceWhole(InvoiceOut):
    """An invoice as it was signed."""

    envelope: dict[str, Any]


@router.get("/invoices", response=Page[InvoiceOut], auth=allowed("account:read"))
def invoices(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List invoices, the newest first."""
    rows = visible(Invoice, cast(Request, request).sight)
    return paged(rows.select_related("licensee", "settlement").order_by("-year", "-number"), part)


@router.get("/invoices/{digest}", response=InvoiceWhole, auth=allowed("account:read"))
def invoice(request: HttpRequest, digest: Digest) -> Invoice:
    """Return one invoice as it was signed."""
    rows = visible(Invoice, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("licensee", "settlement"), digest=digest)
