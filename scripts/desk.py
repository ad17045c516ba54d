"""The desk's pages: tariffs, disputes, invoices, closing a month; with something on each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from yesand.kernel.clock import Period

if TYPE_CHECKING:
    from yesand.kernel.place import Place
    from yesand.people.models import Organisation, User
    from yesand.royalties.models import Statement

#: Who plays which part.
Seats = dict[str, "User"]


def desk(place: Place, seats: Seats) -> dict[str, tuple[str, str]]:
    """Bill the latest settled month and dispute a line of it; return the pages.

    Parameters
    ----------
    seats : ``producer``, ``performer``, ``licensee``.
    """
    from django.urls import reverse

    from yesand.people.models import Organisation
    from yesand.royalties.models import Invoice, Statement

    producer, performer = seats["producer"].username, seats["performer"].username
    pages = {
        name: (producer, reverse(name))
        for name in "disputes invoices receivables closing exceptions reconciliation claims payees"
        " tariffs new_tariff".split()
    }
    pages["closing-settled"] = (producer, reverse("closing") + "?period=2026-10")
    pages["licensee-invoices"] = (seats["licensee"].username, reverse("invoices"))
    pages["licensee-what-if"] = (seats["licensee"].username, reverse("what_if"))
    _tariff(place, seats["producer"])
    pages["tariff"] = (producer, reverse("tariff", args=["night-line"]))
    lab = Organisation.objects.get(slug="house-lab")
    pages["billing"] = (producer, reverse("billing_details", args=[lab.slug]))
    rows = Statement.objects.filter(performer=seats["performer"].performer)
    statement = rows.order_by("-settlement__period").first()
    if statement is None:
        return pages
    pages["dispute_line"] = (performer, reverse("dispute_line", args=[statement.digest, 2]))
    digest = _disputed(place, statement, seats)
    pages["dispute"] = (performer, reverse("dispute", args=[digest]))
    pages["dispute-producer"] = (producer, reverse("dispute", args=[digest]))
    pages["balance-held"] = (performer, reverse("balance"))
    pages["statement-disputed"] = (performer, reverse("statement", args=[statement.digest]))
    _billed(place, seats["producer"], lab, Period.parse(statement.settlement.period))
    invoice = Invoice.objects.filter(licensee=lab).first()
    if invoice is not None:
        pages["invoice"] = (producer, reverse("invoice", args=[invoice.digest]))
    return pages


def _tariff(place: Place, by: User) -> None:
    from yesand.royalties.tariffs.services import publish

    first = place.clock.now().date().replace(day=1)
    later = (first + timedelta(days=93)).replace(day=1)
    for version, day, micro in ((1, first, 2_000), (2, later, 2_400)):
        told = {"name": "night-line", "version": version, "effective": str(day), "currency": "EUR"}
        publish(place, {**told, "per_unit": {"request": micro}, "revenue_share_ppm": 40_000}, by)


def _disputed(place: Place, statement: Statement, seats: Seats) -> str:
    from yesand.royalties.disputing.dispute import Word
    from yesand.royalties.disputing.services import open_dispute, say

    why = "The session was of three hours, not of two."
    made, _new = open_dispute(place, statement, 0, why, seats["performer"])
    said = "We have asked the studio for its book of that day."
    say(place, made, Word.ANSWERED, said, seats["producer"])
    return made.digest


def _billed(place: Place, by: User, lab: Organisation, period: Period) -> None:
    from yesand.royalties.invoicing.billing.services import keep, set_rate
    from yesand.royalties.invoicing.services import issue

    first = place.clock.now().date().replace(month=1, day=1)
    set_rate(place, "DE", 190_000, first, by)
    street = "Hauptstraße 1\n10115 Berlin"
    keep(place, None, by, name="Test House", address=street, country="DE", vat_id="DE123456789")
    keep(place, lab, by, name="House Lab", address=street, country="DE")
    issue(place, period)
