"""Closing a month: its checks, settling by the worker, what waits, and whether all agrees."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from money_desk import Desk, desk_of
from royalties_factories import SEPTEMBER, Stage

import yesand
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, Refused
from yesand.royalties.closing import services
from yesand.royalties.closing.checks import Check, Standing, may_settle
from yesand.royalties.closing.queueing.services import exceptions
from yesand.royalties.disputing.services import open_dispute
from yesand.royalties.invoicing.services import bill_of, issue, owed_lines
from yesand.royalties.invoicing.supposing.services import suppose
from yesand.royalties.invoicing.whatif import what_if
from yesand.royalties.lines import Kind, Line
from yesand.royalties.models import Closing, ClosingEnd, Invoice, Settlement
from yesand.royalties.paying.payees.services import hold
from yesand.royalties.reconciling.figures import Figures, agree
from yesand.royalties.reconciling.services import reconciled

OCTOBER = Period(2026, 10)


@pytest.fixture
def desk(house: yesand.House, tmp_path: Path) -> Desk:
    return desk_of(Stage(house.place), tmp_path)


@given(st.lists(st.sampled_from(list(Standing))))
def test_a_month_is_settled_unless_something_is_in_the_way(found: list[Standing]) -> None:
    checks = [Check("x", standing, "y") for standing in found]
    assert may_settle(checks) is (Standing.STOP not in found)


@given(st.lists(st.integers(-9, 9), min_size=7, max_size=7))
def test_figures_agree_only_if_every_sum_does(parts: list[int]) -> None:
    row = Figures("EUR", *parts)
    so = row.ledger == row.statements and row.ledger == sum(parts[2:])
    assert agree([row]) is so is (row.difference == 0)


def test_the_checks_say_what_was_found_and_where_to_mend_it(desk: Desk) -> None:
    desk.unmatched()
    place = desk.stage.place
    told = {str(c.name): c for c in services.checked(place, OCTOBER)}
    assert told["The month is over and open"].standing is Standing.STOP
    assert "coach" in told["Usage is in from every deployment"].said
    assert told["Reports set the shares"].standing is Standing.GOOD
    assert told["Usage is attested"].standing is Standing.GOOD  # the month is not over
    before = {str(c.name): c for c in services.checked(place, SEPTEMBER)}
    assert "coach" in before["Usage is attested"].said
    assert "1 events wait" in told["Nothing waits in escrow"].said
    assert "Ann, Bob, Cleo" in told["Bank details"].said
    with pytest.raises(Refused, match="from 1 November 2026"):
        services.start(place, OCTOBER, Closing.SETTLE, desk.people["one"])
    assert not Closing.objects.exists()


def test_a_month_is_settled_and_billed_once_however_often_it_is_asked(
    house: yesand.House, tmp_path: Path
) -> None:
    from royalties_factories import event, used

    stage = Stage(house.place)
    stage.reported()
    used(stage, tmp_path, *(event(n) for n in range(3)))
    from yesand.people.models import User

    by = User.objects.create(username="one")
    rows = [services.start(house.place, SEPTEMBER, Closing.SETTLE, by) for _ in "ab"]
    said = [services.carry_out(house.place, row.pk) for row in (*rows, *rows)]
    assert set(said) == {"2026-09: 3 statements, 1 invoices"}
    counts = Settlement.objects.count(), Invoice.objects.count(), ClosingEnd.objects.count()
    assert counts == (1, 1, 2)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_closingend SET held = NOT held")


def test_what_waits_is_in_one_queue(desk: Desk) -> None:
    desk.unmatched()
    place, ann = desk.stage.place, desk.people["ann"]
    row, _ = open_dispute(place, desk.statement("Ann"), 0, "why", ann)
    hold(place, "performer:Bob", "a question", desk.people["one"])
    found = exceptions(place)
    assert {w.kind for w in found} == {"Escrow", "Held"}
    assert any(w.money == row.held and row.digest in w.address for w in found)
    assert any("Bob: a question" in w.said for w in found)


def test_ledger_statements_and_what_is_held_agree_to_the_last_digit(desk: Desk) -> None:
    open_dispute(desk.stage.place, desk.statement("Ann"), 0, "why", desk.people["ann"])
    (row,) = reconciled()
    assert agree([row]) and row.held > 0 and row.statements == row.explained == row.ledger


def test_what_if_at_the_same_prices_is_what_was_billed(desk: Desk) -> None:
    place, acme = desk.stage.place, desk.stage.coach.licensee
    (made,) = issue(place, SEPTEMBER)
    (asked,) = suppose(place, acme, {})
    assert asked.answer.total == bill_of(made).net_micro
    (twice,) = suppose(place, acme, {"request": 2_000_000})
    assert twice.answer.total == 2 * asked.answer.total
    (free,) = suppose(place, acme, {"request": 0})
    assert free.answer.total == 0
    with pytest.raises(BadInput, match="not below nothing"):
        suppose(place, acme, {"request": -1})
    use = ("coach", "request", False)
    lines = owed_lines(made.settlement)["acme", "EUR"]
    assert what_if(lines, {}, {use: 30}).total == 3 * asked.answer.total


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**9))
def test_an_unchanged_price_never_moves_a_line(quantity: int, price: int, share: int) -> None:
    from yesand.kernel.money import part

    line = Line(
        kind=Kind.ROYALTY,
        licensee="acme",
        agreement="0" * 64,
        micro=part(quantity * price, share, 10**9),
        why="",
        deployment="coach",
        unit="request",
        realtime=False,
        quantity=quantity,
        price_micro=price,
        share_ppb=share,
    )
    assert what_if([line], {"request": 10**6}, {}).total == line.micro
    use = ("coach", "request", False)
    assert what_if([line], {}, {use: quantity}).total == line.micro
