"""Keeping how organisations are named on invoices, and the table of tax rates."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.invoicing.bill import Party
from yesand.royalties.invoicing.tax import MILLION, Rate
from yesand.royalties.models import Billing, TaxRate

RATE = "application/vnd.yes-and.tax-rate+json"
TERMS = 30
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_VAT_ID = re.compile(r"([A-Z]{2}[A-Z0-9+*]{2,13})?\Z")
_FIELDS = ("name", "address", "country", "vat_id", "terms")


def keep(
    place: Place,
    whose: Organisation | None,
    by: User,
    *,
    name: str,
    address: str,
    country: str,
    vat_id: str = "",
    terms: int = TERMS,
) -> Billing:
    """Keep how an organisation (none: the house) is named on invoices from now on.

    Invoices that were issued stay as they are. The same once more changes nothing.

    Raises
    ------
    BadInput : a name or address that is missing, or a country, VAT number or term that cannot be.
    """
    told = {
        "name": " ".join(name.split())[:200],
        "address": "\n".join(filter(None, (x.strip() for x in address.splitlines())))[:400],
        "country": country.strip().upper(),
        "vat_id": re.sub(r"[\s.-]", "", vat_id).upper(),
        "terms": terms,
    }
    _check(told)
    with transaction.atomic():
        log.wait_to_write()
        known = current(whose)
        if known is not None and {n: getattr(known, n) for n in _FIELDS} == told:
            return known
        slug = whose.slug if whose else ""
        entry = log.record(place, Kind.BILLING_CHANGED, digest_of({"whose": slug, **told}))
        at = place.clock.now()
        return Billing.objects.create(organisation=whose, by=by, at=at, entry=entry, **told)


def current(whose: Organisation | None) -> Billing | None:
    """Return how an organisation (none: the house) is named on invoices now."""
    return Billing.objects.filter(organisation=whose).order_by("-pk").first()


def party(whose: Organisation | None, otherwise: str) -> Party:
    """Return an organisation as invoices name it; by its plain name, if it has not said."""
    row = current(whose)
    if row is None:
        return Party(name=otherwise, address="", country="", vat_id="")
    return Party(name=row.name, address=row.address, country=row.country, vat_id=row.vat_id)


def set_rate(place: Place, country: str, ppm: int, since: date, by: User) -> TaxRate:
    """Enter a country's standard rate from a day on, signed by the producer.

    Raises
    ------
    BadInput : no country, or no rate. Refused : another rate is set from that day on.
    """
    country = country.strip().upper()
    if not _COUNTRY.match(country) or not 0 <= ppm <= MILLION:
        raise BadInput("A country's two letters, and a rate from 0 to 100 %", where=country[:20])
    with transaction.atomic():
        log.wait_to_write()
        known = TaxRate.objects.filter(country=country, since=since).first()
        if known is not None:
            if known.ppm == ppm:
                return known
            raise Refused(f"{known} is set already", remedy="A rate that changes has another day.")
        at = place.clock.now()
        told = {"at": stamp(at), "country": country, "ppm": ppm, "since": since.isoformat()}
        return TaxRate.objects.create(
            country=country,
            since=since,
            ppm=ppm,
            by=by,
            at=at,
            envelope=dsse.seal(told, [signer_of(place, organisation(PRODUCER))], RATE),
            entry=log.record(place, Kind.TAX_SET, digest_of(told)),
        )


def rates() -> list[Rate]:
    """Return the table of rates."""
    return [Rate(row.country, row.since, row.ppm) for row in TaxRate.objects.order_by("since")]


def _check(told: dict[str, object]) -> None:
    country, vat_id, terms = str(told["country"]), str(told["vat_id"]), told["terms"]
    if not told["name"] or not told["address"]:
        raise BadInput("An invoice needs a name and an address", where="Directive 2006/112/EC 226")
    if not _COUNTRY.match(country):
        raise BadInput("A country has two letters, such as DE", where=country[:20])
    if not _VAT_ID.match(vat_id):
        raise BadInput(
            "A VAT number begins with its country, such as DE123456789", where=vat_id[:20]
        )
    if not isinstance(terms, int) or not 0 <= terms <= 365:
        raise BadInput("Terms are from 0 to 365 days", where=str(terms))
