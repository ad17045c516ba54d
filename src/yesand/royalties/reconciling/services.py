"""What disputes and corrected payees moved in the ledger, and whether their records agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet, Sum

from yesand.kernel.canonical import parse
from yesand.kernel.errors import CheckFailed
from yesand.kernel.money import Money
from yesand.provenance.dsse import payload_of
from yesand.royalties.disputing import dispute as disputes
from yesand.royalties.disputing.services import check_dispute
from yesand.royalties.ledger import Draft
from yesand.royalties.models import (
    Dispute,
    PayoutStep,
    Posting,
    Reassignment,
    ReassignmentDecision,
    Statement,
)
from yesand.royalties.paying.phases import Step
from yesand.royalties.reassigning.payee import PREFIX as PAYEE
from yesand.royalties.reassigning.services import check_reassignment, drafted
from yesand.royalties.reconciling.figures import Figures

_THEIRS = "performer:"
_OURS = Q(transaction__id__startswith=disputes.PREFIX) | Q(transaction__id__startswith=PAYEE)


def moved_by_desk() -> dict[str, Counter[str]]:
    """Return what disputes and corrected payees moved on each account, as the ledger says it."""
    found: dict[str, Counter[str]] = {}
    rows = _postings().values_list("account__name", "currency").annotate(Sum("micro"))
    for name, currency, micro in rows:
        found.setdefault(name, Counter())[currency] += micro
    return found


def check_desk() -> str:
    """Check each dispute and corrected payee: signatures, and that the ledger holds each once.

    Raises
    ------
    CheckFailed : a signature does not hold, or the ledger has other amounts.
    """
    there: dict[str, list[tuple[str, str, int]]] = {}
    for row in _postings().select_related("account").iterator(chunk_size=2_000):
        side = row.account.name, row.currency, row.micro
        there.setdefault(row.transaction_id, []).append(side)
    count = 0
    for draft in _drafts():
        sides = sorted((s.account, s.currency, s.micro) for s in draft.sides)
        if sorted(there.pop(draft.id, [])) != sides:
            raise CheckFailed("The ledger differs from what was decided", where=draft.memo)
        count += 1
    if there:
        raise CheckFailed("The ledger moves what nobody decided", where=next(iter(there)))
    return f"disputes: {Dispute.objects.count():,}, signed word by word; {count:,} moves agree"


def _drafts() -> Iterator[Draft]:
    rows = Dispute.objects.select_related("performer", "statement").prefetch_related("words")
    for row in rows:
        check_dispute(row)
        told = row.digest, row.performer.handle, row.currency, row.held_micro
        yield from _there(disputes.held_draft(*told))
        if not row.holding:
            yield from _there(disputes.released_draft(*told))
    for proposal in Reassignment.objects.select_related("wrong", "right"):
        check_reassignment(proposal)
        if ReassignmentDecision.objects.filter(reassignment=proposal, approved=True).exists():
            yield drafted(proposal)


def _there(draft: Draft | None) -> Iterable[Draft]:
    return (draft,) if draft else ()


def _postings() -> QuerySet[Posting]:
    return Posting.objects.filter(_OURS)


def reconciled() -> list[Figures]:
    """Return each currency's sums over all performers, from statements, ledger and payouts."""
    statements = _stated()
    owed, held = _by_currency(_THEIRS), _by_currency("held:")
    steps = PayoutStep.objects.filter(
        step__in=list(Step), payout__payee__startswith="performer:"
    ).select_related("payout__run")
    moved: dict[str, Counter[str]] = {}
    for step in steps:
        money = step.payout.money
        moved.setdefault(money.currency, Counter())[step.step] += money.micro
    return [
        _figures(code, statements[code], owed.get(code, []), sum(held.get(code, [])), moved)
        for code in sorted({*statements, *owed, *held})
    ]


def _stated() -> Counter[str]:
    """Return what statements leave to performers, by currency: gross, less what is taken off."""
    found = Counter[str]()
    for currency, envelope in Statement.objects.values_list("currency", "envelope").iterator():
        told = parse(payload_of(envelope))["predicate"]
        found[currency] += told["total_micro"] - told.get("deductions_micro", 0)
    return found


def _figures(
    currency: str, statements: int, owed: list[int], held: int, moved: dict[str, Counter[str]]
) -> Figures:
    steps = moved.get(currency, Counter())
    out = steps[Step.PENDING] - steps[Step.VOID] - steps[Step.RETURNED]
    paid = steps[Step.BOOKED] - steps[Step.RETURNED]
    parts = [Money(currency, micro).split()[1] for micro in owed]
    return Figures(
        currency=currency,
        statements=statements,
        ledger=sum(owed) + held + out,
        paid=paid,
        pending=out - paid,
        held=held,
        payable=sum(owed) - sum(parts),
        carried=sum(parts),
    )


def _by_currency(kind: str) -> dict[str, list[int]]:
    """Return what accounts of a kind are owed, each account's sum, by currency."""
    rows = Posting.objects.filter(account__name__startswith=kind)
    found: dict[str, list[int]] = {}
    for currency, _name, micro in rows.values_list("currency", "account__name").annotate(
        Sum("micro")
    ):
        found.setdefault(currency, []).append(-micro)
    return found
