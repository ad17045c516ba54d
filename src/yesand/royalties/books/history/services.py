"""What moved on an account, one posting after the other."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Sum, Window
from django.db.models.functions import Cast, Coalesce, TruncDate

from yesand.kernel.errors import BadInput, NotFound
from yesand.royalties.books.services import until
from yesand.royalties.models import Account, Posting

_COUNTS_FROM = Coalesce("transaction__effective", TruncDate("transaction__at", tzinfo=UTC))


def account_named(name: str) -> Account:
    """Return an account of the ledger.

    Raises
    ------
    NotFound : nothing was ever posted to one of that name.
    """
    found = Account.objects.filter(name=name).first()
    if found is None:
        raise NotFound(
            "No account of that name", where=name[:80], remedy="`yesand books` lists them."
        )
    return found


def day(text: str) -> date | None:
    """Read a day; nothing is none.

    Raises
    ------
    BadInput : not a day.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            f"{text[:40]!r} is not a day", where="as of", remedy="Write it as 2026-10-31."
        ) from None


def history(
    account: Account, as_of: date | None = None, effective: date | None = None
) -> QuerySet[Posting]:
    """Return an account's postings in order, each with its ``running`` balance after it.

    Parameters
    ----------
    as_of, effective : as in ``until``; asked by what counts, they stand in the order of that.
    """
    rows = Posting.objects.filter(until(as_of, effective), account=account)
    recorded = ["transaction__at", "transaction_id", "pk"]
    order: list[Any] = [_COUNTS_FROM, *recorded] if effective else recorded
    total = Window(Sum("micro"), partition_by=[F("currency")], order_by=order)
    running = Cast(total, BigIntegerField())
    return rows.select_related("transaction").annotate(running=running).order_by(*order)
