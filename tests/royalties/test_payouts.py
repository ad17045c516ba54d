"""From a balance to a confirmed payout: two people, one file, and nothing twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from payout_office import ADAS, BENS, Office, owed

from bank_files import booked, camt, entry, part, returned
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.money import Money
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.royalties.books.services import balance
from yesand.royalties.earned.services import kept
from yesand.royalties.models import (
    BankMovement,
    Payout,
    PayoutDecision,
    PayoutRun,
    PayoutStep,
)
from yesand.royalties.paying.banking.services import (
    current,
    keep,
    opened_of,
    readable,
    take_back,
)
from yesand.royalties.paying.confirming.services import note, take_in
from yesand.royalties.paying.details import details
from yesand.royalties.paying.filing.services import check_file, file_of
from yesand.royalties.paying.payees.services import hold, release
from yesand.royalties.paying.reconciling.services import check_payouts
from yesand.royalties.paying.running.services import (
    approve,
    cancel,
    next_working_day,
    predicate,
    prepare,
    proposal,
    run_named,
    void,
)


def test_a_run_pays_whole_cents_by_two_people_and_the_bank_confirms(office: Office) -> None:
    run = prepare(office.place, "EUR", office.one)
    assert predicate(run)["total_minor"] == 1_550 and run_named("eur-1") == run
    with pytest.raises(Refused, match="cannot approve"):
        approve(office.place, run, office.one)
    made = approve(office.place, run, office.two)
    assert made.on == date(2026, 10, 2) and owed("Ada") == 5_001
    assert balance("clearing") == {"EUR": -15_500_000}
    ada = Payout.objects.get(payee="performer:Ada")
    assert ada.standing == "pending" and len(ada.end_to_end) == 34
    file = file_of(office.place, run)
    assert digest(file) == made.file and check_file(file, "f") == run
    told = office.told(booked(ada.end_to_end, "12.50"))
    assert (told.booked, told.problems) == (1, 0)
    assert Payout.objects.get(pk=ada.pk).standing == "booked"
    assert balance("bank") == {"EUR": -12_500_000}
    (account,) = kept(Performer.objects.get(handle="Ada"))
    assert (str(account.paid), str(account.open)) == ("12.50 EUR", "0.005001 EUR")
    assert check_payouts().startswith("payouts: 3 steps")


def test_the_same_file_twice_and_the_same_booking_in_another_change_nothing(
    office: Office,
) -> None:
    office.paid()
    (ada, _) = Payout.objects.order_by("payee")
    office.told(booked(ada.end_to_end, "12.50"))
    before = balance("bank"), PayoutStep.objects.count(), BankMovement.objects.count()
    office.told(booked(ada.end_to_end, "12.50"))
    again = take_in(office.place, camt(booked(ada.end_to_end, "12.50"), kind="camt.053"), "s", None)
    assert again.repeated == 1
    assert (balance("bank"), PayoutStep.objects.count(), BankMovement.objects.count()) == before


def test_what_comes_back_is_owed_again_and_waits_for_other_details(office: Office) -> None:
    office.paid()
    ada, ben = Payout.objects.order_by("payee")
    office.told(booked(ada.end_to_end, "12.50"), booked(ben.end_to_end, "3.00"))
    office.told(
        returned(ada.end_to_end, "12.50"), returned(ben.end_to_end, "3.00", "MS03", "No reason")
    )
    assert owed("Ada") == 12_505_001 and balance("bank") == {"EUR": 0}
    plan = proposal(office.place, "EUR")
    # Ben's may be tried again, and whoever approves sees why; Ada's account is closed.
    assert [(i.account, i.again) for i in plan.items] == [("performer:Ben", "MS03 No reason")]
    assert [(h.account, h.reason.value, h.said) for h in plan.held] == [
        ("performer:Ada", "the bank sent it back", "AC04 Account closed")
    ]
    office.bank("Ada", BENS)
    second = prepare(office.place, "EUR", office.one)
    again = second.payouts.get(payee="performer:Ada")
    assert again.end_to_end != ada.end_to_end and again.again == "AC04 Account closed"


def test_a_return_may_be_told_before_its_booking(office: Office) -> None:
    office.paid()
    ada, _ = Payout.objects.order_by("payee")
    office.told(returned(ada.end_to_end, "12.50"))
    office.told(booked(ada.end_to_end, "12.50"))
    assert owed("Ada") == 12_505_001 and balance("bank") == {"EUR": 0}
    assert Payout.objects.get(pk=ada.pk).standing == "returned"
    check_payouts()


def test_whatever_fits_no_payout_waits_for_a_person(office: Office) -> None:
    office.paid()
    ada, ben = (p.end_to_end for p in Payout.objects.order_by("payee"))
    told = office.told(
        booked(ada, "12.49"),
        booked("YA-NOT-OURS", "1.00"),
        entry("9.00", "CRDT", part("", "9.00"), "FROM-ACME"),
        booked(ben, "3.00"),
        booked(ben, "3.00", reference="ONCE-MORE"),
    )
    assert (told.booked, told.problems) == (1, 4)
    waiting = BankMovement.objects.exclude(problem="").order_by("pk")
    assert [row.problem for row in waiting] == [
        "another amount",
        "names no payout of ours",
        "names no payout of ours",
        "booked twice by the bank",
    ]
    assert balance("bank") == {"EUR": -3_000_000}
    note(office.place, waiting[1], "the bank's fee", office.one)
    with pytest.raises(Refused, match="does not wait"):
        note(office.place, waiting[1], "again", office.one)
    with pytest.raises(BadInput, match="Say what"):
        note(office.place, waiting[2], "  ", office.one)


def test_a_file_of_another_account_is_refused(office: Office) -> None:
    with pytest.raises(BadInput, match="another bank account"):
        take_in(office.place, camt(account=BENS), "x.xml", office.one)
    assert not BankMovement.objects.exists()


def test_who_is_not_paid_is_said_with_the_reason(office: Office) -> None:
    for handle, amount in (("Cleo", "5"), ("Dora", "0.009"), ("Eve", "-4"), ("Fay", "7")):
        people.join(office.place, handle)
        office.owe(handle, amount)
    office.bank("Fay")
    hold(office.place, "performer:Fay", "two people claim this account", office.one)
    take_back(office.place, "performer:Ben", office.one)
    plan = proposal(office.place, "EUR")
    assert [item.account for item in plan.items] == ["performer:Ada"]
    assert {held.account.partition(":")[2]: held.reason.value for held in plan.held} == {
        "Ben": "no bank details",
        "Cleo": "no bank details",
        "Dora": "below the threshold",
        "Eve": "owes the house",
        "Fay": "on hold",
    }
    release(office.place, "performer:Fay", office.two)
    assert len(proposal(office.place, "EUR").items) == 2


def test_the_houses_threshold_holds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESAND_PAYOUT_THRESHOLD", "EUR 10, USD 12")
    assert [i.account for i in proposal(office.place, "EUR").items] == ["performer:Ada"]
    monkeypatch.setenv("YESAND_PAYOUT_THRESHOLD", "ten euros")
    with pytest.raises(BadInput, match="no threshold"):
        proposal(office.place, "EUR")


def test_another_payee_than_a_performer_is_paid_alike(office: Office) -> None:
    office.owe("", "8", account="agent:stars")
    keep(office.place, "agent:stars", details("Stars Agency", ADAS), office.one)
    run = prepare(office.place, "EUR", office.one)
    assert run.payouts.get(payee="agent:stars").performer is None


def test_currencies_are_runs_of_their_own(office: Office) -> None:
    office.owe("Ada", "20", "USD")
    run = prepare(office.place, "USD", office.one)
    assert str(run) == "USD-1" and run.payouts.get().money == Money.of("USD", "20")
    assert prepare(office.place, "EUR", office.one).payouts.count() == 2


def test_a_second_run_waits_for_the_first(office: Office) -> None:
    run = prepare(office.place, "EUR", office.one)
    with pytest.raises(Refused, match="EUR-1 waits"):
        prepare(office.place, "EUR", office.two)
    cancel(office.place, run, office.one)
    with pytest.raises(Refused, match="cancelled already"):
        approve(office.place, run, office.two)
    office.paid()
    with pytest.raises(Refused, match="Nothing can be paid in EUR now: below the threshold"):
        prepare(office.place, "EUR", office.one)


def test_what_no_longer_fits_is_left_out_of_an_approved_run(office: Office) -> None:
    run = prepare(office.place, "EUR", office.one)
    office.bank("Ada", BENS)
    made = approve(office.place, run, office.two)
    ada, ben = run.payouts.order_by("payee")
    assert (ada.standing, ben.standing) == ("left out", "pending")
    assert predicate(made)["left"] == {ada.end_to_end: "other bank details since"}
    assert owed("Ada") == 12_505_001
    told = office.told(booked(ada.end_to_end, "12.50"))
    assert told.problems == 1
    assert ADAS.encode() not in file_of(office.place, run)


def test_a_changed_file_and_a_foreign_one_are_told_apart(office: Office) -> None:
    file = file_of(office.place, office.paid())
    with pytest.raises(CheckFailed, match="control sum"):
        check_file(file.replace(b">12.50<", b">12.60<"), "f")
    with pytest.raises(CheckFailed, match="EUR-1 was changed"):
        check_file(file.replace(b"<Nm>Ada<", b"<Nm>Eve<"), "f")
    with pytest.raises(NotFound, match="No run"):
        check_file(file.replace(b"<MsgId>YA", b"<MsgId>XX"), "f")


def test_a_payout_that_the_bank_never_made_is_void_and_owed_again(office: Office) -> None:
    office.paid()
    ada, ben = Payout.objects.order_by("payee")
    void(office.place, ada, office.one, "rejected: pain.002, AM04")
    assert owed("Ada") == 12_505_001 and balance("clearing") == {"EUR": -3_000_000}
    with pytest.raises(Refused, match="is void"):
        void(office.place, Payout.objects.get(pk=ada.pk), office.one, "again")
    told = office.told(booked(ada.end_to_end, "12.50"), booked(ben.end_to_end, "3.00"))
    assert (told.booked, told.problems) == (1, 1)
    with pytest.raises(Refused, match="is booked"):
        void(office.place, Payout.objects.get(pk=ben.pk), office.one, "too late")


def test_young_bank_details_are_flagged_and_told(office: Office, clock: SetClock) -> None:
    clock.advance(days=20)
    assert {i.fresh for i in proposal(office.place, "EUR").items} == {None}
    office.bank("Ada", BENS)
    flags = {i.account: i.fresh and i.fresh.value for i in proposal(office.place, "EUR").items}
    assert flags == {"performer:Ada": "changed", "performer:Ben": None}
    row = current("performer:Ada")
    assert row is not None and opened_of(row).iban == BENS and BENS not in row.sealed
    assert office.bank("Ada", BENS) == row


def test_details_that_no_longer_open_are_given_anew(office: Office) -> None:
    with override_settings(SECRET_KEY="another secret than before, for this test alone"):
        assert readable(current("performer:Ada")) is None
        again = office.bank("Ada")
        assert readable(again) == details("Ada", ADAS)
        run = prepare(office.place, "EUR", office.one)
        with pytest.raises(CheckFailed, match="YESAND_SECRET"):
            approve(office.place, run, office.two)
    assert balance("clearing") == {} and run.payouts.count() == 2


def test_the_database_itself_keeps_to_two_people_and_to_once(office: Office) -> None:
    run = office.paid()
    waiting = prepare_more(office)
    attacks = (
        ("UPDATE royalties_payout SET minor = 1",),
        ("DELETE FROM royalties_payoutstep",),
        ("UPDATE royalties_bankaccount SET sealed = 'x'",),
        (
            "INSERT INTO royalties_payoutstep (payout_id, step, at, reference, reason) SELECT "
            "payout_id, step, at, reference, reason FROM royalties_payoutstep",
        ),
        (
            "INSERT INTO royalties_payoutdecision (run_id, approved, prepared_by_id, by_id, at, "
            f"file, digest, envelope, entry_id) SELECT {waiting.pk}, approved, prepared_by_id, "
            "prepared_by_id, at, file, 'd', envelope, "
            f"{waiting.entry_id} FROM royalties_payoutdecision WHERE run_id = {run.pk}",
        ),
    )
    for attack in attacks:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(*attack)
    assert PayoutDecision.objects.count() == 1


def prepare_more(office: Office) -> PayoutRun:
    office.owe("Ada", "1")
    return prepare(office.place, "EUR", office.one)


@pytest.mark.parametrize(
    ("day", "then"),
    [
        (date(2026, 10, 1), date(2026, 10, 2)),
        (date(2026, 10, 2), date(2026, 10, 5)),
        (date(2026, 10, 3), date(2026, 10, 5)),
        (date(2026, 10, 4), date(2026, 10, 5)),
    ],
)
def test_banks_work_on_working_days(day: date, then: date) -> None:
    assert next_working_day(day) == then
