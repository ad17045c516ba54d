"""Issuing invoices for a settled month, once each and numbered without a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Organisation, Seat
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.books.services import post
from yesand.royalties.invoicing import bill as bills
from yesand.royalties.invoicing import tax
from yesand.royalties.invoicing.bill import Bill
from yesand.royalties.invoicing.billing.services import TERMS, current, party, rates
from yesand.royalties.invoicing.dunning import AFTER
from yesand.royalties.invoicing.reference import named_in, number_of
from yesand.royalties.invoicing.reminding.tasks import remind_licensees
from yesand.royalties.lines import Line
from yesand.royalties.models import Invoice, Settlement, Statement
from yesand.royalties.paying.phases import micro_of
from yesand.royalties.statement import parse_statement

_SUBJECT = gettext_lazy("Your invoice %(number)s")
_WORDS = gettext_lazy("The invoice %(number)s for %(month)s is there for you.")
Owing = dict[tuple[str, str], list[Line]]


def issue(place: Place, period: Period) -> list[Invoice]:
    """Issue the invoices of a settled month, and of any before it that has none yet.

    One a licensee, month and currency. Issued before, they are returned as they are.

    Raises
    ------
    Refused : the month is not settled, stands on trial terms, or a rate of tax is missing.
    """
    wanted = Settlement.objects.filter(period=str(period)).first()
    if wanted is None:
        raise Refused(f"{period} is not settled", remedy=f"Settle it: yesand settle {period}")
    if wanted.trial:
        raise Refused("Under trial terms nobody is billed", where=str(period))
    with transaction.atomic():
        log.wait_to_write()
        for settlement in Settlement.objects.filter(period__lte=str(period)).order_by("period"):
            if not settlement.trial:
                _issue(place, settlement)
    return list(wanted.invoices.select_related("licensee").order_by("year", "number"))


def bill_of(invoice: Invoice) -> Bill:
    """Return an invoice as it was signed."""
    signed = parse(dsse.payload_of(invoice.envelope))["predicate"]
    return Bill.model_validate_json(canonical(signed))


def invoice_named(name: str) -> Invoice:
    """Return the invoice of a number such as ``INV-2026-00007``.

    Raises
    ------
    NotFound : there is none.
    """
    found = named_in(name)
    if len(found) == 1:
        year, number = next(iter(found))
        row = Invoice.objects.filter(year=year, number=number).select_related("licensee").first()
        if row is not None:
            return row
    raise NotFound("No invoice of that number", where=name[:40])


def check_invoices(place: Place) -> str:
    """Check every invoice: signed, following from its lines and its settlement, without a gap.

    Raises
    ------
    CheckFailed : a signature, a figure, a number, or a line that no statement has.
    """
    counts: dict[int, int] = {}
    owing: dict[int, Owing] = {}
    rows = Invoice.objects.select_related("licensee", "settlement").order_by("year", "number")
    for row in rows:
        counts[row.year] = counts.get(row.year, 0) + 1
        if row.number != counts[row.year]:
            raise CheckFailed("An invoice is missing", where=number_of(row.year, counts[row.year]))
        dsse.opened(row.envelope, {place.signer.id: place.signer.public})
        bill = bills.checked(bill_of(row))
        if row.settlement_id not in owing:
            owing[row.settlement_id] = owed_lines(row.settlement)
        lines = owing[row.settlement_id].get((row.licensee.slug, row.currency), [])
        shown = (bill.net_minor, bill.tax_minor, bill.total_minor, bill.carried_micro)
        kept = (row.net_minor, row.tax_minor, row.total_minor, row.carried_micro)
        if bill.lines != bills.bill_lines(lines) or shown != kept or bill.number != str(row):
            raise CheckFailed("An invoice differs from its statements", where=str(row))
    return (
        f"invoices: {sum(counts.values()):,}, numbered without a gap; each follows from its lines"
    )


def _issue(place: Place, settlement: Settlement) -> None:
    known = set(settlement.invoices.values_list("licensee__slug", "currency"))
    owing = owed_lines(settlement)
    for (slug, currency), lines in sorted(owing.items()):
        if (slug, currency) not in known:
            _one(place, settlement, organisation(slug), currency, lines)


def owed_lines(settlement: Settlement) -> Owing:
    """Return all statements' lines by who owes them and in which currency.

    What the producer owes for sessions is no invoice.
    """
    found: Owing = defaultdict(list)
    for line, currency in _lines(settlement):
        if line.licensee != PRODUCER:
            found[line.licensee, currency].append(line)
    buyers = Organisation.objects.filter(kind=Organisation.Kind.LICENSEE)
    slugs = set(buyers.filter(slug__in={s for s, _ in found}).values_list("slug", flat=True))
    return {key: lines for key, lines in found.items() if key[0] in slugs}


def _lines(settlement: Settlement) -> Iterator[tuple[Line, str]]:
    rows = Statement.objects.filter(settlement=settlement).order_by("digest")
    for row in rows.iterator(chunk_size=500):
        signed = parse(dsse.payload_of(row.envelope))["predicate"]
        for line in parse_statement(signed).lines:
            yield line, row.currency


def _one(
    place: Place, settlement: Settlement, licensee: Organisation, currency: str, lines: list[Line]
) -> Invoice:
    now = place.clock.now()
    last = Invoice.objects.filter(year=now.year).aggregate(last=Max("number"))["last"] or 0
    bill = _bill(place, settlement, licensee, currency, lines, number_of(now.year, last + 1))
    subjects = {f"settlement-{settlement.period}": settlement.digest}
    payload = dsse.attest(Predicate.INVOICE, subjects, bill.model_dump(mode="json"))
    envelope = dsse.seal(payload, [place.signer])
    name = digest(dsse.payload_of(envelope))
    entry = log.record(place, Kind.INVOICE_ISSUED, name)
    made = Invoice.objects.create(
        digest=name,
        year=now.year,
        number=last + 1,
        licensee=licensee,
        settlement=settlement,
        currency=currency,
        net_minor=bill.net_minor,
        tax_minor=bill.tax_minor,
        total_minor=bill.total_minor,
        carried_micro=bill.carried_micro,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        envelope=envelope,
        at=now,
        entry=entry,
    )
    made.refresh_from_db()
    draft = bills.tax_draft(bill, name, micro_of(currency, bill.tax_minor))
    post(place, [draft] if draft else [], entry)
    _announce(made)
    return made


def _bill(
    place: Place,
    settlement: Settlement,
    licensee: Organisation,
    currency: str,
    lines: list[Line],
    number: str,
) -> Bill:
    billing, day = current(licensee), place.clock.now().date()
    seller, customer = party(None, place.name), party(licensee, licensee.name)
    how = tax.treatment(seller.country, customer.country, customer.vat_id)
    supplied = Period.parse(settlement.period).end.date() - timedelta(days=1)
    ppm = 0
    if how is tax.Treatment.DOMESTIC:
        ppm = tax.rate_on(rates(), seller.country, supplied).ppm
    before = Invoice.objects.filter(licensee=licensee, currency=currency)
    last = before.order_by("-settlement__period").first()
    brought = last.carried_micro if last else 0
    told = bills.bill_lines(lines)
    sums = bills.sums_of(currency, told, brought, ppm)
    credit = sums.total_minor < 0
    return Bill(
        number=number,
        kind="credit note" if credit else "invoice",
        corrects=_corrected(licensee, currency, lines),
        period=settlement.period,
        issued_on=day.isoformat(),
        due_on=(day + timedelta(days=billing.terms if billing else TERMS)).isoformat(),
        seller=seller,
        customer=customer,
        licensee=licensee.slug,
        currency=currency,
        settlement=settlement.digest,
        lines=told,
        brought_forward_micro=brought,
        net_micro=sums.net_micro,
        net_minor=sums.net_minor,
        carried_micro=sums.carried_micro,
        treatment=how.value,
        tax_ppm=ppm,
        tax_minor=sums.tax_minor,
        total_minor=sums.total_minor,
        mentions=tax.MENTIONS[how],
    )


def _corrected(licensee: Organisation, currency: str, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the numbers of the invoices whose lines this one puts right (Art. 219)."""
    named = {line.corrects.statement for line in lines if line.corrects}
    rows = Invoice.objects.filter(licensee=licensee, currency=currency)
    rows = rows.filter(settlement__statements__in=named).distinct()
    return tuple(map(str, rows.order_by("year", "number")))


def _announce(made: Invoice) -> None:
    """Tell the licensee, and plan the reminders."""
    told = {"number": str(made), "month": made.settlement.period}
    for seat in seats(made.licensee):
        tell(seat.user, f"invoice.{made.digest}", _SUBJECT, _WORDS, told, "invoice", made.digest)
    due = datetime.combine(made.due_on, time.min, UTC)
    for after in AFTER.values() if made.total_minor > 0 else ():
        remind_licensees.using(run_after=due + after).enqueue()


def seats(licensee: Organisation) -> list[Seat]:
    """Return who sits for a licensee."""
    rows = Seat.objects.filter(role=Seat.Role.LICENSEE, organisation=licensee)
    return list(rows.select_related("user").order_by("pk"))
