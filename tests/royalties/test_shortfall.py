"""The audit clause decides by products, to the micro-unit, who bears an audit's cost."""

from __future__ import annotations

import pytest

from yesand.agreements.terms import Pay
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money
from yesand.royalties.shortfall import audit_cost

COST = Money("EUR", 9_000_000)


@pytest.mark.parametrize(("lacking", "payer"), [(5_000_000, False), (5_000_001, True), (0, False)])
def test_the_payer_bears_the_cost_past_the_agreed_shortfall_and_not_at_it(
    lacking: int, payer: bool
) -> None:
    pay = Pay(audit_shortfall_ppm=50_000)
    due, short = Money("EUR", 100_000_000), Money("EUR", lacking)
    assert audit_cost(pay, due, short, COST).payer is payer


def test_without_a_clause_whoever_asked_bears_it() -> None:
    found = audit_cost(Pay(), Money("EUR", 100), Money("EUR", 100), COST)
    assert not found.payer and "no audit clause" in found.why


def test_a_shortfall_of_more_than_was_due_is_refused() -> None:
    with pytest.raises(BadInput):
        audit_cost(Pay(), Money("EUR", 1), Money("EUR", 2), COST)
