"""Which rates of exchange a settlement asks for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from whole_pools import MODEL
from whole_pools import used as counted

import yesand
from yesand.agreements.terms import Pay, Terms
from yesand.kernel.errors import Refused
from yesand.royalties.exchanging.services import exchanges

OTHER = "8" * 64


def terms(**pay: Any) -> Terms:
    told = {"revenue_share_ppm": 200_000, "one_currency": True, **pay}
    return Terms(valid_from=date(2026, 1, 1), pay=Pay.model_validate(told))


@pytest.mark.parametrize("pool", ["licensee", "payer"])
def test_a_licensees_pool_asks_for_the_rate_of_what_another_model_earned(
    house: yesand.House, pool: str
) -> None:
    earned = counted(40_000_000, unit="revenue", currency="USD")
    use = counted(300).model_copy(update={"deployment": "game", "model": OTHER})
    pooled = terms(pool=pool, pool_unit="request")
    with pytest.raises(Refused, match="No exchange rate from USD to EUR"):
        exchanges({OTHER: (pooled,)}, [earned, use])
    assert exchanges({OTHER: (terms(),)}, [earned, use]) == ()  # its own revenue alone
    with pytest.raises(Refused, match="No exchange rate from USD to EUR"):
        exchanges({MODEL: (terms(),)}, [earned])
