"""From a posting to the page of the record that it follows from, for those who may see that.

A transaction's id, or what it ``follows``, names the record. What was posted before that was kept
is found by its log entry, and by the ids that a performer's statements give their transactions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from yesand.kernel.ids import digest_of
from yesand.people.sight import Sight, visible
from yesand.royalties.auditing.audit import PREFIX as AUDIT
from yesand.royalties.auditing.audit import posted_by
from yesand.royalties.disputing.dispute import PREFIX as DISPUTE
from yesand.royalties.models import (
    Account,
    Audit,
    Dispute,
    Invoice,
    Payout,
    Posting,
    Receipt,
    Statement,
    Transaction,
)
from yesand.royalties.paying.phases import PREFIX
from yesand.royalties.reassigning.payee import PREFIX as PAYEE


@dataclass(frozen=True)
class Move:
    """A posting, and the address of the page of what it follows from (empty: none to be seen)."""

    posting: Posting
    address: str


def followed(postings: Sequence[Posting], account: Account, sight: Sight) -> list[Move]:
    """Return an account's postings with the page of the record that each follows from."""
    found = addresses([posting.transaction for posting in postings], account, sight)
    return [Move(posting, found.get(posting.transaction_id, "")) for posting in postings]


def addresses(heads: Sequence[Transaction], account: Account, sight: Sight) -> dict[str, str]:
    """Return transaction → the address of the page of what it follows from."""
    told = {head.pk: head.follows or head.pk for head in heads}
    found = _named(told, Statement, "statement", sight) | _named(told, Invoice, "invoice", sight)
    found |= _payouts([name for name in told if name.startswith(PREFIX)], sight)
    found |= _disputes([name for name in told if name.startswith(DISPUTE)], sight)
    found |= _audits([name for name in told if name.startswith(AUDIT)], sight)
    if sight.everything:
        found |= {name: reverse("payees") for name in told if name.startswith(PAYEE)}
    old = [head for head in heads if head.verb is None and head.pk not in found]
    return found | (_before(old, account, sight) if old else {})


def _named(
    told: Mapping[str, str], model: type[Statement | Invoice], page: str, sight: Sight
) -> dict[str, str]:
    rows = visible(model, sight).filter(digest__in=set(told.values()))
    there = set(rows.values_list("digest", flat=True))
    return {name: reverse(page, args=[of]) for name, of in told.items() if of in there}


def _payouts(ids: Iterable[str], sight: Sight) -> dict[str, str]:
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


def _audits(ids: Iterable[str], sight: Sight) -> dict[str, str]:
    begins = {name: posted_by(name) for name in ids}
    if not begins:
        return {}
    rows = visible(Audit, sight).values_list("digest", "name")
    known = {digest[:48]: name for digest, name in rows}
    return {
        name: reverse("pay_audit", args=[known[begin]])
        for name, begin in begins.items()
        if begin in known
    }


def _before(heads: Sequence[Transaction], account: Account, sight: Sight) -> dict[str, str]:
    entries = {head.entry_id: head.pk for head in heads if head.entry_id is not None}
    mine = visible(Invoice, sight)
    invoices = dict(mine.filter(entry__in=entries).values_list("entry", "digest"))
    receipts = Receipt.objects.filter(entry__in=entries, invoice__in=mine)
    invoices |= dict(receipts.values_list("entry", "invoice"))
    found = {entries[entry]: reverse("invoice", args=[name]) for entry, name in invoices.items()}
    if account.performer_id is not None:
        rows = visible(Statement, sight).filter(performer=account.performer_id)
        for name in rows.values_list("digest", flat=True):
            for what in ("corrections", "deductions"):
                found[digest_of({what: name})] = reverse("statement", args=[name])
    return found
