"""What is earned beyond an advance outlives the month, in a house settled before it was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_bundling import statement, use
from test_owed import NOVEMBER, OCTOBER, serve_only

import yesand
from small_troupe import START, troupe
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period, SetClock
from yesand.royalties import services as royalties
from yesand.royalties.earned.services import each_upto
from yesand.royalties.instruments.models import AdvanceBalance
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.issuing.services import sheet_of
from yesand.royalties.issuing.together.services import statements_of
from yesand.royalties.models import Statement
from yesand.royalties.proving.services import write_bundle
from yesand.royalties.redoing.services import correct
from yesand.royalties.settling import services as settling


@pytest.fixture
def advanced(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A real house whose agreements have a small advance that all royalties pay back."""
    draft = standard("recognition", START)
    pay = {**draft.terms.pay.model_dump(), "advance": Amount.of("EUR", "1")}
    plain = {**draft.terms.as_json(), "pay": pay}
    troupe(house, tmp_path / "troupe", replace(draft, terms=draft.terms.parse(plain)))
    serve_only(house)
    return house


def test_a_house_settled_before_still_checks_and_counts_from_its_next_month_on(
    advanced: yesand.House, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = advanced.place

    def settle(period: Period, quantity: int) -> Statement:
        clock.at = period.end.astimezone(UTC).replace(day=2)
        use(advanced, tmp_path, str(period), quantity)
        royalties.settle(place, period)
        return statement(advanced, "Alba", period.month)

    with monkeypatch.context() as patch:
        patch.setattr(settling, "statement", partial(settling.statement, version=2))
        old = settle(OCTOBER, 987_654)
    new = settle(NOVEMBER, 100_000)
    said, earned = royalties.payload(old), royalties.payload(new)["total_micro"]
    assert said["version"] == 2 and "over_micro" not in said["accounts"][0]
    assert royalties.payload(new)["accounts"][0]["over_micro"] == earned > 0
    fix = {"month": "2026-11", "effective": "2026-12-02", "why": "counted twice"}
    about = {"deployment": "coach", "unit": "request", "usage_period": "2026-11"}
    correct(place, Correction(**fix, **about, quantity=40_000))
    drawn = sheet_of(place, new)
    assert [row[0] for row in drawn.told["earnings"]["rows"]] == ["October 2026", "November 2026"]
    assert sheet_of(place, old).told["earnings"] is None  # one month alone
    rows = list(statements_of(NOVEMBER)) + list(statements_of(OCTOBER))
    with CaptureQueriesContext(connection) as asked:
        pictures = each_upto(rows, {})
    assert len(asked) == 2 < len(rows)  # one a month, for all
    assert pictures == [each_upto([row], {})[0] for row in rows]
    clock.at = datetime(2027, 1, 2, tzinfo=UTC)
    royalties.settle(place, Period(2026, 12))
    less = statement(advanced, "Alba", 12)
    assert sheet_of(place, new) == drawn  # what comes later changes no document
    # All of it is taken from what was paid: the advance stays earned out.
    told = royalties.payload(less)
    royal = [line for line in told["lines"] if line["kind"] == "royalty"]
    back = sum(line["micro"] for line in royal if line.get("corrects"))
    assert back < 0 and "recoupment" not in {d["kind"] for d in told.get("deductions", [])}
    assert told["accounts"][0]["over_micro"] == earned + back
    kept = AdvanceBalance.objects.filter(statement__in=[old, new, less]).order_by("pk")
    assert [row.over_micro for row in kept] == [None, earned, earned + back]
    for row in (old, new, less):
        verdict = yesand.verify(write_bundle(place, row, tmp_path / f"{row.digest[:8]}.zip"))
        assert verdict.total.micro == row.total_micro
    assert any(told.startswith("books: ") for told in advanced.check())
