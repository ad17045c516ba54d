"""Reminders of invoices that are late, what is open by age, and who is late for a performer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy

from yesand.kernel.canonical import parse
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Performer
from yesand.provenance import services as log
from yesand.provenance.dsse import payload_of
from yesand.provenance.kinds import Kind
from yesand.royalties.invoicing.aging import Aged, Owed, aged
from yesand.royalties.invoicing.dunning import Level, next_level
from yesand.royalties.invoicing.services import seats
from yesand.royalties.models import Invoice, Receipt, Reminder, Statement
from yesand.royalties.paying.phases import micro_of

_SUBJECT = {
    Level.REMINDED: gettext_lazy("A reminder of invoice %(number)s"),
    Level.SECOND: gettext_lazy("A second reminder of invoice %(number)s"),
    Level.FINAL: gettext_lazy("The final notice of invoice %(number)s"),
}
_WORDS = gettext_lazy(
    "The invoice %(number)s was due on %(day)s and is not paid in full. Performers wait for it."
)
_LATE = gettext_lazy("A licensee is late")
_LATE_WORDS = gettext_lazy(
    "%(licensee)s has not paid for %(month)s yet. What you are owed does not change."
)


@dataclass(frozen=True)
class Late:
    """A licensee that has not paid for a month in which it owes a performer something."""

    licensee: str
    period: str
    since: date


def remind(place: Place) -> int:
    """Send every reminder whose time has come, one an invoice; return how many were sent."""
    return sum(_reminded(place, row) for row, _left in list(open_invoices()))


def open_invoices() -> Iterator[tuple[Invoice, Money]]:
    """Yield what is not paid in full, the longest due first, each with what is open of it.

    What stands to a licensee's credit is used up first: credit notes, and what came in beyond what
    was open. The ledger nets them likewise.
    """
    credit = _credit()
    rows = Invoice.objects.filter(total_minor__gt=0).select_related("licensee", "settlement")
    for row in rows.prefetch_related("reminders").order_by("due_on", "year", "number"):
        whose = row.licensee_id, row.currency
        used = min(row.open.micro, credit[whose])
        credit[whose] -= used
        if row.open.micro > used:
            yield row, Money(row.currency, row.open.micro - used)


def _credit() -> Counter[tuple[int, str]]:
    found = Counter[tuple[int, str]]()
    for note in Invoice.objects.filter(total_minor__lt=0):
        found[note.licensee_id, note.currency] -= note.total.micro
    over = Receipt.objects.filter(over_micro__gt=0).select_related("invoice")
    for row in over:
        found[row.invoice.licensee_id, row.invoice.currency] += row.over_micro
    return found


def receivables(today: date, licensees: frozenset[int] | None = None) -> list[Aged]:
    """Return what is open by licensee, currency and age, in minor units.

    Parameters
    ----------
    licensees : only of these; none: of all.
    """
    return aged(
        (
            Owed(row.licensee.slug, row.currency, row.due_on, _minor(left))
            for row, left in open_invoices()
            if licensees is None or row.licensee_id in licensees
        ),
        today,
    )


def late_for(performer: Performer, today: date) -> list[Late]:
    """Return who has not paid in time for what a performer's statements say they owe."""
    late = [row for row, _left in open_invoices() if row.due_on < today]
    owing = _owing(performer, {row.settlement_id for row in late})
    return [
        Late(row.licensee.name, row.settlement.period, row.due_on)
        for row in late
        if (row.settlement_id, row.licensee.slug) in owing
    ]


def _minor(left: Money) -> int:
    return left.micro // micro_of(left.currency, 1)


def _reminded(place: Place, row: Invoice) -> bool:
    with transaction.atomic():
        log.wait_to_write()
        sent = frozenset(
            Level(x) for x in Reminder.objects.filter(invoice=row).values_list("level", flat=True)
        )
        level = next_level(row.due_on, sent, place.clock.now().date())
        if level is None or row.pk not in {still.pk for still, _left in open_invoices()}:
            return False
        told = {"invoice": row.digest, "level": level.value}
        entry = log.record(place, Kind.INVOICE_REMINDED, digest_of(told))
        Reminder.objects.create(invoice=row, level=level, at=place.clock.now(), entry=entry)
        _write(row, level)
        if level is Level.REMINDED:
            _tell_performers(row)
    return True


def _write(row: Invoice, level: Level) -> None:
    told = {"number": str(row), "day": row.due_on.isoformat()}
    for seat in seats(row.licensee):
        key = f"invoice.{row.digest}.{level.name.lower()}"
        tell(seat.user, key, _SUBJECT[level], _WORDS, told, "invoice", row.digest)


def _tell_performers(row: Invoice) -> None:
    """Tell those to whom it owes something; no letter tells what it owes to whom."""
    told = {"licensee": row.licensee.name, "month": row.settlement.period}
    rows = Statement.objects.filter(settlement=row.settlement).select_related("performer__user")
    for statement in rows.iterator(chunk_size=500):
        user = statement.performer.user
        if user is not None and row.licensee.slug in _licensees(statement):
            tell(user, f"late.{row.digest}", _LATE, _LATE_WORDS, told, "balance")


def _owing(performer: Performer, settlements: set[int]) -> set[tuple[int, str]]:
    rows = Statement.objects.filter(performer=performer, settlement__in=settlements)
    return {(row.settlement_id, slug) for row in rows for slug in _licensees(row)}


def _licensees(statement: Statement) -> set[str]:
    lines = parse(payload_of(statement.envelope))["predicate"]["lines"]
    return {line["licensee"] for line in lines}
