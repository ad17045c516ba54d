"""The file that a bank is given for an approved run: made anew each time, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.royalties.models import BankAccount, Payout, PayoutDecision, PayoutRun
from yesand.royalties.paying.banking.services import opened_of
from yesand.royalties.paying.checking import read
from yesand.royalties.paying.details import Details
from yesand.royalties.paying.pain import Order, Transfer
from yesand.royalties.paying.phases import Step
from yesand.royalties.paying.rails import rail

_MARK, _LONG = "YA", 31


def given(
    place: Place,
    run: PayoutRun,
    at: datetime,
    on: date,
    payer: BankAccount | None,
    sent: Iterable[Payout],
) -> bytes:
    """Return what a run's way of paying is given if the run is approved at that moment."""
    return rail(run.rail).given(order_for(place, run, at, on, payer, sent))


def order_for(
    place: Place,
    run: PayoutRun,
    at: datetime,
    on: date,
    payer: BankAccount | None,
    sent: Iterable[Payout],
) -> Order:
    """Return what a run asks for: whom it pays, how much, and from where."""
    words = f"{place.name}: royalties, payout {run}"
    return Order(
        message=message_of(run),
        at=at,
        on=on,
        payer=opened_of(payer) if payer else Details(place.name),
        currency=run.currency,
        transfers=tuple(
            Transfer(row.end_to_end, row.minor, opened_of(row.bank), words)
            for row in sorted(sent, key=lambda row: row.end_to_end)
        ),
    )


def order_of(place: Place, run: PayoutRun) -> Order:
    """Return what an approved run asks for.

    Raises
    ------
    Refused : not approved. NotFound : bank details in it were erased since.
    """
    decision = PayoutDecision.objects.filter(run=run, approved=True).first()
    if decision is None or decision.on is None:
        raise Refused("That run is not approved", where=str(run))
    sent = run.payouts.filter(steps__step=Step.PENDING).select_related("bank")
    return order_for(place, run, decision.at, decision.on, decision.payer, sent)


def file_of(place: Place, run: PayoutRun) -> bytes:
    """Return what an approved run's way of paying is given: the same bytes at every time.

    Raises
    ------
    Refused : not approved. NotFound : bank details in it were erased since.
    CheckFailed : the records no longer give what was approved.
    """
    made = rail(run.rail).given(order_of(place, run))
    if digest(made) != PayoutDecision.objects.get(run=run).file:
        raise CheckFailed("The file is not what was approved", where=str(run))
    return made


def check_file(data: bytes, where: str) -> PayoutRun:
    """Return the run whose file this is, byte for byte as it was approved.

    Raises
    ------
    BadInput, NotFound : no payment file of this house. CheckFailed : it was changed.
    """
    found = PayoutDecision.objects.filter(file=digest(data)).select_related("run").first()
    if found is not None:
        return found.run
    message = read(data, where).message
    known = message.startswith(_MARK) and len(message) == _LONG
    start = message.removeprefix(_MARK).lower()
    run = PayoutRun.objects.filter(digest__startswith=start).first() if known else None
    if run is None:
        raise NotFound("No run of this house wrote that file", where=where)
    raise CheckFailed(
        f"The file of run {run} was changed after it was approved",
        where=where,
        remedy="Do not give it to the bank; fetch it anew.",
    )


def message_of(run: PayoutRun) -> str:
    """Return how the bank's file of a run is named within itself."""
    return f"{_MARK}{run.digest[: _LONG - len(_MARK)].upper()}"
