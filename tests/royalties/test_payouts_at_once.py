"""Several do the same at the same moment: money goes once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from payout_office import Office, owed

from bank_files import booked, camt
from yesand.kernel.errors import YesAndError
from yesand.royalties.books.services import balance
from yesand.royalties.models import Payout, PayoutDecision, PayoutRun, PayoutStep
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.reconciling.services import check_payouts
from yesand.royalties.paying.running.services import approve, cancel, prepare, void


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do things in threads of their own at the same moment; return what came of each."""
    gate = Barrier(len(acts))

    def one(act: Callable[[], object]) -> object:
        gate.wait()
        try:
            return act()
        except (YesAndError, IntegrityError) as fault:
            return fault
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.mark.both_databases
def test_of_two_at_once_one_pays_and_the_other_changes_nothing(office: Office) -> None:
    place, two = office.place, office.two
    made = at_once(*[lambda: prepare(place, "EUR", office.one)] * 2)
    assert sum(isinstance(each, PayoutRun) for each in made) == 1
    run = PayoutRun.objects.get()
    at_once(*[lambda: approve(place, run, two)] * 3, lambda: cancel(place, run, two))
    assert PayoutDecision.objects.count() == 1
    if PayoutDecision.objects.get().approved is False:
        run = office.paid()
    assert balance("clearing") == {"EUR": -15_500_000}
    ada, ben = Payout.objects.filter(run=run).order_by("payee")
    booking = camt(booked(ada.end_to_end, "12.50"), booked(ben.end_to_end, "3.00"))
    other = camt(booked(ada.end_to_end, "12.50"), kind="camt.053")
    at_once(
        *[lambda: take_in(place, booking, "a", two)] * 2,
        lambda: take_in(place, other, "b", two),
        lambda: void(place, Payout.objects.get(pk=ada.pk), two, "the bank refused it"),
    )
    steps = {row.step for row in PayoutStep.objects.filter(payout=ada)}
    # Whichever came first: booked, or void with the booking as a problem; never both.
    if "void" in steps:
        assert "booked" not in steps and owed("Ada") == 12_505_001
        assert balance("bank") == {"EUR": -3_000_000}
    else:
        assert owed("Ada") == 5_001 and balance("bank") == {"EUR": -15_500_000}
    check_payouts()
