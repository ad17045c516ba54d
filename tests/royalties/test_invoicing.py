"""What licensees owe: invoices without a gap, what came in, reminders, and how old it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django_tasks_db.models import DBTaskResult
from hypothesis import given
from hypothesis import strategies as st
from money_desk import Desk, desk_of
from royalties_factories import SEPTEMBER, Stage

import yesand
from bank_files import OURS, camt, entry, part
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.money import Money
from yesand.people.models import Seat, User
from yesand.people.services import performer
from yesand.provenance.dsse import opened
from yesand.royalties.books.services import balance
from yesand.royalties.documents.setting import set_pdf
from yesand.royalties.invoicing import documents, services
from yesand.royalties.invoicing.aging import BUCKETS, Owed, aged, as_csv, bucket
from yesand.royalties.invoicing.bill import Bill, BillLine, checked, sums_of
from yesand.royalties.invoicing.billing.services import keep, set_rate
from yesand.royalties.invoicing.dunning import AFTER, Level, Standing, next_level, standing
from yesand.royalties.invoicing.receiving.services import assign, check_receipts
from yesand.royalties.invoicing.reference import named_in, number_of
from yesand.royalties.invoicing.reminding.services import late_for, receivables, remind
from yesand.royalties.invoicing.tax import Rate, Treatment, rate_on, tax_minor, treatment
from yesand.royalties.models import BankMovement, Invoice, Receipt, Reminder
from yesand.royalties.paying.banking.services import HOUSE
from yesand.royalties.paying.banking.services import keep as keep_bank
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.details import details
from yesand.royalties.services import check_books

DAY = date(2026, 10, 1)


@pytest.fixture
def desk(house: yesand.House, tmp_path: Path) -> Desk:
    made = desk_of(Stage(house.place), tmp_path)
    one = made.people["one"]
    keep_bank(house.place, HOUSE, details("Haus", OURS), one)
    keep(
        house.place,
        None,
        one,
        name="Haus der Stimmen",
        address="Weg 1",
        country="DE",
        vat_id="DE111111111",
    )
    lab = made.people["lab"] = User.objects.create(username="lab", email="lab@m.example")
    Seat.objects.create(user=lab, role=Seat.Role.LICENSEE, organisation=made.stage.coach.licensee)
    return made


def bill_to(desk: Desk, country: str, vat_id: str = "", terms: int = 30) -> None:
    told = {"name": "Acme Inc.", "address": "Street 2", "country": country, "vat_id": vat_id}
    keep(desk.stage.place, desk.stage.coach.licensee, desk.people["one"], terms=terms, **told)


def issued(desk: Desk, period: Period = SEPTEMBER) -> Invoice:
    (made,) = services.issue(desk.stage.place, period)
    return made


def came_in(desk: Desk, amount: str, words: str, name: str, currency: str = "EUR") -> BankMovement:
    """Money comes in, with the payer's words."""
    said = f"<RmtInf><Ustrd>{words}</Ustrd></RmtInf>"
    one = entry(amount, "CRDT", part("", amount, said), name, currency=currency)
    one = one.replace('<TxAmt><Amt Ccy="EUR">', f'<TxAmt><Amt Ccy="{currency}">')
    take_in(desk.stage.place, camt(one), f"{name}.xml", desk.people["one"])
    return BankMovement.objects.get(reference=name)


@given(st.lists(st.integers(-(10**9), 10**9)), st.integers(-9_999, 9_999), st.integers(0, 10**6))
def test_nothing_of_an_invoice_is_lost_to_rounding(
    amounts: list[int], brought: int, ppm: int
) -> None:
    nothing = dict.fromkeys(BillLine.model_fields)
    lines = [BillLine(**{**nothing, "kind": "royalty", "micro": micro}) for micro in amounts]
    sums = sums_of("EUR", lines, brought, ppm)
    assert brought + sum(amounts) == sums.net_minor * 10_000 + sums.carried_micro
    assert abs(sums.carried_micro) < 10_000
    assert abs(2 * (sums.tax_minor * 10**6 - sums.net_minor * ppm)) <= 10**6


def test_the_place_of_the_customer_decides_how_it_is_taxed() -> None:
    assert treatment("DE", "DE", "") is Treatment.DOMESTIC
    assert treatment("DE", "FR", "FR12345678901") is Treatment.REVERSE_CHARGE
    assert treatment("DE", "FR", "") is Treatment.DOMESTIC
    assert treatment("DE", "US", "") is Treatment.OUTSIDE
    assert treatment("US", "DE", "DE111111111") is Treatment.OUTSIDE
    assert treatment("", "DE", "DE111111111") is Treatment.UNSET
    table = [Rate("DE", date(2020, 7, 1), 160_000), Rate("DE", date(2021, 1, 1), 190_000)]
    assert rate_on(table, "DE", date(2020, 12, 31)).ppm == 160_000
    assert rate_on(table, "DE", date(2026, 1, 1)).ppm == 190_000
    with pytest.raises(Refused, match="No VAT rate of DE for 2020-06-30"):
        rate_on(table, "DE", date(2020, 6, 30))
    assert tax_minor(10_50, 190_000) == 200  # 1.995 goes to the even neighbour
    with pytest.raises(BadInput):
        Rate("DE", DAY, -1)


@given(st.integers(2000, 2099), st.integers(1, 999_999))
def test_a_number_is_found_however_it_is_written(year: int, number: int) -> None:
    written = number_of(year, number)
    for text in (written, written.lower(), written.replace("-", " "), written.replace("-", "")):
        assert named_in(f"Rechnung {text}, danke") == {(year, number)}
    assert named_in("INVOICE 7", "INV-26-1") == frozenset()


@given(st.integers(-100, 400), st.lists(st.sampled_from(list(Level)), unique=True))
def test_reminders_go_one_by_one_and_never_too_early(days: int, sent: list[Level]) -> None:
    level = next_level(DAY, frozenset(sent), DAY + timedelta(days=days))
    if level is not None:
        assert level not in sent and timedelta(days=days) >= AFTER[level]
        assert set(list(Level)[: list(Level).index(level)]) <= set(sent)


def test_an_invoice_is_open_due_reminded_and_paid() -> None:
    later = DAY + timedelta(days=1)
    assert standing(DAY, 5, frozenset(), DAY) is Standing.OPEN
    assert standing(DAY, 5, frozenset(), later) is Standing.DUE
    assert standing(DAY, 5, frozenset({Level.REMINDED}), later) is Standing.REMINDED
    assert standing(DAY, 0, frozenset(Level), later) is Standing.PAID


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(-50, 200), st.integers(1, 10**9))))
def test_ages_add_up_to_what_is_open(rows: list[tuple[str, int, int]]) -> None:
    owed = [Owed(who, "EUR", DAY - timedelta(days=days), minor) for who, days, minor in rows]
    found = aged(owed, DAY)
    assert sum(row.total for row in found) == sum(minor for *_, minor in rows)
    assert all(len(row.buckets) == len(BUCKETS) for row in found)
    assert as_csv(found).count("\n") == len(found) + 1
    edges = (0, 1, 30, 31, 60, 61, 90, 91)
    assert [bucket(DAY, DAY + timedelta(days=d)) for d in edges] == [0, 1, 1, 2, 2, 3, 3, 4]


def test_an_invoice_is_what_the_ledger_debits_and_names_no_performer(desk: Desk) -> None:
    bill_to(desk, "FR", "FR12345678901")
    before = balance("licensee:acme")
    made = issued(desk)
    bill = services.bill_of(made)
    assert str(made) == "INV-2026-00001" and services.invoice_named("inv 2026 00001") == made
    assert bill.net_micro == before["EUR"] == balance("licensee:acme")["EUR"]
    assert bill.net_minor * 10_000 + bill.carried_micro == bill.net_micro
    assert (bill.treatment, bill.tax_minor) == ("reverse charge", 0)
    assert "Art. 196" in bill.mentions and bill.customer.vat_id == "FR12345678901"
    opened(made.envelope, {desk.stage.place.signer.id: desk.stage.place.signer.public})
    assert not any(name in str(made.envelope) for name in ("Ann", "Bob", "Cleo"))
    (line,) = bill.lines
    assert (line.deployment, line.unit, line.quantity, line.price_micro) == (
        "coach", "request", 10, 4_000,
    )  # fmt: skip
    assert services.issue(desk.stage.place, SEPTEMBER) == [made] and Invoice.objects.count() == 1
    assert services.check_invoices(desk.stage.place).startswith("invoices: 1")
    with pytest.raises(Refused, match="not settled"):
        services.issue(desk.stage.place, Period(2026, 10))
    with pytest.raises(NotFound):
        services.invoice_named("INV-2026-00002")


def test_a_domestic_invoice_is_taxed_by_the_rate_of_its_month(desk: Desk) -> None:
    bill_to(desk, "DE", "DE222222222")
    with pytest.raises(Refused, match="No VAT rate of DE for 2026-09-30"):
        issued(desk)
    assert not Invoice.objects.exists()
    one = desk.people["one"]
    set_rate(desk.stage.place, "DE", 190_000, date(2021, 1, 1), one)
    with pytest.raises(Refused, match="set already"):
        set_rate(desk.stage.place, "DE", 160_000, date(2021, 1, 1), one)
    made = issued(desk)
    assert made.tax_minor == tax_minor(made.net_minor, 190_000) > 0
    assert balance("vat:de") == {"EUR": -made.tax_minor * 10_000}
    assert check_books()


def test_what_is_smaller_than_a_cent_is_on_the_next_invoice(desk: Desk) -> None:
    first = issued(desk)
    clock = desk.stage.place.clock
    assert isinstance(clock, SetClock)
    clock.advance(days=32)
    desk.month(Period(2026, 10), range(100, 107))
    second = issued(desk, Period(2026, 10))
    assert services.bill_of(second).brought_forward_micro == first.carried_micro
    assert second.number == 2
    owed = (first.net_minor + second.net_minor) * 10_000 + second.carried_micro
    assert owed == balance("licensee:acme")["EUR"]


def test_what_came_in_beyond_an_invoice_is_not_owed_on_the_next(desk: Desk) -> None:
    first, place = issued(desk), desk.stage.place
    more = Money("EUR", first.total.micro + 10_000)
    came_in(desk, str(more).split()[0], f"{first}", "R1")
    assert isinstance(place.clock, SetClock)
    place.clock.advance(days=32)
    desk.month(Period(2026, 10), range(100, 107))
    second = issued(desk, Period(2026, 10))
    place.clock.advance(days=99)
    (row,) = receivables(place.clock.now().date())
    assert sum(row.buckets) == second.total_minor - 1
    rest = Money("EUR", second.total.micro - 10_000)
    came_in(desk, str(rest).split()[0], f"{second}", "R2")
    assert second.open.micro == 10_000  # by itself; the cent that came in before makes it whole
    assert receivables(place.clock.now().date()) == [] and remind(place) == 0
    assert late_for(performer("Ann"), place.clock.now().date()) == []


def test_numbers_have_no_gap_after_a_failure(desk: Desk) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.issue(desk.stage.place, SEPTEMBER)
        raise RuntimeError
    assert issued(desk).number == 1


def test_money_that_names_an_invoice_is_booked_for_it_once(desk: Desk) -> None:
    made = issued(desk)
    total = made.total.micro
    some = str(Money("EUR", 10_000)).split()[0]
    first = came_in(desk, some, f"Rechnung {made}", "R1")
    assert first.problem == "" and made.open.micro == total - 10_000
    came_in(desk, some, f"Rechnung {made}", "R1")  # the same file
    assert Receipt.objects.count() == 1
    rest = str(Money("EUR", total)).split()[0]
    came_in(desk, rest, f"{made}", "R2")
    assert made.open.micro == 0 and Receipt.objects.get(movement__reference="R2").over_micro
    assert balance("bank") == {"EUR": total + 10_000}
    assert check_receipts().startswith("receipts: 2") and check_books()
    assert made.standing(DAY + timedelta(days=99)) is Standing.PAID


def test_money_that_names_no_invoice_waits_until_somebody_says_for_which(desk: Desk) -> None:
    made, one = issued(desk), desk.people["one"]
    lost = came_in(desk, "0.01", "thanks", "R1")
    assert lost.problem == "names no payout of ours" and not Receipt.objects.exists()
    other = came_in(desk, "0.01", f"{made}", "R3", currency="USD")
    assert other.problem
    with pytest.raises(BadInput, match="cannot pay"):
        assign(desk.stage.place, other, made, one)
    booked = assign(desk.stage.place, lost, made, one)
    assert assign(desk.stage.place, lost, made, one) == booked and booked.by == one
    assert made.received_micro == 10_000


def test_who_is_late_is_reminded_and_performers_are_told_without_an_amount(desk: Desk) -> None:
    bill_to(desk, "US", terms=14)
    made = issued(desk)
    clock, place = desk.stage.place.clock, desk.stage.place
    assert isinstance(clock, SetClock) and made.due_on == date(2026, 10, 15)
    assert remind(place) == 0 and late_for(performer("Ann"), clock.now().date()) == []
    clock.advance(days=22)
    assert remind(place) == 1 and remind(place) == 0
    clock.advance(days=60)
    assert [remind(place), remind(place), remind(place)] == [1, 1, 0]
    assert list(Reminder.objects.order_by("pk").values_list("level", flat=True)) == list(Level)
    (late,) = late_for(performer("Ann"), clock.now().date())
    assert (late.licensee, late.period) == ("Acme", "2026-09")
    letters = [
        task.args_kwargs["args"]
        for task in DBTaskResult.objects.filter(task_path__endswith="mailing.tasks.post")
    ]
    told = [letter for letter in letters if str(letter[1]).startswith("late.")]
    assert len(told) == 3 and not any("EUR" in str(letter) for letter in told)
    (row,) = receivables(clock.now().date())
    assert row.buckets == (0, 0, 0, made.total_minor, 0)


def test_the_pdf_is_the_same_bytes_and_says_what_the_directive_asks_for(desk: Desk) -> None:
    bill_to(desk, "FR", "FR12345678901")
    made = issued(desk)
    place, bill = desk.stage.place, services.bill_of(made)
    for language in ("en", "de"):
        sheet = documents.sheet(bill, made.digest, place.origin, language)
        first = documents.pdf(place.cache, bill, made.digest, place.origin, language)
        assert first.startswith(b"%PDF-") and first == set_pdf(sheet.told, sheet.at)
        told = str(sheet.told)
        for asked in (
            bill.number,
            "DE111111111",
            "FR12345678901",
            "Weg 1",
            "Street 2",
            "Art. 196",
            "coach",
        ):
            assert asked in told


def test_an_invoice_can_neither_be_changed_nor_forged(
    desk: Desk, unguard: Callable[[str], None]
) -> None:
    made = issued(desk)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_invoice SET total_minor = 1")
    bill = services.bill_of(made)
    with pytest.raises(CheckFailed, match="tax_minor"):
        checked(Bill(**{**dict(bill), "tax_minor": bill.tax_minor + 1}))
    unguard("royalties_invoice")
    Invoice.objects.filter(pk=made.pk).update(total_minor=1)
    with pytest.raises(CheckFailed, match="differs"):
        services.check_invoices(desk.stage.place)
