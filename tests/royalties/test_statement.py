from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements.terms import Amount, Basis, Pay, Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed
from yesand.royalties.facts import Facts, ModelBasis, Service, SessionHeld, Settled, UsageTotal
from yesand.royalties.lines import (
    BILLION,
    Kind,
    Part,
    Reliance,
    Weight,
    equal_ppb,
    minutes_ppb,
    share_of,
    slice_of,
)
from yesand.royalties.statement import Statement, parse_statement, recompute, statement

MODEL, MANIFEST, REPORT, AGREEMENT, OTHER, SETTLEMENT, KEY = (c * 64 for c in "abcdef0")
NONE = "9" * 64


def terms(**pay: Any) -> Terms:
    return Terms(valid_from=date(2026, 1, 1), pay=Pay(**pay))


def per_request(micro: int, **pay: Any) -> Terms:
    return terms(per_unit={"request": Amount(currency="EUR", micro=micro)}, **pay)


def usage(quantity: int, **change: Any) -> UsageTotal:
    row: dict[str, Any] = {
        "deployment": "coach",
        "model": MODEL,
        "licensee": "acme",
        "unit": "request",
        "currency": None,
        "realtime": False,
        "usage_period": "2026-10",
        "quantity": quantity,
        "events": 1,
    }
    return UsageTotal(**{**row, **change})


def settled(*rows: UsageTotal, covers: tuple[str, ...] = ("2026-10",)) -> Settled:
    return Settled(
        house="yes-and/test",
        period="2026-10",
        covers=covers,
        previous=None,
        trial=False,
        synthetic=False,
        usage=rows,
        services=(
            Service(deployment="coach", model=MODEL, licensee="acme", months=covers),
            Service(deployment="game", model=MODEL, licensee="play", months=covers),
        ),
        models=(
            ModelBasis(
                model=MODEL, manifest=MANIFEST, performers=3, duration_ms=60_000, report=REPORT
            ),
        ),
        batches=(),
        agreements=NONE,
    )


def facts(**change: Any) -> Facts:
    own: dict[str, Any] = {
        "period": "2026-10",
        "performer": "Actor_07",
        "performer_key": KEY,
        "currency": "EUR",
        "trial": False,
        "synthetic": False,
        "weights": (weight(),),
        "sessions": (),
        "brought_forward_micro": 0,
        "previous": None,
    }
    return Facts(**{**own, **change})


def weight(*parts: Part, **change: Any) -> Weight:
    place: dict[str, Any] = {
        "model": MODEL,
        "manifest": MANIFEST,
        "performers": 3,
        "rank": 1,
        "total_ms": 60_000,
        "before_ms": 20_000,
        "parts": parts or (Part(agreement=AGREEMENT, takes=5, duration_ms=10_000),),
    }
    return Weight(**{**place, **change})


def relies(ppb: int) -> dict[str, Reliance]:
    return {
        MODEL: Reliance(
            report=REPORT, method="subsets", share_ppb=ppb, low_ppb=ppb // 2, high_ppb=ppb * 2
        )
    }


def made(t: Terms, *rows: UsageTotal, ppb: int = 100_000_000, **change: Any) -> Statement:
    return statement(facts(**change), settled(*rows), SETTLEMENT, {AGREEMENT: t}, relies(ppb))


def test_a_royalty_is_quantity_times_price_times_share() -> None:
    issued = made(per_request(4_000), usage(1_000))
    (line,) = issued.lines
    assert (line.price_micro, line.pool_micro, line.micro) == (4_000, 4_000_000, 400_000)
    assert line.method == "subsets" and line.report == REPORT
    assert issued.payable_minor == 40 and issued.carried_micro == 0


def test_real_time_use_counts_by_its_multiple() -> None:
    t = per_request(4_000, realtime_multiple_ppm=7_500_000)
    (line,) = made(t, usage(1_000, realtime=True)).lines
    assert line.price_micro == 30_000 and line.micro == 3_000_000


def test_usage_of_an_earlier_month_is_a_late_line() -> None:
    kinds = [x.kind for x in made(per_request(1), usage(9), usage(9, usage_period="2026-09")).lines]
    assert kinds == [Kind.ROYALTY, Kind.LATE]


def test_a_unit_without_a_price_is_shown_and_pays_nothing() -> None:
    (line,) = made(terms(), usage(9)).lines
    assert line.micro == 0 and line.price_micro is None and "no price" in line.why


def test_revenue_pays_a_part_of_what_was_declared_in_its_own_currency() -> None:
    t = terms(revenue_share_ppm=200_000)
    row = usage(10_000_000, unit="revenue", currency="USD")
    assert made(t, row).lines == ()
    (line,) = made(t, row, currency="USD").lines
    assert line.pool_micro == 2_000_000 and line.micro == 200_000


def test_a_minimum_tops_up_what_the_month_earned_and_is_shared_by_the_deployments() -> None:
    least = Amount.of("EUR", "5.000001")
    issued = made(per_request(4_000, minimum_per_period=least), usage(1_000))
    tops = [x for x in issued.lines if x.kind is Kind.MINIMUM]
    assert [x.licensee for x in tops] == ["acme", "play"]
    assert [x.micro for x in tops] == [2_300_000, 2_300_001]
    assert issued.total_micro == least.micro
    assert tops[0].why.endswith("The rest is due in 2 equal slices, and this is one.")


def test_a_minimum_that_one_deployment_owes_alone_speaks_of_no_slices() -> None:
    t = per_request(4_000, minimum_per_period=Amount.of("EUR", "5"))
    alone = settled(usage(1_000)).model_copy(update={"services": settled().services[:1]})
    issued = statement(facts(), alone, SETTLEMENT, {AGREEMENT: t}, relies(100_000_000))
    (top,) = [x for x in issued.lines if x.kind is Kind.MINIMUM]
    assert top.why == (
        "Your terms promise 5.00 EUR for a month in service; 2026-10 earned 0.40 EUR."
    )
    assert issued.total_micro == 5_000_000


def test_contributions_are_on_top_and_not_in_the_total() -> None:
    issued = made(per_request(4_000, contribution_ppm=210_000), usage(1_000))
    assert issued.total_micro == 400_000 and issued.contributions_micro == 84_000


def test_a_session_fee_is_paid_by_who_held_the_session() -> None:
    held = SessionHeld(session="s1", agreement=AGREEMENT, payer="studio", on="2026-10-02")
    issued = made(terms(session_fee=Amount.of("EUR", "150")), sessions=(held,))
    (line,) = issued.lines
    assert line.licensee == "studio" and issued.payable_minor == 15_000


def test_what_is_too_small_to_pay_is_carried_to_the_next_statement() -> None:
    issued = made(per_request(1), usage(12_345_678), brought_forward_micro=9_999, previous=NONE)
    assert issued.total_micro == 1_234_568
    assert issued.payable_minor * 10_000 + issued.carried_micro == 1_234_568 + 9_999
    assert 0 <= issued.carried_micro < 10_000


def test_a_statement_survives_its_own_json() -> None:
    issued = made(per_request(4_000), usage(1_000))
    assert parse_statement(json.loads(canonical(issued.model_dump(mode="json")))) == issued


def test_a_predicate_that_is_no_statement_is_refused_with_the_field() -> None:
    with pytest.raises(CheckFailed, match="total_micro"):
        parse_statement({**made(terms()).model_dump(mode="json"), "total_micro": -1})


@pytest.mark.parametrize("name", ["total_micro", "payable_minor", "carried_micro"])
def test_a_figure_that_does_not_follow_from_the_inputs_is_found(name: str) -> None:
    t = {AGREEMENT: per_request(4_000)}
    issued = made(t[AGREEMENT], usage(1_000))
    assert recompute(issued, settled(usage(1_000)), SETTLEMENT, t, relies(10**8)) == issued
    forged = issued.model_copy(update={name: getattr(issued, name) + 1})
    with pytest.raises(CheckFailed, match=name):
        recompute(forged, settled(usage(1_000)), SETTLEMENT, t, relies(10**8))


def test_another_settlement_usage_report_or_carry_is_found() -> None:
    t = {AGREEMENT: per_request(4_000)}
    issued = made(t[AGREEMENT], usage(1_000))
    with pytest.raises(CheckFailed):
        recompute(issued, settled(usage(999)), SETTLEMENT, t, relies(10**8))
    with pytest.raises(CheckFailed):
        recompute(issued, settled(usage(1_000)), OTHER, t, relies(10**8))
    with pytest.raises(CheckFailed, match=r"lines\[0\]"):
        recompute(issued, settled(usage(1_000)), SETTLEMENT, t, relies(10**7))
    with pytest.raises(CheckFailed, match="agreement"):
        recompute(issued, settled(usage(1_000)), SETTLEMENT, {}, relies(10**8))
    carried = issued.model_copy(update={"brought_forward_micro": 5})
    with pytest.raises(CheckFailed, match="brought_forward"):
        recompute(carried, settled(usage(1_000)), SETTLEMENT, t, relies(10**8))


bases = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(
    lambda cut: Basis(reliance=min(cut), minutes=max(cut) - min(cut), equal=10**6 - max(cut))
)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_by_minutes_and_by_heads_add_up_to_a_billion(durations: list[int]) -> None:
    weights = [
        weight(
            Part(agreement=AGREEMENT, takes=1, duration_ms=ms),
            performers=len(durations),
            rank=i,
            total_ms=sum(durations),
            before_ms=sum(durations[:i]),
        )
        for i, ms in enumerate(durations)
    ]
    assert sum(map(minutes_ppb, weights)) == BILLION
    assert sum(map(equal_ppb, weights)) == BILLION


@given(bases, st.integers(0, BILLION), st.lists(st.integers(0, 10**7), min_size=1, max_size=5))
def test_a_share_split_over_agreements_is_neither_more_nor_less(
    basis: Basis, ppb: int, durations: list[int]
) -> None:
    parts = [Part(agreement=f"{i:064x}", takes=1, duration_ms=ms) for i, ms in enumerate(durations)]
    own = weight(*parts, total_ms=10**9, before_ms=5)
    pay, rel = Pay(basis=basis), relies(ppb)[MODEL]
    whole = own.model_copy(
        update={"parts": (Part(agreement=AGREEMENT, takes=1, duration_ms=sum(durations)),)}
    )
    pieces = [share_of(own, p.agreement, pay, rel).ppb for p in parts]
    assert sum(pieces) == share_of(whole, AGREEMENT, pay, rel).ppb


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**6), min_size=1))
def test_slices_add_up(whole: int, sizes: list[int]) -> None:
    total = sum(sizes) or 1
    cuts = [slice_of(whole, sum(sizes[:i]), s, total) for i, s in enumerate(sizes)]
    assert sum(cuts) == (whole if sum(sizes) else 0)
    assert all(c >= 0 for c in cuts)


rows = st.lists(
    st.builds(
        usage,
        st.integers(1, 10**6),
        unit=st.sampled_from(["request", "character", "inference-second"]),
        realtime=st.booleans(),
        usage_period=st.sampled_from(["2026-09", "2026-10"]),
    ),
    max_size=6,
)


@given(rows, bases, st.integers(0, 10**8), st.integers(0, 9_999), st.integers(0, BILLION))
def test_a_total_is_the_sum_of_its_lines_and_recomputes(
    used: list[UsageTotal], basis: Basis, price: int, brought: int, ppb: int
) -> None:
    t = per_request(
        price,
        basis=basis,
        minimum_per_period=Amount.of("EUR", "3"),
        contribution_ppm=123_456,
        realtime_multiple_ppm=1_234_567,
    )
    issued = made(t, *used, ppb=ppb, brought_forward_micro=brought, previous=NONE)
    paid = sum(x.micro for x in issued.lines if x.kind is not Kind.CONTRIBUTION)
    assert issued.total_micro == paid
    assert issued.payable_minor * 10_000 + issued.carried_micro == paid + brought
    again = recompute(issued, settled(*used), SETTLEMENT, {AGREEMENT: t}, relies(ppb))
    assert canonical(again.model_dump(mode="json")) == canonical(issued.model_dump(mode="json"))
