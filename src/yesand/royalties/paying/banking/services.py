"""Where payees are paid: kept sealed, as a history, and told to whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy

from yesand.affect.models import Rater
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Performer, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.ledger import performer_account
from yesand.royalties.models import BankAccount
from yesand.royalties.paying.details import Details, opened
from yesand.royalties.paying.plan import Fresh
from yesand.royalties.raters.rate import ACCOUNT, rater_account

#: Whose account the house itself pays from.
HOUSE = "house"
#: Details younger than that are shown to who approves a run.
FRESH = timedelta(days=14)
_SUBJECT = gettext_lazy("Your bank details were changed")
_WORDS = gettext_lazy(
    "From now on you are paid to another bank account. If neither you nor who acts for you did "
    "that, take the details back on the page below, change your password, and tell us."
)


def keep(place: Place, payee: str, given: Details, by: User) -> BankAccount:
    """Keep where a payee is paid from now on; the same details again change nothing.

    Parameters
    ----------
    payee : the payee's account in the ledger, or ``HOUSE``.
    """
    with transaction.atomic():
        log.wait_to_write()
        known = current(payee)
        if known is not None and readable(known) == given:
            return known
        return _written(place, payee, given.sealed(settings.SECRET_KEY), given.masked, by)


def take_back(place: Place, payee: str, by: User) -> BankAccount | None:
    """Keep no bank details of a payee from now on; they are paid nothing until there are some."""
    with transaction.atomic():
        log.wait_to_write()
        return _written(place, payee, "", "", by) if current(payee) else None


def current(payee: str) -> BankAccount | None:
    """Return where a payee is paid now; none: there are no details."""
    last = BankAccount.objects.filter(payee=payee).order_by("-pk").first()
    return last if last is not None and last.sealed else None


def currents() -> Mapping[str, BankAccount]:
    """Return where everybody is paid now, by payee."""
    rows = BankAccount.objects.select_related("entry").order_by("pk")
    last = {row.payee: row for row in rows}
    return {payee: row for payee, row in last.items() if row.sealed}


def opened_of(row: BankAccount) -> Details:
    """Return the details themselves.

    Raises
    ------
    NotFound : they were erased. CheckFailed : sealed under another secret.
    """
    if not row.sealed:
        raise NotFound("These bank details were erased", where=row.payee)
    return opened(row.sealed, settings.SECRET_KEY)


def readable(row: BankAccount | None) -> Details | None:
    """Return details if there are any that open: not once they are erased, or the secret lost."""
    with suppress(NotFound, CheckFailed):
        return opened_of(row) if row is not None else None
    return None


def fresh(rows: Mapping[str, BankAccount], now: datetime) -> Mapping[str, Fresh]:
    """Return whose details are so young that an approver should look twice, and why."""
    counted = BankAccount.objects.values("payee").annotate(n=Count("pk")).filter(n__gt=1)
    changed = set(counted.values_list("payee", flat=True))
    return {
        payee: Fresh.CHANGED if payee in changed else Fresh.NEW
        for payee, row in rows.items()
        if now - row.at < FRESH
    }


def erase(user: User) -> None:
    """Erase all bank details of a person; that there were some stays."""
    details_of(user).update(sealed="", masked="")


def details_of(user: User) -> QuerySet[BankAccount]:
    """Return all bank details of a person, as a performer and as a rater."""
    own = Q(performer__user=user)
    for pseudonym in Rater.objects.filter(user=user).values_list("pseudonym", flat=True):
        own |= Q(payee=rater_account(pseudonym.hex))
    return BankAccount.objects.filter(own)


def _written(place: Place, payee: str, sealed: str, masked: str, by: User) -> BankAccount:
    kind, _, handle = payee.partition(":")
    performer = Performer.objects.get(handle=handle) if kind == "performer" else None
    first = not BankAccount.objects.filter(payee=payee).exists()
    name = digest(f"{payee}\n{sealed}".encode())
    row = BankAccount.objects.create(
        payee=payee,
        performer=performer,
        sealed=sealed,
        masked=masked,
        by=by,
        at=place.clock.now(),
        entry=log.record(place, Kind.BANK_CHANGED, name),
    )
    whose = performer.user if performer is not None else _rater(payee)
    if whose is not None and not (first and by == whose):
        page = "bank_account" if performer is not None else "rater_bank"
        tell(whose, f"bank.{row.pk}", _SUBJECT, _WORDS, {}, page)
    return row


def _rater(payee: str) -> User | None:
    """Return the person behind a rater's account; none: it is nobody's here."""
    if not payee.startswith(ACCOUNT):
        return None
    with suppress(ValueError):
        pseudonym = UUID(payee.removeprefix(ACCOUNT))
        found = Rater.objects.filter(pseudonym=pseudonym).select_related("user").first()
        return found.user if found is not None else None
    return None


def payee_of(performer: Performer) -> str:
    """Return how a performer is named as a payee."""
    return performer_account(performer.handle)
