"""An invoice in words and figures, for the page and the PDF: everything ready to be shown."""

from __future__ import annotations

from typing import Any

from yesand.kernel.money import MICRO, Money, exponent
from yesand.royalties.documents.tongue import Tongue
from yesand.royalties.documents.tongue import gettext_noop as marked
from yesand.royalties.invoicing.bill import Bill, BillLine, Party
from yesand.royalties.lines import REVENUE

_TITLES = {
    "royalty": marked("Use"),
    "late": marked("Use of an earlier month"),
    "non-featured": marked("Use, shared by all in the corpus"),
    "period-fee": marked("Fee for a month in service"),
    "bonus": marked("Bonus"),
    "advance": marked("Advance"),
    "uncertainty": marked("To the fund for uncertain shares"),
    "correction": marked("Correction of an earlier month"),
    "minimum": marked("Guaranteed minimum"),
    "session-fee": marked("Session fee"),
    "contribution": marked("To the performers’ fund"),
}


def words(bill: Bill, digest: str, origin: str, language: str | None = "en") -> dict[str, Any]:
    """Return everything that the documents show, as plain JSON of strings.

    Parameters
    ----------
    digest, origin : what the invoice is named by, and the name of the log that it is in.
    """
    _ = Tongue.of(language)
    credit = bill.kind == "credit note"
    title = _("Credit note %(number)s") if credit else _("Invoice %(number)s")
    return {
        "layout": "invoice",
        "language": _.language,
        "title": title % {"number": bill.number},
        "number": bill.number,
        "date": [int(part) for part in bill.issued_on.split("-")],
        "named": _("Invoice %(name)s in the log %(log)s") % {"name": digest[:16], "log": origin},
        "seller": _party(bill.seller, _),
        "customer": _party(bill.customer, _),
        "facts": _facts(bill, _),
        "payable": {
            "label": _("To be credited") if credit else _("To be paid"),
            "amount": _total(bill, _),
        },
        "sums": _sums(bill, _),
        "lines": [_line(bill.currency, line, _) for line in bill.lines],
        "mentions": bill.mentions,
        "notes": [
            _("Please name %(number)s when you pay.") % {"number": bill.number},
            _("What is smaller than a cent is carried to the next invoice."),
        ],
        "words": {
            "from": _("From"),
            "to": _("To"),
            "of": _("of"),
            "lines": _("What it is for"),
            "columns": [_("What"), _("Quantity"), _("Price"), _("Amount")],
        },
    }


def _party(who: Party, _: Tongue) -> dict[str, Any]:
    lines = [*who.address.splitlines(), who.country]
    if who.vat_id:
        lines.append(_("VAT number %(id)s") % {"id": who.vat_id})
    return {"name": who.name, "lines": [line for line in lines if line]}


def _facts(bill: Bill, _: Tongue) -> list[dict[str, str]]:
    rows = [
        (_("Number"), bill.number),
        (_("Date of issue"), bill.issued_on),
        (_("Month of supply"), _.month(bill.period)),
        (_("Due on"), bill.due_on),
    ]
    if bill.corrects:
        rows.append((_("Corrects"), ", ".join(bill.corrects)))
    return [{"label": label, "value": value} for label, value in rows]


def _sums(bill: Bill, _: Tongue) -> list[dict[str, str]]:
    rows = [(_("Brought forward"), _exact(bill.currency, bill.brought_forward_micro, _))]
    rows = rows if bill.brought_forward_micro else []
    rows.append((_("Sum of the lines"), _exact(bill.currency, bill.net_micro, _)))
    rows.append((_("Before tax"), _minor(bill.currency, bill.net_minor, _)))
    rate = _.figure(f"{bill.tax_ppm / 10_000:g}")
    rows.append((_("VAT, %(rate)s %%") % {"rate": rate}, _minor(bill.currency, bill.tax_minor, _)))
    if bill.carried_micro:
        rows.append((_("Carried to the next"), _exact(bill.currency, bill.carried_micro, _)))
    return [{"label": label, "amount": amount} for label, amount in rows]


def _line(currency: str, line: BillLine, _: Tongue) -> dict[str, str]:
    about = [line.deployment or "", _.month(line.usage_period) if line.usage_period else ""]
    if line.unit:
        live = _(" in real time") if line.realtime else ""
        about.append(f"{_(line.unit)}{live}")
    if line.model:
        about.append(f"{_('model')} {line.model[:12]}")
    return {
        "title": _(_TITLES.get(line.kind, line.kind)),
        "subtitle": " · ".join(filter(None, about)),
        "quantity": _quantity(currency, line, _),
        "price": "" if line.price_micro is None else _exact(currency, line.price_micro, _),
        "amount": _exact(currency, line.micro, _),
    }


def _quantity(currency: str, line: BillLine, _: Tongue) -> str:
    if line.quantity is None:
        return ""
    if line.unit == REVENUE:
        return _exact(currency, line.quantity, _)
    return _.figure(f"{line.quantity:,}")


def _total(bill: Bill, _: Tongue) -> str:
    return _minor(bill.currency, bill.total_minor, _)


def _minor(currency: str, minor: int, _: Tongue) -> str:
    return Money(currency, minor * (MICRO // 10 ** exponent(currency))).pretty(_.language)


def _exact(currency: str, micro: int, _: Tongue) -> str:
    """Write an amount with all the digits that it needs."""
    amount, _space, code = str(Money(currency, micro)).partition(" ")
    return f"{_.figure(amount)} {code}"
