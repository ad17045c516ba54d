"""The books in the API: accounts as of a day, and one account posting by posting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django.db.models import Q, Sum
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import P, PathEx, Query, Router, Schema
from pydantic import Field

from yesand.people.bearer import allowed
from yesand.people.shapes import Page, Slice, paged
from yesand.people.sight import Request, visible
from yesand.royalties.books.history.services import history
from yesand.royalties.books.services import until
from yesand.royalties.ledger import Verb
from yesand.royalties.models import Account, Posting

router = Router(tags=["usage and royalties"])
Name = PathEx[str, P(pattern=r"^[\w.@+:-]{1,160}$", description="Such as `performer:Ada`.")]


class BalanceNow(Schema):
    """An account's balance in one currency; positive is debit, what somebody owes the house."""

    account: str
    currency: str
    micro: int


class Posted(Schema):
    """One posting, with the account's balance in its currency after it."""

    at: datetime = Field(description="When it was recorded.")
    effective: date = Field(description="The day from which it counts (UTC).")
    verb: str = Field(description="transfer, pending, post, void or reverse.")
    follows: str | None = Field(
        description="The transaction that it ends or reverses, or the record that it belongs to."
    )
    memo: str
    currency: str
    micro: int
    balance_micro: int
    record: str = Field(description="Names the transaction: what it follows from.")
    entry: int | None = Field(description="The log entry.")

    @staticmethod
    def resolve_at(row: Posting) -> datetime:
        """Give when it was posted."""
        return row.transaction.at

    @staticmethod
    def resolve_effective(row: Posting) -> date:
        """Give when it counts from."""
        return row.transaction.counts_from

    @staticmethod
    def resolve_verb(row: Posting) -> str:
        """Say what it does; what was posted before that was kept moved at once."""
        return row.transaction.verb or Verb.TRANSFER

    @staticmethod
    def resolve_follows(row: Posting) -> str | None:
        """Name what it follows."""
        return row.transaction.follows

    @staticmethod
    def resolve_memo(row: Posting) -> str:
        """Say what for."""
        return row.transaction.memo

    @staticmethod
    def resolve_balance_micro(row: Posting) -> int:
        """Give the balance after it."""
        return int(cast(Any, row).running)

    @staticmethod
    def resolve_record(row: Posting) -> str:
        """Name the transaction."""
        return row.transaction_id

    @staticmethod
    def resolve_entry(row: Posting) -> int | None:
        """Name the log entry."""
        return row.transaction.entry_id


class AsOf(Slice):
    """Which part, and up to the end of which day (UTC), by either time or by both."""

    as_of: date | None = Field(None, description="What was recorded by then.")
    effective: date | None = Field(None, description="What counts from then or before.")


@router.get("/books", response=Page[BalanceNow], auth=allowed("account:read"))
def books(request: HttpRequest, part: Query[AsOf]) -> dict[str, Any]:
    """List the balances of the accounts that are yours to see, as of a day."""
    posted = Q(until(part.as_of, part.effective, "postings__"), postings__isnull=False)
    rows = visible(Account, cast(Request, request).sight).filter(posted)
    sums = rows.values("name", "postings__currency").annotate(micro=Sum("postings__micro"))
    found = paged(sums.order_by("name", "postings__currency"), part)
    items = [
        {"account": row["name"], "currency": row["postings__currency"], "micro": row["micro"]}
        for row in found["items"]
    ]
    return {**found, "items": items}


@router.get("/books/{account}", response=Page[Posted], auth=allowed("account:read"))
def book(request: HttpRequest, account: Name, part: Query[AsOf]) -> dict[str, Any]:
    """Return one account posting by posting, the oldest first, as of a day."""
    found = get_object_or_404(visible(Account, cast(Request, request).sight), name=account)
    return paged(history(found, part.as_of, part.effective), part)
