"""Fees for a month in service, bonuses paid once, and the part of a pool that all share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from royalties_factories import SEPTEMBER, Stage, at, event, issued, used
from royalties_factories import deploy as put_in_service
from royalties_factories import terms as signed_terms
from whole_pools import Cast, measured
from whole_pools import used as counted

import yesand
from yesand.agreements.terms import MILLION, Amount, Pay, Terms
from yesand.kernel.clock import SetClock
from yesand.royalties.facts import Counted
from yesand.royalties.lines import Kind, Line
from yesand.royalties.services import check_books
from yesand.royalties.settling.services import settle
from yesand.royalties.shrinking import Measured

OCTOBER = SEPTEMBER.next()
SHARES = {
    "Ada": (700_000_000, 690_000_000, 710_000_000),
    "Ben": (300_000_000, 290_000_000, 310_000_000),
}
TEN = Amount.of("EUR", "10")


def terms(**pay: Any) -> Terms:
    return Terms(valid_from=date(2026, 1, 1), pay=Pay(**pay))


def of(lines: tuple[Line, ...], kind: Kind) -> list[Line]:
    return [line for line in lines if line.kind is kind]


def test_a_fee_for_a_month_in_service_is_shared_as_a_pool_is() -> None:
    made = Cast(terms(period_fee=TEN), SHARES, months=("2026-09", "2026-10"))
    lines = made.issued("Ada").lines
    assert [(x.usage_period, x.micro) for x in lines] == [
        ("2026-09", 7_000_000),
        ("2026-10", 7_000_000),
    ]
    assert lines[0].kind is Kind.PERIOD_FEE and lines[0].pool_micro == TEN.micro
    assert lines[0].why.startswith("coach was in service in 2026-09: 10.00 EUR for the month; 70")


def test_a_fee_to_the_performer_is_theirs_whatever_the_share() -> None:
    made = Cast(terms(period_fee=TEN, period_fee_to="performer"), SHARES)
    assert [issued.total_micro for issued in made.all()] == [TEN.micro, TEN.micro]
    (line,) = made.issued("Ben").lines
    assert line.share_ppb is None and "your terms pay you 10.00 EUR" in line.why


def test_a_fee_begins_with_the_agreement() -> None:
    later = Terms(valid_from=date(2026, 10, 1), pay=Pay(period_fee=TEN))
    made = Cast(later, SHARES, months=("2026-09", "2026-10"))
    assert [x.usage_period for x in made.issued("Ada").lines] == ["2026-10"]


def test_a_fee_counts_towards_the_month_s_minimum_and_a_bonus_does_not() -> None:
    least = {"minimum_per_period": Amount.of("EUR", "15")}
    fee = Cast(terms(period_fee=TEN, period_fee_to="performer", **least), SHARES).issued("Ada")
    assert fee.total_micro == 15_000_000
    bonus = {"bonus": TEN, "bonus_unit": "request", "bonus_after": 5}
    won = Cast(terms(**bonus, **least), SHARES, [counted(9)]).issued("Ada")
    assert won.total_micro == 25_000_000


@pytest.mark.parametrize(
    ("before", "quantity", "due"),
    [(0, 99, False), (0, 100, True), (99, 1, True), (100, 50, False), (50, 49, False)],
)
def test_a_bonus_is_due_when_its_threshold_is_passed_and_never_again(
    before: int, quantity: int, due: bool
) -> None:
    pay = terms(bonus=TEN, bonus_unit="request", bonus_after=100)
    count = Counted(deployment="coach", unit="request", currency=None, quantity=before)
    made = Cast(pay, SHARES, [counted(quantity)], told={"counted": (count,)})
    won = of(made.issued("Ada").lines, Kind.BONUS)
    assert [x.micro for x in won] == [TEN.micro] * due
    if due:
        assert (won[0].threshold, won[0].quantity) == (100, before + quantity)
        assert won[0].why.endswith("your terms pay you 10.00 EUR for that, once.")


def test_other_units_and_another_currency_s_revenue_do_not_count() -> None:
    pay = terms(bonus=TEN, bonus_unit="revenue", bonus_after=1_000_000)
    dollars = counted(10**9, unit="revenue", currency="USD")
    assert Cast(pay, SHARES, [dollars, counted(10**9)]).issued("Ada").lines[0].micro == 0
    euros = counted(1_000_000, unit="revenue", currency="EUR")
    (won,) = of(Cast(pay, SHARES, [euros]).issued("Ada").lines, Kind.BONUS)
    assert won.why.startswith("coach has reached 1.00 EUR of declared revenue, and passed 1.00 EUR")


def test_a_part_of_the_pool_is_shared_equally_whatever_the_reliance() -> None:
    pay = terms(per_unit={"request": Amount(currency="EUR", micro=4_000)}, non_featured_ppm=50_000)
    royalty, equal = Cast(pay, SHARES, [counted(1_000)]).issued("Ben").lines
    assert (royalty.pool_micro, royalty.micro) == (3_800_000, 1_140_000)
    assert (equal.kind, equal.pool_micro, equal.micro) == (Kind.NON_FEATURED, 200_000, 100_000)
    assert "of which 3.80 EUR is shared by reliance" in royalty.why
    assert "5 % of it, 0.20 EUR, is shared equally by the 2 performers" in equal.why


@given(
    measured(),
    st.integers(0, 10**8),
    st.integers(0, MILLION),
    st.sampled_from(["point", "lower-bound", "shrunk"]),
)
@settings(deadline=None)
def test_whatever_is_set_apart_the_pools_are_whole(
    shares: dict[str, Measured], quantity: int, ppm: int, policy: str
) -> None:
    pay = Pay.model_validate(
        {
            "per_unit": {"request": {"currency": "EUR", "micro": 7}},
            "period_fee": {"currency": "EUR", "micro": 12_345_678},
            "non_featured_ppm": ppm,
            "uncertainty": policy,
        }
    )
    given_terms = Terms(valid_from=date(2026, 1, 1), pay=pay)
    lines = [x for i in Cast(given_terms, shares, [counted(quantity)]).all() for x in i.lines]
    assert all(line.micro >= 0 for line in lines)
    assert abs(sum(x.micro for x in lines) - 7 * quantity - 12_345_678) <= 4 * len(shares)


def test_a_bonus_is_paid_once_however_the_use_comes_in(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    pay = {"bonus": TEN, "bonus_unit": "request", "bonus_after": 100}
    stage = Stage(house.place, signed_terms(**pay))
    stage.reported()
    used(stage, tmp_path, event(1, data={"quantity": 60}))
    settle(stage.place, SEPTEMBER)
    settle(stage.place, SEPTEMBER)
    assert not of(issued(stage, "Ann").lines, Kind.BONUS)
    clock.advance(days=31)
    late = event(2, data={"quantity": 30})
    new = event(3, time="2026-10-05T12:00:00Z", data={"quantity": 10, "realtime": True})
    used(stage, tmp_path, late, new)
    settle(stage.place, OCTOBER)
    (won,) = of(issued(stage, "Ann", OCTOBER).lines, Kind.BONUS)
    assert (won.quantity, won.micro) == (100, TEN.micro)
    clock.advance(days=30)
    used(stage, tmp_path, event(4, time="2026-11-05T12:00:00Z", data={"quantity": 500}))
    settle(stage.place, OCTOBER.next())
    assert not of(issued(stage, "Ann", OCTOBER.next()).lines, Kind.BONUS)
    assert check_books()


def test_each_deployment_in_service_pays_its_own_fee(house: yesand.House) -> None:
    stage = Stage(house.place, signed_terms(period_fee=TEN, period_fee_to="performer"))
    put_in_service(stage.place, "game", stage.model, "play", at("2026-09-20"))
    settle(stage.place, SEPTEMBER)
    fees = of(issued(stage, "Ann").lines, Kind.PERIOD_FEE)
    assert [(x.deployment, x.licensee) for x in fees if x.usage_period == "2026-09"] == [
        ("coach", "acme"),
        ("game", "play"),
    ]
    assert check_books()
