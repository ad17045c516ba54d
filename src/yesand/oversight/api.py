"""The room's part of the API: withdrawals and what they would do, obligations, findings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db.models import F
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import Scope
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.oversight.closing.services import state
from yesand.oversight.feed.api import router as feed
from yesand.oversight.models import Finding, Obligation
from yesand.oversight.withdrawing.services import foresee
from yesand.people.acting import WITHDRAW
from yesand.people.bearer import allowed
from yesand.people.shapes import Named, Page, Slice, Told, paged
from yesand.people.sight import Request, visible

router = Router(tags=["oversight"])
router.add_router("", feed)


class WithdrawalOut(Schema):
    """A withdrawal: what was taken back, and when."""

    digest: str
    performer: str
    scope: dict[str, list[str]]
    reason: str
    at: datetime
    entry: int

    @staticmethod
    def resolve_performer(row: Withdrawal) -> str:
        """Name the performer by their handle."""
        return row.performer.handle

    @staticmethod
    def resolve_entry(row: Withdrawal) -> int:
        """Name the log entry."""
        return row.entry_id


class ObligationOut(Schema):
    """A duty: who must do what by when, because of which clause, and how it stands."""

    number: int
    duty: str
    bearer: str
    subject: str
    due: datetime | None
    clause: str
    withdrawal: str
    state: str = Field(description="open, overdue, done, or goes on (it has no date).")
    days: int = Field(description="Until its date; once overdue, since it.")
    statement: str = Field(description="Its bearer's signed statement that it was done.")

    @staticmethod
    def resolve_number(row: Obligation) -> int:
        """Number it, as its page does."""
        return row.pk

    @staticmethod
    def resolve_state(row: Obligation, context: dict[str, Any]) -> str:
        """Say how it stands."""
        return state(context["request"].place, row).state.value

    @staticmethod
    def resolve_days(row: Obligation, context: dict[str, Any]) -> int:
        """Count the days."""
        return state(context["request"].place, row).days

    @staticmethod
    def resolve_statement(row: Obligation) -> str:
        """Give what was stated."""
        return row.fulfilment.statement if hasattr(row, "fulfilment") else ""

    @staticmethod
    def resolve_bearer(row: Obligation) -> str:
        """Name who must do it."""
        return row.bearer.slug

    @staticmethod
    def resolve_withdrawal(row: Obligation) -> str:
        """Name the withdrawal that raised it."""
        return row.withdrawal_id


class ScopeIn(Told):
    """How much would be taken back; what is left empty narrows nothing."""

    purposes: list[Purpose] = []
    use_classes: list[UseClass] = []
    modalities: list[Modality] = []
    licensees: list[str] = Field([], max_length=50)
    takes: list[Named] = Field([], max_length=10_000, description="SHA-256 of takes of yours.")


class DueOut(Schema):
    """A duty that would be raised."""

    duty: str
    bearer: str
    subject: str
    due: datetime | None
    clause: str


class CorpusOut(Schema):
    """A corpus that would end, with what was made from it."""

    manifest: str
    licensee: str
    purpose: str
    use_class: str
    takes: int
    models: list[str]
    services: list[str]
    ended: bool
    batches: list[str] = Field(description="Batches of synthetic takes that descend from yours.")


class ForeseenOut(Schema):
    """What a withdrawal would do if it were made now. Nothing was done."""

    takes: int
    corpora: list[CorpusOut]
    duties: list[DueOut]
    already: str | None = Field(description="A withdrawal of the same scope that stands.")


class FindingOut(Schema):
    """What an auditor noted."""

    digest: str
    about: str
    severity: str
    text: str
    by: str
    at: datetime
    entry: int

    @staticmethod
    def resolve_by(row: Finding) -> str:
        """Name who noted it."""
        return row.by.username

    @staticmethod
    def resolve_entry(row: Finding) -> int:
        """Name the log entry."""
        return row.entry_id


@router.get("/withdrawals", response=Page[WithdrawalOut], auth=allowed("account:read"))
def withdrawals(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List withdrawals, the newest first."""
    rows = visible(Withdrawal, cast(Request, request).sight).select_related("performer")
    return paged(rows.order_by("-entry_id"), part)


@router.post("/withdrawals/preview", response=ForeseenOut, auth=allowed("account:read"))
def preview(request: HttpRequest, told: ScopeIn) -> dict[str, Any]:
    """Say exactly what a withdrawal of yours would do. It is made on its page, by a person."""
    here = cast(Request, request)
    performer = here.sight.whose(WITHDRAW)
    if performer is None:
        raise Http404
    found = foresee(here.place, performer, Scope.parse(told.dict()))
    corpora = [
        {
            **vars(each),
            "models": [name for _, name in each.models],
            "services": [service.name for service in each.services],
            "batches": [batch for batch, _ in each.batches],
        }
        for each in found.corpora
    ]
    duties = [{**vars(due), "duty": due.duty.value} for due in found.duties]
    return {"takes": found.takes, "corpora": corpora, "duties": duties, "already": found.already}


@router.get("/obligations", response=Page[ObligationOut], auth=allowed("account:read"))
def obligations(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List duties with their dates, the soonest first."""
    rows = visible(Obligation, cast(Request, request).sight)
    rows = rows.select_related("bearer", "fulfilment")
    return paged(rows.order_by(F("due").asc(nulls_last=True), "pk"), part)


@router.get("/findings", response=Page[FindingOut], auth=allowed("audit:read"))
def findings(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List what auditors have noted, the newest first, for those who see everything."""
    rows = visible(Finding, cast(Request, request).sight).select_related("by")
    return paged(rows.order_by("-at", "-pk"), part)
