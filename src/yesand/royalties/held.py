"""What the room of royalties holds about a person: statements, and what is owed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from yesand.affect.rating.services import rater_of
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people.models import Performer, User
from yesand.royalties.auditing.services import audit_of
from yesand.royalties.instruments.services import read
from yesand.royalties.models import (
    Audit,
    BankAccount,
    Dispute,
    Instrument,
    Payout,
    Posting,
    RaterPay,
    Statement,
    UsageClaim,
)
from yesand.royalties.paying.banking.services import details_of, readable
from yesand.royalties.paying.banking.services import erase as erase_details
from yesand.royalties.paying.phases import Step
from yesand.royalties.raters.rate import rater_account
from yesand.royalties.raters.services import accruing
from yesand.royalties.services import balance, owed_to
from yesand.training.models import Deployment

_STATEMENT = ("digest", "currency", "total_micro", "payable_minor", "carried_micro", "envelope")
_PAID = ("answers", "currency", "micro")
_POSTING = ("transaction__at", "transaction__memo", "currency", "micro")


def held(user: User) -> dict[str, Any]:
    """Return the statements as signed, and every posting to the person's account."""
    statements = Statement.objects.filter(performer__user=user).order_by("settlement__period")
    postings = Posting.objects.filter(account__performer__user=user)
    return {
        "statements": list(statements.values("settlement__period", *_STATEMENT)),
        "postings": list(postings.order_by("transaction__at", "pk").values(*_POSTING)),
        "bank details": [_bank(row) for row in _details(user)],
        "payouts": [_payout(row) for row in _payouts(user)],
        "certificates and directions": list(_instruments(user)),
        "disputes": [_dispute(row) for row in _disputes(user)],
        "audits": list(_audits(user)),
        "pay for ratings": list(
            RaterPay.objects.filter(rater__user=user)
            .order_by("period")
            .values("period", *_PAID, "envelope")
        ),
        "claims": list(
            UsageClaim.objects.filter(by=user)
            .order_by("at")
            .values("deployment", "usage_period", "evidence", "at", "decision__words")
        ),
    }


def _disputes(user: User) -> QuerySet[Dispute]:
    rows = Dispute.objects.filter(performer__user=user).prefetch_related("words")
    return rows.select_related("statement__settlement").order_by("at")


def _dispute(row: Dispute) -> dict[str, Any]:
    said = [{"word": w.word, "said": w.said, "at": w.at} for w in row.words.all()]
    told = {"month": row.statement.settlement.period, "line": row.line + 1, "said": said}
    return {**told, "held": str(row.held), "state": row.state.value}


def _audits(user: User) -> Iterator[dict[str, Any]]:
    for row in Audit.objects.filter(performer__user=user).order_by("entry_id"):
        yield {"digest": row.digest, **audit_of(row).model_dump(mode="json")}


def _details(user: User) -> QuerySet[BankAccount]:
    return details_of(user).order_by("pk")


def _payouts(user: User) -> QuerySet[Payout]:
    rows = Payout.objects.filter(performer__user=user).select_related("run")
    return rows.prefetch_related("steps").order_by("run__at", "pk")


def _instruments(user: User) -> Iterator[dict[str, Any]]:
    for row in Instrument.objects.filter(performer__user=user).order_by("entry_id"):
        yield {"digest": row.digest, **read(row).model_dump(mode="json")}


def _bank(row: BankAccount) -> dict[str, Any]:
    details = readable(row)
    told = asdict(details) if details else {}
    return {"since": row.at, "given by": row.by.username, **told}


def _payout(row: Payout) -> dict[str, Any]:
    steps = {step.step: step.at for step in row.steps.all()}
    return {"id": row.pk, "run": str(row.run), "paid": str(row.money), "to": row.masked, **steps}


def hindrances(place: Place, user: User) -> Iterator[str]:
    """Money on its way has to arrive, or come back, first."""
    for row in _payouts(user):
        if row.standing == Step.PENDING:
            yield gettext("%(money)s is on its way to you: wait until the bank confirms it.") % {
                "money": row.money
            }


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that bank details go."""
    if _details(user).exclude(sealed="").exists():
        yield gettext("Your bank details, and all that were before them.")


def erase(place: Place, user: User) -> None:
    """Erase where the person was paid."""
    erase_details(user)


def forgone(place: Place, user: User) -> Iterator[str]:
    """Say what is owed, or will be: it stays in the books, and nobody is left to be paid it."""
    for money in owed_for_rating(place, user):
        yield gettext("%(money)s for your ratings is owed to you and not paid out yet.") % {
            "money": money
        }
    performer = Performer.objects.filter(user=user).first()
    if performer is None:
        return
    for money in payable(performer):
        yield gettext("%(money)s is owed to you and not paid out yet.") % {"money": money}
    for deployment in relying(performer):
        yield gettext(
            "The model “%(model)s” in service relies on you and pays royalties until it is retired."
        ) % {"model": deployment.name}


def payable(performer: Performer) -> list[Money]:
    """Return what is owed to a performer, where it is enough to be paid (a minor unit)."""
    return [money for money in owed_to(performer).values() if abs(money.micro) >= 10_000]


def owed_for_rating(place: Place, user: User) -> list[Money]:
    """Return what stands to a rater's credit, or will with the month, where it can be paid."""
    rater = rater_of(user)
    if rater is None:
        return []
    sums = Counter({c: -m for c, m in balance(rater_account(rater.pseudonym.hex)).items()})
    sums.update({code: money.micro for code, money in accruing(place, rater).items()})
    return [Money(code, micro) for code, micro in sorted(sums.items()) if micro >= 10_000]


def relying(performer: Performer) -> list[Deployment]:
    """Return the deployments in service whose model was trained on a performer's takes."""
    rows = Deployment.objects.filter(
        decommission=None, model__manifest__performers__performer=performer
    )
    return list(rows.distinct().order_by("name"))


def stays(place: Place, user: User) -> Iterator[str]:
    """Say why the books are kept."""
    number = Statement.objects.filter(performer__user=user).count()
    if number:
        yield gettext(
            "Statements (%(n)d) and postings, under your handle alone, as long as the law wants "
            "books kept (in Germany ten years: § 147 AO; GDPR Art. 17(3)(b))."
        ) % {"n": number}
    paid = _payouts(user).count()
    if paid:
        yield gettext(
            "Payouts (%(n)d): amount, day and both ends of the account’s number, for as long."
        ) % {"n": paid}
