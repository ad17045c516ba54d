"""What moved on an account, one posting after the other, and what each follows from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import BigIntegerField, F, QuerySet, Sum, Window
from django.db.models.functions import Cast
from django.urls import reverse

from yesand.kernel.errors import BadInput, NotFound
from yesand.people.sight import Sight, visible
from yesand.royalties.books.services import until
from yesand.royalties.disputing.dispute import PREFIX as DISPUTE
from yesand.royalties.models import Account, Dispute, Payout, Posting, Statement
from yesand.royalties.paying.phases import PREFIX


@dataclass(frozen=True)
class Move:
    """A posting, and the address of the page of what it follows from (empty: none to be seen)."""

    posting: Posting
    address: str


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


def history(account: Account, as_of: date | None = None) -> QuerySet[Posting]:
    """Return an account's postings in order, each with its ``running`` balance after it."""
    rows = Posting.objects.filter(until(as_of), account=account).select_related("transaction")
    order = ["transaction__at", "transaction_id", "pk"]
    total = Window(Sum("micro"), partition_by=[F("currency")], order_by=order)
    return rows.annotate(running=Cast(total, BigIntegerField())).order_by(*order)


def followed(postings: Sequence[Posting], sight: Sight) -> list[Move]:
    """Return postings with the page of the record that each follows from, if one may see it."""
    ids = {posting.transaction_id for posting in postings}
    statements = visible(Statement, sight).filter(digest__in=ids).values_list("digest", flat=True)
    found = {name: reverse("statement", args=[name]) for name in statements}
    found |= _payouts({name for name in ids if name.startswith(PREFIX)}, sight)
    found |= _disputes({name for name in ids if name.startswith(DISPUTE)}, sight)
    return [Move(posting, found.get(posting.transaction_id, "")) for posting in postings]


def _payouts(ids: Collection[str], sight: Sight) -> dict[str, str]:
    of = {name: name.rsplit(".", 1)[-1] for name in ids}
    seen = visible(Payout, sight).filter(pk__in=of.values()).select_related("run")
    runs = {payout.pk: payout.run.digest for payout in seen}
    # The run tells what others were paid: who sees all of it is led there, others to their own.
    return {
        name: reverse("payout_run", args=[runs[end]]) if sight.everything else reverse("balance")
        for name, end in of.items()
        if end in runs
    }


def _disputes(ids: Collection[str], sight: Sight) -> dict[str, str]:
    begins = {name: name.rsplit(".", 1)[-1] for name in ids}
    if not begins:
        return {}
    known = {row.digest[:40]: row.digest for row in visible(Dispute, sight)}
    return {
        name: reverse("dispute", args=[known[begin]])
        for name, begin in begins.items()
        if begin in known
    }
