"""Consent receipts of agreements, and agreements as ODRL, from the registry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from yesand.agreements.approving.services import given
from yesand.agreements.consent.receipt import receipt
from yesand.agreements.consent.record import Addresses, Consent, Controller
from yesand.agreements.models import Agreement
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.services import against, receipt_of
from yesand.agreements.suspending.services import reaching
from yesand.agreements.terms import TERRITORIES, Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place


def consent_receipt(place: Place, agreement: Agreement, home: str | None = None) -> dict[str, Any]:
    """Return the receipt of a performer's consent, as it stands now.

    Parameters
    ----------
    home : where the house's pages lie for the one who holds the receipt; none: where
        ``YESAND_PUBLIC_URL`` says, or nowhere.

    Raises
    ------
    Refused : nobody consented: a public corpus's own licence, or a trial.
    """
    if agreement.kind != Agreement.Kind.INDIVIDUAL:
        raise Refused("Nobody consented here, so there is no consent receipt", where=str(agreement))
    now, terms = place.clock.now(), Terms.parse(agreement.terms)
    consent = Consent(
        agreement.digest,
        terms,
        agreement.language,
        agreement.performer.public_key,
        controller(agreement),
        agreement.signed_at,
        _addresses(settings.PUBLIC_URL if home is None else home),
        against(agreement),
        expired=bool(terms.valid_until and terms.day_of(now) > terms.valid_until),
    )
    return receipt(consent, receipt_of(place, agreement), place.signer, now)


def _addresses(home: str) -> Addresses:
    if not home:
        return Addresses()
    names = ("withdrawal_preview", "account_export", "account_leave")
    return Addresses(*(home + reverse(name) for name in names))


def odrl(agreement: Agreement) -> dict[str, Any]:
    """Return an agreement as an ODRL Agreement, less what was withdrawn or is suspended now."""
    frame = Frame.of(
        agreement.digest, agreement.performer.public_key, agreement.producer.public_key
    )
    terms, leave = Terms.parse(agreement.terms), given().get(agreement.digest, ())
    return document(terms, frame, against(agreement), leave, reaching()(agreement, terms))


def controller(agreement: Agreement) -> Controller:
    """Return who answers for an agreement, as the house introduces itself.

    Raises
    ------
    BadInput : the house is in a country that is none.
    """
    producer, country = agreement.producer, settings.CONTROLLER["country"]
    if country and country not in TERRITORIES:
        raise BadInput(
            f"{country!r} is not an ISO 3166-1 country code",
            where="YESAND_COUNTRY",
            remedy="Use two letters, e.g. DE.",
        )
    return Controller(producer.public_key, producer.name, **settings.CONTROLLER)


def agreement_named(name: str) -> Agreement:
    """Return the agreement whose digest begins so.

    Raises
    ------
    BadInput : there is none, or there are several.
    """
    rows = Agreement.objects.filter(digest__startswith=name.lower())
    found = list(rows.select_related("performer", "producer", "entry")[:2])
    if len(found) != 1 or len(name) < 4:
        many = "More than one agreement begins" if found else "No agreement begins"
        raise BadInput(f"{many} like that", where=name, remedy="Give at least its first 12 signs.")
    return found[0]
