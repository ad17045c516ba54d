"""Matching what the bank tells with invoices, and posting it; what fits none waits for a person."""

from __future__ import annotations

from django.db import transaction

from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.books.services import post
from yesand.royalties.invoicing.reference import named_in
from yesand.royalties.ledger import Draft, Side, payer_account
from yesand.royalties.models import BankMovement, Invoice, MovementNote, Posting, Receipt
from yesand.royalties.paying.phases import BANK
from yesand.royalties.paying.told import Told

PREFIX = "receipt."


def meant(told: Told) -> Invoice | None:
    """Return the one invoice that money came in for; none: it names none, or several.

    It has to be in the invoice's own currency.
    """
    if told.out or told.back:
        return None
    found = named_in(told.words, told.end_to_end, told.reference)
    if len(found) != 1:
        return None
    year, number = next(iter(found))
    rows = Invoice.objects.filter(year=year, number=number, currency=told.money.currency)
    return rows.select_related("licensee").first()


def receive(
    place: Place, movement: BankMovement, invoice: Invoice, by: User | None = None
) -> Receipt:
    """Enter money that came in for an invoice: all of it, also what is more than was open.

    It is posted from the bank's account to the licensee's. What is over stays to their credit.
    """
    known = Receipt.objects.filter(movement=movement).first()
    if known is not None:
        return known
    over = max(0, movement.micro - invoice.open.micro)
    told = {"invoice": invoice.digest, "micro": movement.micro, "movement": movement.key}
    entry = log.record(place, Kind.RECEIPT_BOOKED, digest_of(told))
    made = Receipt.objects.create(
        movement=movement,
        invoice=invoice,
        micro=movement.micro,
        over_micro=over,
        by=by,
        at=place.clock.now(),
        entry=entry,
    )
    post(place, [drafted(made)], entry)
    return made


def assign(place: Place, movement: BankMovement, invoice: Invoice, by: User) -> Receipt:
    """Say which invoice money that fitted nothing is for.

    Raises
    ------
    BadInput : it did not come in, or is in another currency. Refused : it waits no longer.
    """
    if movement.out or movement.currency != invoice.currency:
        raise BadInput("That movement cannot pay this invoice", where=str(invoice))
    with transaction.atomic():
        log.wait_to_write()
        known = Receipt.objects.filter(movement=movement).first()
        if known is not None and known.invoice_id == invoice.pk:
            return known
        noted = MovementNote.objects.filter(movement=movement).exists()
        if known is not None or noted or not movement.problem:
            raise Refused("That movement does not wait", where=str(movement))
        words = f"for {invoice}"
        at = place.clock.now()
        MovementNote.objects.create(movement=movement, words=words, by=by, at=at)
        return receive(place, movement, invoice, by)


def drafted(receipt: Receipt) -> Draft:
    """Return what a receipt posts."""
    invoice, micro = receipt.invoice, receipt.micro
    sides = (
        Side(BANK, invoice.currency, micro),
        Side(payer_account(invoice.licensee.slug), invoice.currency, -micro),
    )
    return Draft(
        f"{PREFIX}{receipt.movement.key[:40]}",
        f"received for {invoice}",
        sides,
        follows=invoice.digest,
        effective=receipt.movement.on,
    )


def check_receipts() -> str:
    """Check that the ledger holds each receipt once, and nothing beside them.

    Raises
    ------
    CheckFailed : it does not.
    """
    rows = Receipt.objects.select_related("movement", "invoice__licensee")
    expected = {
        (draft.id, s.account, s.currency, s.micro)
        for draft in map(drafted, rows)
        for s in draft.sides
    }
    postings = Posting.objects.filter(transaction__id__startswith=PREFIX)
    there = set(postings.values_list("transaction_id", "account__name", "currency", "micro"))
    if there != expected:
        where = next(iter(there ^ expected))[0]
        raise CheckFailed("The ledger differs from what came in", where=where)
    return f"receipts: {rows.count():,}; the ledger holds each once, and nothing beside them"
