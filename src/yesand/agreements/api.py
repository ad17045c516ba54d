"""The room's part of the API: agreements and their receipts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Query, Router, Schema

from yesand.agreements.consent.services import consent_receipt, odrl
from yesand.agreements.models import Agreement
from yesand.agreements.services import receipt_of
from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Page, Slice, paged
from yesand.people.sight import Request, visible

router = Router(tags=["agreements"])


class AgreementOut(Schema):
    """An agreement at a glance."""

    digest: str
    kind: str
    performer: str
    producer: str
    template: str
    language: str
    summary: str
    signed_at: datetime
    supersedes: str | None
    entry: int

    @staticmethod
    def resolve_performer(row: Agreement) -> str:
        """Name the performer by their handle."""
        return row.performer.handle

    @staticmethod
    def resolve_producer(row: Agreement) -> str:
        """Name the producer."""
        return row.producer.slug

    @staticmethod
    def resolve_supersedes(row: Agreement) -> str | None:
        """Name the one before."""
        return row.supersedes_id

    @staticmethod
    def resolve_entry(row: Agreement) -> int:
        """Name the log entry."""
        return row.entry_id


class AgreementWhole(AgreementOut):
    """An agreement with every word, its terms and its signatures."""

    terms: dict[str, Any]
    text: str
    envelope: dict[str, Any]


class Receipt(Schema):
    """What proves an agreement offline (``yesand verify receipt.json``)."""

    format: str
    agreement: str
    envelope: dict[str, Any]
    entry: dict[str, Any]
    log: str
    proof: str


@router.get("/agreements", response=Page[AgreementOut], auth=allowed("account:read"))
def agreements(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List agreements, the newest first."""
    rows = visible(Agreement, cast(Request, request).sight)
    ordered = rows.select_related("performer", "producer").order_by("-signed_at", "digest")
    return paged(ordered, part)


@router.get("/agreements/{digest}", response=AgreementWhole, auth=allowed("account:read"))
def agreement(request: HttpRequest, digest: Digest) -> Agreement:
    """Return one agreement, with every word."""
    return _seen(request, digest)


@router.get("/agreements/{digest}/receipt", response=Receipt, auth=allowed("account:read"))
def agreement_receipt(request: HttpRequest, digest: Digest) -> dict[str, Any]:
    """Return one agreement's receipt: what was signed, and the proof that it is in the log."""
    return receipt_of(cast(Request, request).place, _seen(request, digest))


@router.get("/agreements/{digest}/odrl", response=dict[str, Any], auth=allowed("account:read"))
def agreement_odrl(request: HttpRequest, digest: Digest) -> dict[str, Any]:
    """Return one agreement, less what was withdrawn, as an ODRL 2.2 Agreement (JSON-LD)."""
    return odrl(_seen(request, digest))


@router.get("/agreements/{digest}/consent", response=dict[str, Any], auth=allowed("account:read"))
def agreement_consent(request: HttpRequest, digest: Digest) -> dict[str, Any]:
    """Return the receipt of the performer's consent (ISO/IEC TS 27560, JSON-LD with DPV)."""
    found = _seen(request, digest)
    address = request.build_absolute_uri(reverse("withdrawal_preview"))
    return consent_receipt(cast(Request, request).place, found, address)


def _seen(request: HttpRequest, digest: str) -> Agreement:
    rows = visible(Agreement, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("performer", "producer", "entry"), digest=digest)
