"""Revenue of all a licensee's deployments, put together and divided by their use."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_pools import MODEL, Cast
from whole_pools import used as counted

from yesand.agreements.terms import Pay, Terms
from yesand.kernel.errors import BadInput
from yesand.royalties.facts import UsageTotal
from yesand.royalties.together import divided

OTHER = "8" * 64
SHARES = {
    "Ada": (700_000_000, 690_000_000, 710_000_000),
    "Ben": (300_000_000, 290_000_000, 310_000_000),
}


def terms(**pay: Any) -> Terms:
    pool = {"pool": "licensee", "pool_unit": "request"}
    return Terms(
        valid_from=date(2026, 1, 1),
        pay=Pay.model_validate({"revenue_share_ppm": 200_000, **pool, **pay}),
    )


def declared(micro: int, **change: Any) -> UsageTotal:
    return counted(micro, unit="revenue", **{"currency": "EUR", **change})


def elsewhere(row: UsageTotal) -> UsageTotal:
    return row.model_copy(update={"deployment": "game", "model": OTHER})


def royalties(*rows: UsageTotal, given: Terms | None = None) -> list[tuple[str | None, int]]:
    made = Cast(given or terms(), SHARES, rows).issued("Ada")
    return [(line.why, line.micro) for line in made.lines if line.unit == "revenue"]


def test_what_a_deployment_earned_is_divided_among_all_by_their_use() -> None:
    rows = (declared(40_000_000), counted(300), elsewhere(counted(700)))
    ((why, micro),) = royalties(*rows)
    # 30 % of 40 EUR is 12; a fifth of that is 2.40, and 70 % of it is hers.
    assert micro == 1_680_000
    assert why is not None and why.startswith(
        "Of 40.00 EUR that acme declared for all its deployments, 12.00 EUR fall to coach by use "
        "(300 of 1,000 × request); 20 % of 12.00 EUR declared revenue is 2.40 EUR; 70.000 %"
    )


def test_revenue_of_a_deployment_that_she_is_not_in_reaches_those_that_she_is_in() -> None:
    rows = (elsewhere(declared(40_000_000)), counted(300), elsewhere(counted(700)))
    assert [micro for _, micro in royalties(*rows)] == [1_680_000]
    apart = terms(pool="deployment", pool_unit="")
    assert royalties(*rows, given=apart) == []


def test_another_licensee_s_revenue_and_late_revenue_stay_where_they_were_declared() -> None:
    foreign = declared(10**9, licensee="play").model_copy(
        update={"deployment": "toy", "model": OTHER}
    )
    late = declared(10_000_000, usage_period="2026-09")
    found = royalties(foreign, late, counted(300), elsewhere(counted(700)))
    assert [micro for _, micro in found] == [1_400_000]


def test_where_nothing_was_counted_revenue_stays_where_it_was_declared() -> None:
    assert [micro for _, micro in royalties(declared(10_000_000))] == [1_400_000]


@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**6)), min_size=1, max_size=6))
@settings(deadline=None)
def test_the_parts_add_up_to_what_was_declared(rows: list[tuple[int, int]]) -> None:
    usage = []
    for n, (revenue, count) in enumerate(rows):
        about = {"deployment": f"d{n}", "model": MODEL}
        usage.append(declared(revenue).model_copy(update=about))
        usage.append(counted(count).model_copy(update=about))
    settled = Cast(terms(), SHARES, usage).settled
    parts = [found.row.quantity for found in divided(settled, "request")]
    whole = sum(revenue for revenue, _ in rows) if any(count for _, count in rows) else 0
    assert sum(parts) == whole and all(part >= 0 for part in parts)


@pytest.mark.parametrize(
    ("pay", "said"),
    [
        ({"pool": "licensee", "revenue_share_ppm": 1}, "pool_unit"),
        ({"pool_unit": "request", "revenue_share_ppm": 1}, "pool_unit"),
        ({"pool": "licensee", "pool_unit": "request"}, "revenue_share_ppm"),
    ],
)
def test_a_pool_of_all_needs_revenue_and_what_its_use_is_counted_in(
    pay: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        Terms.parse({"valid_from": "2026-01-01", "pay": pay})
