"""The ledger as a Beancount file: sound by our own grammar, and by Beancount where it is there."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_ledger import A, B, draft

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import CheckFailed
from yesand.people import services as people
from yesand.royalties.books.beancount import Booked, component, decimal, next_day, written
from yesand.royalties.books.exporting.services import beancount, write_beancount
from yesand.royalties.books.grammar import micro_of, read
from yesand.royalties.books.services import balance, post, trial_balance
from yesand.royalties.ledger import FUND, Side

OCTOBER = datetime(2026, 10, 5, 12, tzinfo=UTC)


def booked(days: int = 0, micro: int = 1_234_567, currency: str = "EUR", name: str = A) -> Booked:
    sides = (Side("licensee:acme", currency, micro), Side("performer:Ann", currency, -micro))
    return Booked(name, OCTOBER + timedelta(days=days), "statement of 2026-10", 7, sides)


def lines(*given_: Booked, until: date = date(2026, 12, 31)) -> list[str]:
    return list(written("House", given_, until))


def test_every_account_is_opened_on_the_day_of_its_first_posting() -> None:
    told = lines(booked(3), booked(9, currency="USD"))
    assert "2026-10-08 open Liabilities:Performer:Ann EUR,USD" in told
    # A small letter cannot begin a name there.
    assert "2026-10-08 open Assets:Receivable:Acme EUR,USD" in told


def test_each_month_ends_with_its_balances() -> None:
    told = lines(booked(), booked(40, name=B), until=date(2026, 11, 30))
    asserted = [line for line in told if "Ann" in line and " balance " in line]
    assert asserted == [
        "2026-11-01 balance Liabilities:Performer:Ann  -1.234567 ~ 0 EUR",
        "2026-12-01 balance Liabilities:Performer:Ann  -2.469134 ~ 0 EUR",
    ]


def test_a_month_that_is_not_over_is_not_asserted() -> None:
    assert not [line for line in lines(booked(), until=date(2026, 10, 30)) if " balance " in line]
    assert [line for line in lines(booked(), until=date(2026, 10, 31)) if " balance " in line]


def test_what_is_written_reads_back_as_it_was() -> None:
    found = read(lines(booked(), booked(1, 5, "USD", B)))
    assert (found.transactions, found.postings) == (2, 4)
    assert found.balances["Liabilities:Performer:Ann", "EUR"] == -1_234_567
    assert found.assertions == 12  # four balances at the end of three months


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("-1.234567 EUR", "-1.234568 EUR", "does not balance"),
        ("-1.234567 ~ 0", "-1.234566 ~ 0", "Its balance is"),
        ("open Liabilities:Performer:Ann EUR", "open Liabilities:Performer:Ann USD", "Not open"),
        ("2026-10-05 open", "2026-10-06 open", "Not open"),
        ("2026-10-05 *", "2027-01-05 *", "order of time"),
        ("2026-10-05 *", "plugin *", "Not a line"),
        ("Liabilities:Performer:Ann", "Liabilities:Performer:ann", "Not a line"),
    ],
)
def test_a_file_that_was_changed_is_found_out(old: str, new: str, complaint: str) -> None:
    changed = "\n".join(lines(booked())).replace(old, new)
    with pytest.raises(CheckFailed, match=complaint):
        read(changed.splitlines())


@given(st.integers(-(10**15), 10**15))
def test_a_decimal_loses_nothing(micro: int) -> None:
    assert micro_of(decimal(micro)) == micro


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_any_handle_and_any_memo_makes_a_file_that_reads(handle: str) -> None:
    sides = (Side(f"performer:{handle}", "JPY", -1), Side(FUND, "JPY", 1))
    found = read(lines(Booked(A, OCTOBER, handle, None, sides)))
    assert found.balances[component(f"performer:{handle}"), "JPY"] == -1


def test_names_that_look_alike_stay_apart() -> None:
    names = {component(f"performer:{h}") for h in ("Zoë", "Zoé", "zoe", "Zo-", "Zoe", "ZOE")}
    assert len(names) == 6
    assert component("licensee:acme") != component("licensee:Acme")


def test_an_empty_ledger_is_a_file_too(house: yesand.House) -> None:
    text, found = beancount(house.place)
    assert found.transactions == 0 and text.startswith("option")


@pytest.fixture
def posted(house: yesand.House, clock: SetClock) -> yesand.House:
    """Something in October and something in November; a cent and a quote among them."""
    people.join(house.place, "Ann")
    post(house.place, [draft(A)])
    clock.advance(days=40)
    post(house.place, [draft(B, 7, "USD")])
    return house


def test_the_books_can_be_asked_as_of_a_day(posted: yesand.House) -> None:
    october, november = date(2026, 10, 31), date(2026, 11, 30)
    assert balance("performer:Ann", october) == {"EUR": -5}
    assert balance("performer:Ann", date(2026, 9, 30)) == {}
    assert trial_balance(october) == {FUND: {"EUR": 5}, "performer:Ann": {"EUR": -5}}
    assert trial_balance(november) == trial_balance()
    assert next_day(date.max) == date.max


def test_the_export_says_what_the_ledger_says(posted: yesand.House, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    found = write_beancount(posted.place, path)
    assert (found.transactions, found.postings, found.assertions) == (2, 4, 2)
    assert read(path.read_text("utf-8").splitlines()).balances == found.balances
    then, _ = beancount(posted.place, date(2026, 10, 31))
    assert "USD" not in then and then.count(" balance ") == 2


@pytest.mark.skipif(not shutil.which("bean-check"), reason="Beancount is not on this machine")
def test_beancount_finds_nothing_wrong(posted: yesand.House, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    write_beancount(posted.place, path)
    done = subprocess.run(["bean-check", str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
