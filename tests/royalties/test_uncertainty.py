"""What noise does to a share: nothing, the lower bound and a fund, or towards equal parts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_pools import Cast, measured, used

from yesand.agreements.terms import MILLION, Amount, Basis, Pay, Terms
from yesand.royalties.ledger import drafts_of
from yesand.royalties.lines import BILLION, Kind, Line
from yesand.royalties.shrinking import PERMILLE, Measured, drawn, rests, signal

SURE = {
    "Ada": (700_000_000, 690_000_000, 710_000_000),
    "Ben": (300_000_000, 290_000_000, 310_000_000),
}
UNSURE = {
    "Ada": (700_000_000, 500_000_000, 900_000_000),
    "Ben": (300_000_000, 100_000_000, 500_000_000),
}
POLICIES = ("point", "lower-bound", "shrunk")


def terms(uncertainty: str, **more: Any) -> Terms:
    prices = {"request": Amount(currency="EUR", micro=4_000)}
    pay = Pay.model_validate({"per_unit": prices, "uncertainty": uncertainty, **more})
    return Terms(valid_from=date(2026, 1, 1), pay=pay)


def cast(uncertainty: str, shares: dict[str, Measured], quantity: int = 1_000, **more: Any) -> Cast:
    return Cast(terms(uncertainty, **more), shares, [used(quantity)])


def of(lines: tuple[Line, ...], kind: Kind) -> list[Line]:
    return [line for line in lines if line.kind is kind]


def test_the_lower_bound_is_paid_and_a_fund_gets_what_lies_between() -> None:
    issued = cast("lower-bound", UNSURE).issued("Ada")
    royalty, fund = issued.lines
    assert (royalty.kind, royalty.micro, royalty.share_ppb) == (
        Kind.ROYALTY,
        2_000_000,
        500_000_000,
    )
    assert (royalty.policy, royalty.point_ppb) == ("lower-bound", 700_000_000)
    assert (royalty.low_ppb, royalty.high_ppb) == (500_000_000, 900_000_000)
    assert (fund.kind, fund.micro) == (Kind.UNCERTAINTY, 800_000)
    assert issued.total_micro == 2_000_000 and issued.payable_minor == 200
    assert "between 50.000 % and 90.000 %" in royalty.why and "lower bound, 50.000 %" in royalty.why


def test_what_lies_between_is_posted_to_a_fund_of_its_own() -> None:
    issued = cast("lower-bound", UNSURE, contribution_ppm=100_000).issued("Ada")
    (draft,) = drafts_of(issued, "f" * 64)
    assert draft is not None
    assert {side.account: side.micro for side in draft.sides} == {
        "licensee:acme": 3_000_000,
        "performer:Ada": -2_000_000,
        "fund": -200_000,
        "fund:uncertainty": -800_000,
    }


def test_a_share_is_drawn_towards_equal_parts_by_one_factor_for_all() -> None:
    made = cast("shrunk", UNSURE)
    # Noise: (0.4 / 3.92)² = 0.010412; spread: 0.2² = 0.04; so λ = 0.739 to thousandths.
    assert made.settled.models[0].signal == 739
    paid = [of(issued.lines, Kind.ROYALTY)[0] for issued in made.all()]
    assert [line.share_ppb for line in paid] == [647_800_000, 352_200_000]
    assert [line.point_ppb for line in paid] == [700_000_000, 300_000_000]
    assert "drawn towards equal parts" in paid[0].why


def test_a_sure_measurement_is_hardly_drawn_and_noise_alone_is_shared_equally() -> None:
    assert signal(list(SURE.values())) == 999
    noise = {"Ada": (510_000_000, 0, BILLION), "Ben": (490_000_000, 0, BILLION)}
    assert signal(list(noise.values())) == 0
    shares = [of(i.lines, Kind.ROYALTY)[0].share_ppb for i in cast("shrunk", noise).all()]
    assert shares == [500_000_000, 500_000_000]


def test_as_it_was_measured_a_line_says_no_more_than_it_ever_did() -> None:
    (line,) = cast("point", UNSURE).issued("Ada").lines
    later = {"policy", "point_ppb", "threshold", "tariff", "tariff_digest", "via"}
    assert not later & line.model_dump(mode="json").keys()


@given(measured())
def test_shares_drawn_towards_equal_parts_add_up_to_all(shares: dict[str, Measured]) -> None:
    n = len(shares)
    equal = [BILLION * (i + 1) // n - BILLION * i // n for i in range(n)]
    found = signal(list(shares.values()))
    assert 0 <= found <= PERMILLE
    pairs = list(zip([s for s, _, _ in shares.values()], equal, strict=True))
    left = rests(pairs, found)
    made = [drawn(s, e, found, r) for (s, e), r in zip(pairs, left, strict=True)]
    assert sum(made) == BILLION
    lowest, highest = (f(x for pair in pairs for x in pair) for f in (min, max))
    assert all(lowest - 1 <= share <= highest + 1 for share in made)


@given(measured(), st.integers(0, 10**9))
@settings(deadline=None)
def test_under_every_policy_the_pool_is_whole(shares: dict[str, Measured], quantity: int) -> None:
    pool = quantity * 4_000
    for policy in POLICIES:
        lines = [line for issued in cast(policy, shares, quantity).all() for line in issued.lines]
        assert all(line.micro >= 0 for line in lines)
        assert abs(sum(line.micro for line in lines) - pool) <= len(shares)


@given(measured(), st.integers(0, 10**9), st.integers(0, MILLION))
@settings(deadline=None)
def test_a_lower_bound_and_its_fund_come_to_the_share_as_it_was_measured(
    shares: dict[str, Measured], quantity: int, reliance: int
) -> None:
    basis = Basis(reliance=reliance, equal=MILLION - reliance)
    point = cast("point", shares, quantity, basis=basis).all()
    lower = cast("lower-bound", shares, quantity, basis=basis).all()
    for one, other in zip(point, lower, strict=True):
        assert one.total_micro == sum(line.micro for line in other.lines)
        assert other.total_micro <= one.total_micro


@given(measured(), measured(), st.sampled_from(POLICIES))
@settings(deadline=None)
def test_a_guaranteed_minimum_depends_on_no_measurement(
    shares: dict[str, Measured], others: dict[str, Measured], policy: str
) -> None:
    least = Amount.of("EUR", "1000000")
    for told in (shares, others):
        made = cast(policy, told, minimum_per_period=least).issued("A")
        assert made.total_micro == least.micro


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_report_the_fallback_pays_whatever_the_policy(policy: str) -> None:
    made = cast(policy, UNSURE)
    made.told = {"models": (made.settled.models[0].model_copy(update={"report": None}),)}
    made.reliance = lambda handle: {}  # type: ignore[method-assign,assignment]
    (line,) = made.issued("Ada").lines
    assert line.method == "minutes" and line.share_ppb == 500_000_000 and line.policy is None
