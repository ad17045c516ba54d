"""Gathering who can be paid: by the ledger, their bank details, holds, and what came back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from yesand.affect.models import Rater
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people.models import Performer, User
from yesand.provenance.dsse import payload_of
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.royalties.gathering.services import trial
from yesand.royalties.instruments.services import directed_payees
from yesand.royalties.ledger import performer_account
from yesand.royalties.models import (
    Account,
    Payout,
    PayoutHold,
    PayoutHoldEnd,
    PayoutStep,
    Posting,
    Settlement,
    Statement,
)
from yesand.royalties.paying.banking.services import currents, fresh
from yesand.royalties.paying.details import BANK
from yesand.royalties.paying.phases import Step
from yesand.royalties.paying.plan import Payee
from yesand.royalties.paying.threshold import SETTING, thresholds
from yesand.royalties.raters.rate import ACCOUNT, rater_account

#: Whose accounts are paid: one account, one payee. Another kind of payee is added here.
KINDS = ("performer", "agent", "audit", "rater")
#: The account is wrong, closed, blocked or unknown (ISO 20022, external return reasons): the same
#: details would come back again.
_UNUSABLE = ("AC01", "AC04", "AC06", "AC13", "BE04")


def currencies() -> list[str]:
    """Return the currencies in which somebody is owed something."""
    rows = _postings().values_list("currency").annotate(sum=Sum("micro")).order_by("currency")
    return sorted({currency for currency, _ in rows})


def owed(currency: str) -> dict[str, int]:
    """Return what the house owes each payee in a currency, in micro-units, by account."""
    rows = _postings().filter(currency=currency).values_list("account__name")
    return {name: -micro for name, micro in rows.annotate(Sum("micro")).order_by("account__name")}


def payees(place: Place, currency: str) -> Iterator[Payee]:
    """Yield everybody with a balance in a currency, with what bears on paying them."""
    on_trial, details = trial(), currents()
    young = fresh(details, place.clock.now())
    least = threshold(currency).micro
    balances = owed(currency)
    held, back, gone = holds(), _sent_back(currency), _erased(balances)
    through, promised = paid_through(place), least_promised(currency)
    for account, micro in balances.items():
        via = through.get(account, account)
        row = details.get(via)
        reason, bank = back.get(account, ("", 0))
        yield Payee(
            account=account,
            micro=micro,
            threshold=max(least, promised.get(account, 0)),
            details=row.entry.record if row else "",
            masked=row.masked if row else "",
            fresh=young.get(via),
            trial=on_trial,
            erased=account in gone,
            held=held[account].reason if account in held else "",
            again=reason,
            rail=row.rail if row else BANK,
            unusable=bool(row and row.pk == bank and reason.startswith(_UNUSABLE)),
        )


def paid_through(place: Place) -> dict[str, str]:
    """Return who is paid through another's account, as they have directed: account → account."""
    return directed_payees(place.clock.now().date())


def least_promised(currency: str) -> dict[str, int]:
    """Return the least that is paid to those whose last statement carried more than a remainder.

    Only those of the last settlement count: what nothing is added to any more is paid out.
    """
    last = Settlement.objects.order_by("-period").first()
    rows = Statement.objects.filter(settlement=last, currency=currency, payable_minor=0)
    found = {}
    for row in rows.filter(carried_micro__gt=0).select_related("performer"):
        told = parse(payload_of(row.envelope))["predicate"]
        found[performer_account(row.performer.handle)] = told.get("least_payout_micro", 0)
    return found


def sent_to(performer: Performer) -> QuerySet[Payout]:
    """Return what was paid to a performer, or is on its way, the latest first."""
    rows = Payout.objects.filter(performer=performer, run__decision__approved=True)
    return rows.select_related("run").prefetch_related("steps").order_by("-run__at", "-pk")


def threshold(currency: str) -> Money:
    """Return the least that this house pays at once in a currency."""
    return thresholds(os.environ.get(SETTING, "")).get(currency, Money(currency, 0))


def holds() -> dict[str, PayoutHold]:
    """Return who is held now, by account."""
    return {row.payee: row for row in PayoutHold.objects.filter(end=None).order_by("pk")}


def hold(place: Place, payee: str, reason: str, by: User) -> PayoutHold:
    """Pay a payee nothing until that is ended; whoever else is paid goes on being paid.

    Raises
    ------
    NotFound : no such account. BadInput : no reason.
    """
    if not Account.objects.filter(name=payee).exists():
        raise NotFound("No account of that name in the ledger", where=payee)
    if not reason.strip():
        raise BadInput("Say why", where="reason")
    known = holds().get(payee)
    now = place.clock.now()
    return known or PayoutHold.objects.create(payee=payee, reason=reason.strip(), by=by, at=now)


def release(place: Place, payee: str, by: User) -> PayoutHoldEnd:
    """Pay a payee again.

    Raises
    ------
    NotFound : they are not held.
    """
    known = holds().get(payee)
    if known is None:
        raise NotFound("That payee is not held", where=payee)
    with transaction.atomic():
        return PayoutHoldEnd.objects.create(hold=known, by=by, at=place.clock.now())


def _postings() -> QuerySet[Posting]:
    whose = Q()
    for kind in KINDS:
        whose |= Q(account__name__startswith=f"{kind}:")
    return Posting.objects.filter(whose)


def _sent_back(currency: str) -> dict[str, tuple[str, int]]:
    """Return why the latest payout to each payee came back, where it did, and from which details.

    Only what did not stay where it was sent counts: not left out before it was sent.
    """
    latest = dict[str, Payout]()
    rows = Payout.objects.filter(run__currency=currency).prefetch_related("steps")
    for row in rows.order_by("run__number"):
        if row.standing not in {"prepared", PayoutStep.LEFT}:
            latest[row.payee] = row
    return {
        payee: (_reason(row), row.bank_id)
        for payee, row in latest.items()
        if row.standing in {Step.RETURNED, Step.VOID}
    }


def _reason(row: Payout) -> str:
    undone = row.steps.filter(step__in=[Step.RETURNED, Step.VOID]).first()
    return (undone.reason or "no reason given") if undone else ""


def _erased(accounts: Iterable[str]) -> set[str]:
    """Return the accounts of those who left: nobody is there to be paid.

    Whoever joined has an entry in the log; leaving blanks what it is about.
    """
    handles = [name.partition(":")[2] for name in accounts if name.startswith("performer:")]
    left = dict[str, str]()
    for row in Performer.objects.filter(user=None, handle__in=handles):
        joined = digest_of({"handle": row.handle, "public_key": row.public_key})
        left[joined] = performer_account(row.handle)
    there = Entry.objects.filter(kind=Kind.PERFORMER_JOINED, record__in=left)
    for record in there.values_list("record", flat=True):
        left.pop(record, None)
    return set(left.values()) | _raters_gone(accounts)


def _raters_gone(accounts: Iterable[str]) -> set[str]:
    pseudonyms = [name.removeprefix(ACCOUNT) for name in accounts if name.startswith(ACCOUNT)]
    rows = Rater.objects.filter(user=None, pseudonym__in=pseudonyms)
    return {rater_account(row.pseudonym.hex) for row in rows if row.forgotten}
