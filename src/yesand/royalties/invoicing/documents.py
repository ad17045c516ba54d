"""An invoice as PDF and as JSON: the same invoice is the same bytes."""

from __future__ import annotations

from calendar import timegm
from datetime import date
from pathlib import Path

from yesand.kernel.canonical import canonical
from yesand.royalties.documents.apart import Sheet, kept
from yesand.royalties.invoicing.bill import Bill
from yesand.royalties.invoicing.wording import words


def sheet(bill: Bill, digest: str, origin: str, language: str | None = "en") -> Sheet:
    """Return what is to be set for an invoice's PDF; it bears the day of issue."""
    day = date.fromisoformat(bill.issued_on)
    return Sheet(words(bill, digest, origin, language), timegm(day.timetuple()))


def pdf(cache: Path, bill: Bill, digest: str, origin: str, language: str | None = "en") -> bytes:
    """Return an invoice's PDF, set once and kept under ``cache``.

    Raises
    ------
    Unavailable : too many are being set at this moment.
    """
    return kept(cache / "invoices", sheet(bill, digest, origin, language))


def signed_json(envelope: object) -> bytes:
    """Return the signed invoice itself, in its canonical bytes."""
    return canonical(envelope) + b"\n"
