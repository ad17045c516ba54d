"""Disputes in the API: read by those whose they are, and by producers and auditors."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from yesand.people.bearer import allowed
from yesand.people.shapes import Digest, Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.royalties.models import Dispute

router = Router(tags=["usage and royalties"])


class DisputeOut(Schema):
    """A dispute of one line; money in micro-units."""

    digest: str
    performer: str
    statement: str
    line: int
    currency: str
    held_micro: int
    state: str
    due: datetime | None

    @staticmethod
    def resolve_performer(row: Dispute) -> str:
        """Name the performer by their handle."""
        return row.performer.handle

    @staticmethod
    def resolve_statement(row: Dispute) -> str:
        """Name the statement."""
        return row.statement_id

    @staticmethod
    def resolve_line(row: Dispute) -> int:
        """Count lines from 1, as documents do."""
        return row.line + 1

    @staticmethod
    def resolve_held_micro(row: Dispute) -> int:
        """Give what is held now."""
        return row.held.micro

    @staticmethod
    def resolve_state(row: Dispute) -> str:
        """Say how it stands."""
        return row.state.value

    @staticmethod
    def resolve_due(row: Dispute) -> datetime | None:
        """Give by when the producer has to speak."""
        return row.last.due


class WordOut(Schema):
    """One word of a dispute, as it was signed."""

    word: str
    said: str
    hand: dict[str, Any]
    at: datetime
    envelope: dict[str, Any]


class DisputeWhole(DisputeOut):
    """A dispute with all its words."""

    words: list[WordOut]

    @staticmethod
    def resolve_words(row: Dispute) -> list[Any]:
        """Give them in their order."""
        return list(row.words.all())


@router.get("/disputes", response=Page[DisputeOut], auth=allowed("account:read"))
def disputes(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """List disputes of lines of statements, the newest first."""
    rows = visible(Dispute, cast(Request, request).sight).select_related("performer")
    return paged(rows.prefetch_related("words").order_by("-at", "digest"), part)


@router.get("/disputes/{digest}", response=DisputeWhole, auth=allowed("account:read"))
def dispute(request: HttpRequest, digest: Digest) -> Dispute:
    """Return one dispute, word by word, each as its party signed it."""
    rows = visible(Dispute, cast(Request, request).sight).select_related("performer")
    return get_object_or_404(rows.prefetch_related("words"), digest=digest)
