"""Whether the ledger says of payouts what their steps say: nothing paid twice, nothing lost."""

from __future__ import annotations

from collections import Counter

from django.db.models import Sum

from yesand.kernel.errors import CheckFailed
from yesand.royalties.models import PayoutStep, Posting, Transaction
from yesand.royalties.paying.phases import PREFIX, Step, drafted


def paid_by_account() -> dict[str, Counter[str]]:
    """Return what payouts have moved on each account, by currency, as the ledger says it."""
    rows = Posting.objects.filter(transaction__id__startswith=PREFIX)
    found: dict[str, Counter[str]] = {}
    for name, currency, micro in rows.values_list("account__name", "currency").annotate(
        Sum("micro")
    ):
        found.setdefault(name, Counter())[currency] += micro
    return found


def check_payouts() -> str:
    """Check that each step of each payout is in the ledger, as it should, and nothing beside them.

    Raises
    ------
    CheckFailed : a step without its transaction, one with other amounts, or one without a step.
    """
    there: dict[str, list[tuple[str, str, int]]] = {}
    postings = Posting.objects.filter(transaction__id__startswith=PREFIX).select_related("account")
    for row in postings.iterator(chunk_size=2_000):
        side = row.account.name, row.currency, row.micro
        there.setdefault(row.transaction_id, []).append(side)
    steps = PayoutStep.objects.filter(step__in=list(Step)).select_related("payout__run")
    count = 0
    for step in steps.order_by("pk"):
        payout, count = step.payout, count + 1
        named = payout.end_to_end, payout.payee, payout.run.currency, payout.minor
        draft = drafted(Step(step.step), *named)
        sides = sorted((s.account, s.currency, s.micro) for s in draft.sides)
        if sorted(there.pop(draft.id, [])) != sides:
            raise CheckFailed("The ledger differs from a payout’s step", where=str(step))
    if there or Transaction.objects.filter(id__startswith=PREFIX).count() != count:
        raise CheckFailed("The ledger pays what no payout says", where=next(iter(there), ""))
    return f"payouts: {count:,} steps; the ledger holds each once, and nothing beside them"
