"""What a bonus waits for is counted as it was put right, and is not put right once it counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from royalties_factories import SEPTEMBER, Stage, agree, event, issued, terms, used

import yesand
from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import Refused
from yesand.royalties.facts import Counted
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.lines import Kind
from yesand.royalties.models import Settlement
from yesand.royalties.redoing.services import correct, settled_of, waiting
from yesand.royalties.services import check_books
from yesand.royalties.settling.services import settle

OCTOBER, NOVEMBER = Period(2026, 10), Period(2026, 11)
BONUS: dict[str, Any] = {
    "bonus": Amount.of("EUR", "10"),
    "bonus_unit": "request",
    "bonus_after": 100,
}


def really(quantity: int) -> Correction:
    about = {"deployment": "coach", "unit": "request", "usage_period": "2026-09"}
    day = {"month": "2026-09", "effective": "2026-10-01", "why": "counted wrongly"}
    return Correction(**day, **about, quantity=quantity)


def promise(stage: Stage) -> None:
    """From now on a bonus is due after 100 requests."""
    for handle, signed in stage.agreements.items():
        agree(stage.place, handle, terms(**BONUS), supersedes=signed)


def requests(number: int, month: int, quantity: int) -> dict[str, Any]:
    return event(number, time=f"2026-{month:02d}-05T12:00:00Z", data={"quantity": quantity})


def bonuses(stage: Stage, period: Period) -> list[int | None]:
    return [x.quantity for x in issued(stage, "Ann", period).lines if x.kind is Kind.BONUS]


def september(house: yesand.House, folder: Path) -> Stage:
    """A month with 60 requests, settled before any bonus was promised."""
    stage = Stage(house.place)
    stage.reported()
    used(stage, folder, requests(1, 9, 60))
    settle(stage.place, SEPTEMBER)
    return stage


@pytest.mark.both_databases
@pytest.mark.parametrize(("quantity", "due"), [(95, [105]), (60, []), (100, []), (10, [])])
@pytest.mark.parametrize("settled_between", [True, False])
def test_a_bonus_counts_use_as_it_was_put_right(
    house: yesand.House,
    tmp_path: Path,
    clock: SetClock,
    quantity: int,
    due: list[int],
    settled_between: bool,
) -> None:
    stage, then = september(house, tmp_path), OCTOBER
    if quantity != 60:
        correct(stage.place, really(quantity))
    if settled_between:
        clock.advance(days=31)
        settle(stage.place, OCTOBER)
        then = NOVEMBER
    promise(stage)
    clock.advance(days=31)
    used(stage, tmp_path, requests(2, then.month, 10))
    settle(stage.place, then)
    assert bonuses(stage, then) == due and not waiting() and check_books()


@pytest.mark.one_database
def test_a_bonus_counts_the_real_usage_that_an_estimate_stood_for(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    stage = Stage(house.place)
    stage.reported()
    used(stage, tmp_path, *(requests(n, n, 30) for n in (6, 7, 8)))
    settle(stage.place, Period(2026, 8))
    settle(stage.place, SEPTEMBER, on_estimates=True)
    promise(stage)
    clock.advance(days=31)
    used(stage, tmp_path, requests(9, 9, 5), requests(10, 10, 4))
    settle(stage.place, OCTOBER)
    (count,) = settled_of(Settlement.objects.get(period="2026-10")).counted
    told = Counted(deployment="coach", unit="request", currency=None, quantity=95)
    assert count == told and bonuses(stage, OCTOBER) == []


@pytest.mark.one_database
def test_what_a_bonus_has_counted_since_is_not_corrected_though_no_bonus_was_promised_then(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    stage = september(house, tmp_path)
    promise(stage)
    clock.advance(days=31)
    used(stage, tmp_path, requests(2, 10, 50))
    settle(stage.place, OCTOBER)
    assert bonuses(stage, OCTOBER) == [110]
    with pytest.raises(Refused, match="Use that a bonus waits for is not corrected"):
        correct(stage.place, really(10))
    assert not waiting()
