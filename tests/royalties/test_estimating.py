"""What is missing of a month is estimated and marked, and gives way to what really was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from royalties_factories import SEPTEMBER, Stage, at, deploy, event, issued, used

import yesand
from yesand.cli import _run as run
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput
from yesand.people.models import Organisation
from yesand.provenance.dsse import opened, payload_of
from yesand.royalties.attesting.services import attest
from yesand.royalties.estimating.estimate import Known, What, days_in, estimated, true_up
from yesand.royalties.estimating.services import propose, trued_up
from yesand.royalties.models import Estimate, Posting
from yesand.royalties.services import settle

REQUEST = What("request")
WHAT = st.builds(What, st.sampled_from(["request", "character"]))
USED = st.dictionaries(WHAT, st.integers(0, 10**12))


def known(days: int, quantity: int, period: str = "2026-08") -> Known:
    return Known(period, Fraction(days), {REQUEST: quantity})


def test_an_estimate_is_the_median_day_times_the_days() -> None:
    months = [known(31, 3_100), known(30, 300), known(31, 31_000), known(31, 9_999_999)]
    assert estimated(months, Fraction(30)) == {REQUEST: 3_000}
    assert estimated(months[:2], Fraction(10)) == {REQUEST: 550}  # the middle of 100 and 10
    assert estimated(months[:1], Fraction(1, 2)) == {REQUEST: 50}
    assert estimated([], Fraction(30)) == {} == estimated([known(0, 5)], Fraction(30))


@given(st.integers(1, 10**15), st.integers(1, 31), st.integers(1, 31))
def test_the_same_every_day_is_estimated_as_that(a_day: int, before: int, now: int) -> None:
    months = [known(before, a_day * before)] * 3
    assert estimated(months, Fraction(now)) == {REQUEST: a_day * now}


@given(USED, USED)
def test_reversed_and_replaced_an_estimate_leaves_what_was_really_used(
    estimate: dict[What, int], actual: dict[What, int]
) -> None:
    for up in true_up(estimate, actual):
        total = estimate.get(up.what, 0) - up.reversed + up.actual
        assert total == actual.get(up.what, 0)
        assert estimate.get(up.what, 0) + up.difference == total


def test_days_are_counted_to_the_moment() -> None:
    began, ended = datetime(2026, 9, 16, 12, tzinfo=UTC), datetime(2026, 9, 20, tzinfo=UTC)
    assert days_in(SEPTEMBER, began, ended) == Fraction(7, 2)
    assert days_in(SEPTEMBER, datetime(2026, 1, 1, tzinfo=UTC), None) == 30
    assert days_in(SEPTEMBER, datetime(2026, 10, 1, tzinfo=UTC), None) == 0


def of(number: int, month: int, quantity: int, **more: Any) -> dict[str, Any]:
    time = f"2026-{month:02d}-05T12:00:00Z"
    return event(number, time=time, data={"quantity": quantity}, **more)


@pytest.fixture
def stage(house: yesand.House, tmp_path: Path) -> Stage:
    """June to August are known: 100, 10 and 1,000 a day; September is missing."""
    stage = Stage(house.place)
    used(stage, tmp_path, of(6, 6, 3_000), of(7, 7, 310), of(8, 8, 31_000))
    stage.place.settings["estimate_missing"] = "on"
    return stage


def test_a_settlement_keeps_an_estimate_that_nobody_is_paid_by(stage: Stage) -> None:
    stage.reported()
    settle(stage.place, Period(2026, 8))
    before = Posting.objects.count()
    settled = settle(stage.place, SEPTEMBER)
    told = parse(payload_of(settled.envelope))["predicate"]
    assert told["usage"] == []
    (row,) = Estimate.objects.all()
    assert row.rows == [{"unit": "request", "currency": "", "realtime": False, "quantity": 3_000}]
    signed = opened(row.envelope, {stage.place.signer.id: stage.place.signer.public})["predicate"]
    assert signed["estimate"] is True and signed["months"] == ["2026-08", "2026-07", "2026-06"]
    assert issued(stage, "Ann").total_micro == 0 and Posting.objects.count() == before
    assert row.entry.kind == "usage.estimated" and settle(stage.place, SEPTEMBER) == settled
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_real_usage_takes_the_estimates_place_and_is_settled_late(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    settle(stage.place, SEPTEMBER)
    row = Estimate.objects.get()
    assert trued_up(stage.place, row) == []
    used(stage, tmp_path, of(9, 9, 2_500))
    (up,) = trued_up(stage.place, row)
    assert (up.reversed, up.actual, up.difference) == (3_000, 2_500, -500)
    assert propose(stage.place, SEPTEMBER) == []
    clock.at += timedelta(days=31)
    settle(stage.place, Period(2026, 10))
    (late, *_) = issued(stage, "Ann", Period(2026, 10)).lines
    assert (late.kind.value, late.quantity) == ("late", 2_500)


def test_nothing_is_estimated_where_something_is_known_or_nothing_ever_was(
    stage: Stage, tmp_path: Path
) -> None:
    assert [p.deployment.name for p in propose(stage.place, SEPTEMBER)] == ["coach"]
    deploy(stage.place, "new", stage.model, since=at("2026-09-01"))
    assert [p.deployment.name for p in propose(stage.place, SEPTEMBER)] == ["coach"]
    assert propose(stage.place, Period(2026, 10)) == []  # it is not over
    attest(stage.place, Organisation.objects.get(slug="acme"), SEPTEMBER, [])
    assert propose(stage.place, SEPTEMBER) == []


def test_the_setting_is_off_unless_it_is_on(stage: Stage) -> None:
    stage.place.settings["estimate_missing"] = "perhaps"
    with pytest.raises(BadInput, match="estimate_missing"):
        settle(stage.place, SEPTEMBER)
    del stage.place.settings["estimate_missing"]
    settle(stage.place, SEPTEMBER)
    assert not Estimate.objects.exists()


def test_the_command_marks_what_is_an_estimate(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(stage.place, SEPTEMBER)
    command = ["estimate", "2026-09", "--house", str(stage.place.root)]
    assert run(command) == 0
    assert "ESTIMATE 2026-09, coach: 3,000 × request" in capsys.readouterr().out
    used(stage, tmp_path, of(9, 9, 3_100))
    assert run(command) == 0
    assert "3,000 × request reversed, 3,100 really used (+100)" in capsys.readouterr().out
