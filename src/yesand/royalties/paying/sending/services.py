"""Sending an approved run by Stripe, and asking what became of each payout; again is safe."""

from __future__ import annotations

import os
from dataclasses import dataclass

from django.db import transaction

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.kernel.vault import told
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.royalties.models import BankFile, PayoutRun, PayoutStep
from yesand.royalties.paying.confirming.services import take_in_told
from yesand.royalties.paying.details import STRIPE
from yesand.royalties.paying.filing.services import file_of, order_of
from yesand.royalties.paying.phases import Step
from yesand.royalties.paying.running.services import voided
from yesand.royalties.paying.stripe import ADDRESS, Declined, NotSent, Stripe
from yesand.royalties.paying.told import Told


@dataclass(frozen=True)
class Sent:
    """What became of a run's transfers: what was taken in, and why others were not made."""

    file: BankFile | None
    faults: dict[str, str]


def configured() -> Stripe:
    """Return the house's account at Stripe.

    Raises
    ------
    Refused : there is none.
    """
    key = told("YESAND_STRIPE_KEY")
    if not key:
        raise Refused("This house has no account at Stripe", remedy="Set YESAND_STRIPE_KEY.")
    return Stripe(key, os.environ.get("YESAND_STRIPE_URL", ADDRESS))


def send(place: Place, run: PayoutRun, by: User, stripe: Stripe | None = None) -> Sent:
    """Make each transfer of an approved run that is not made yet; take in what became of all.

    What Stripe will not make is void, and owed again. What it could not be asked about stays on
    its way, to be sent again.

    Raises
    ------
    Refused : not approved, or a run for the bank. CheckFailed : not what was approved.
    """
    if run.rail != STRIPE:
        raise Refused("That run goes by the bank's file", where=str(run))
    at = stripe or configured()
    file_of(place, run)
    _handed_over(place, run, by)
    found, faults = list[Told](), dict[str, str]()
    void = set(run.payouts.filter(steps__step=Step.VOID).values_list("pk", flat=True))
    for transfer in order_of(place, run).transfers:
        name = transfer.end_to_end
        try:
            found += at.told(name) if name in void else at.send(transfer, run.currency)
        except Declined as fault:
            faults[name] = fault.what
            voided(place, run.payouts.get(pk=name), by, fault.what)
        except NotSent as fault:
            faults[name] = fault.what
    what = canonical([one.key(0) for one in found])
    file = take_in_told(place, what, f"Stripe {run}", STRIPE, found, by) if found else None
    return Sent(file, faults)


def _handed_over(place: Place, run: PayoutRun, by: User) -> None:
    """Note of each payout that Stripe has it from now on: nobody declares it void beside that."""
    with transaction.atomic():
        log.wait_to_write()
        done = [PayoutStep.SENT, PayoutStep.LEFT, Step.VOID, Step.BOOKED, Step.RETURNED]
        now = place.clock.now()
        PayoutStep.objects.bulk_create(
            PayoutStep(payout=row, step=PayoutStep.SENT, at=now, by=by)
            for row in run.payouts.exclude(steps__step__in=done)
        )
