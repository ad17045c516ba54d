"""The room's part of the API: agreements and receipts, negotiations, floors, suspensions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from yesand.agreements.consent.services import consent_receipt, odrl
from yesand.agreements.models import Agreement, Approval, Collective, Offer, Suspension
from yesand.agreements.negotiating.steps.services import latest
from yesand.agreements.services import receipt_of
from yesand.people.addresses import home
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
    return consent_receipt(cast(Request, request).place, found, home(request))


class StepOut(Schema):
    """One word of a negotiation, as it was signed."""

    digest: str
    kind: str
    party: str
    hand: dict[str, Any]
    draft: dict[str, Any] | None
    note: str
    at: datetime
    answer_by: datetime | None
    envelope: dict[str, Any]
    entry: int = Field(alias="entry_id")


class OfferOut(Schema):
    """What is negotiated, at a glance."""

    number: int = Field(alias="pk")
    performer: str
    template: str
    open: bool
    declined: bool
    made_at: datetime
    agreement: str | None = Field(alias="agreement_id")
    supersedes: str | None = Field(alias="supersedes_id")

    @staticmethod
    def resolve_performer(row: Offer) -> str:
        """Name the performer by their handle."""
        return row.performer.handle


class OfferWhole(OfferOut):
    """A negotiation with every word, and what the last offer changed, clause by clause."""

    steps: list[StepOut]
    differences: list[dict[str, Any]]


class CollectiveOut(Schema):
    """A collective agreement and the floor that it sets."""

    digest: str
    union: str
    words: dict[str, Any]
    proposed_by: str
    at: datetime
    signed_by_both: bool
    supersedes: str | None = Field(alias="supersedes_id")
    entry: int = Field(alias="entry_id")

    @staticmethod
    def resolve_union(row: Collective) -> str:
        """Name the union."""
        return row.union.slug

    @staticmethod
    def resolve_signed_by_both(row: Collective) -> bool:
        """Tell whether it stands."""
        return hasattr(row, "countersignature")


class SuspensionOut(Schema):
    """A class of agreements that is suspended, or was."""

    digest: str
    cause: str
    by: str
    reach: dict[str, Any]
    reason: str
    at: datetime
    lifted_at: datetime | None
    envelope: dict[str, Any]
    entry: int = Field(alias="entry_id")

    @staticmethod
    def resolve_by(row: Suspension) -> str:
        """Name who called it."""
        return row.by.slug

    @staticmethod
    def resolve_lifted_at(row: Suspension) -> datetime | None:
        """Tell since when it is over."""
        return row.lifting.at if row.lifted else None


@router.get("/offers", response=Page[OfferOut], auth=allowed("account:read"))
def offers(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List what is negotiated, the newest first. Signing takes a person: see the page."""
    rows = visible(Offer, cast(Request, request).sight).select_related("performer")
    return paged(rows.order_by("-pk"), part)


@router.get("/offers/{int:number}", response=OfferWhole, auth=allowed("account:read"))
def offer(request: HttpRequest, number: int) -> Offer:
    """Return one negotiation, word by word."""
    rows = visible(Offer, cast(Request, request).sight).select_related("performer", "supersedes")
    found: Any = get_object_or_404(rows, pk=number)
    found.differences = [each.as_dict() for each in latest(found)]
    return cast(Offer, found)


@router.get("/collectives", response=Page[CollectiveOut], auth=allowed("account:read"))
def collectives(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List collective agreements with their floors, the newest first."""
    rows = visible(Collective, cast(Request, request).sight)
    return paged(rows.select_related("union", "countersignature"), part)


class ApprovalOut(Schema):
    """Leave for a single use."""

    digest: str
    licensee: str
    purpose: str
    use_class: str
    until: date
    at: datetime
    entry: int
    ended: bool

    @staticmethod
    def resolve_licensee(row: Approval) -> str:
        """Name the licensee."""
        return row.licensee.slug

    @staticmethod
    def resolve_entry(row: Approval) -> int:
        """Name the log entry."""
        return row.entry_id


@router.get(
    "/agreements/{digest}/approvals", response=list[ApprovalOut], auth=allowed("account:read")
)
def agreement_approvals(request: HttpRequest, digest: Digest) -> list[Approval]:
    """List the single uses that the performer agreed to, ended ones too, the newest first."""
    return list(_seen(request, digest).approvals.select_related("licensee", "ending"))


@router.get("/suspensions", response=Page[SuspensionOut], auth=allowed("account:read"))
def suspensions(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List what is suspended and what was, the newest first."""
    rows = visible(Suspension, cast(Request, request).sight)
    return paged(rows.select_related("by", "lifting"), part)


def _seen(request: HttpRequest, digest: str) -> Agreement:
    rows = visible(Agreement, cast(Request, request).sight)
    return get_object_or_404(rows.select_related("performer", "producer", "entry"), digest=digest)
