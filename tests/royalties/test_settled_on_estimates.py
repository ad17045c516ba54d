"""A month settled on an estimate: marked, paid, and taken back when the real usage comes in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from royalties_factories import SEPTEMBER, Stage, deploy, event, issued, terms, used, write
from test_policies_proven import gated, reported

import yesand
from small_troupe import START, troupe
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount, Pay
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, Refused
from yesand.people import services as people
from yesand.people.models import Organisation, Seat, User
from yesand.royalties.attesting.services import attest
from yesand.royalties.books.services import balance
from yesand.royalties.closing.queueing.services import exceptions
from yesand.royalties.closing.services import carry_out
from yesand.royalties.estimating.stated import check_stated, rows_of
from yesand.royalties.estimating.truing.services import standing_estimates, true_up
from yesand.royalties.evidence import verify
from yesand.royalties.instruments.models import Instrument
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Closing, Estimate, SettledUsage, Settlement, Statement
from yesand.royalties.proving.services import write_bundle
from yesand.royalties.reassigning.services import decide
from yesand.royalties.reassigning.services import propose as reassign
from yesand.royalties.reconciling.recomputing.services import recompute
from yesand.royalties.redoing.services import correct, settled_of
from yesand.royalties.services import check_books, meter, settle, statement
from yesand.royalties.totals import Total
from yesand.training.models import Deployment
from yesand.training.registry.services import deploy as deployed

OCTOBER = Period(2026, 10)
LEAST = Amount.of("EUR", "8")


def of(number: int, month: int, quantity: int) -> dict[str, Any]:
    return event(number, time=f"2026-{month:02d}-05T12:00:00Z", data={"quantity": quantity})


def missing(house: yesand.House, folder: Path, **pay: Any) -> Stage:
    """June to August are known and settled: 100, 10 and 1,000 a day; September is missing."""
    stage = Stage(house.place, terms(**pay))
    stage.reported()
    used(stage, folder, of(6, 6, 3_000), of(7, 7, 310), of(8, 8, 31_000))
    settle(stage.place, Period(2026, 8))
    return stage


@pytest.mark.both_databases
def test_every_line_says_that_it_is_estimated_and_is_paid(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = missing(house, tmp_path)
    before = balance("performer:Ann")["EUR"]
    row = settle(stage.place, SEPTEMBER, on_estimates=True)
    (estimate,) = Estimate.objects.all()
    (line,) = issued(stage, "Ann").lines
    # 3,000 requests at 0.004 EUR, and half of it is hers.
    assert (line.micro, line.quantity, line.estimate) == (6_000_000, 3_000, estimate.digest)
    assert line.why.startswith("ESTIMATED, as nothing had come in: median of daily use")
    assert issued(stage, "Ann").evidence.estimates == (estimate.digest,)
    assert before - balance("performer:Ann")["EUR"] == 6_000_000 and check_books()
    assert (
        settle(stage.place, SEPTEMBER) == settle(stage.place, SEPTEMBER, on_estimates=True) == row
    )
    assert Settlement.objects.count() == 2 and Estimate.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("really", [2_600, 3_000, 9_000, 0])
def test_estimating_and_then_knowing_comes_to_what_knowing_at_once_would_have(
    house: yesand.House, tmp_path: Path, clock: SetClock, really: int
) -> None:
    stage = missing(house, tmp_path, minimum_per_period=LEAST, contribution_ppm=100_000)
    before = balance("performer:Ann")["EUR"]
    settle(stage.place, SEPTEMBER, on_estimates=True)
    if really:
        used(stage, tmp_path, of(9, 9, really))
    else:
        attest(stage.place, Organisation.objects.get(slug="acme"), SEPTEMBER, [])
    clock.advance(days=32)
    settle(stage.place, OCTOBER)
    earned = max(LEAST.micro, really * 2_000)
    assert before - balance("performer:Ann")["EUR"] == earned + LEAST.micro
    made = issued(stage, "Ann", OCTOBER)
    assert not [x for x in made.lines if x.estimate and not (x.corrects and x.corrects.reverses)]
    assert not [x for x in made.lines if x.kind.value == "late"]
    assert check_books()
    used(stage, tmp_path, of(10, 9, 100))  # what comes after that is late
    clock.advance(days=30)
    settle(stage.place, Period(2026, 11))
    late = [x for x in issued(stage, "Ann", Period(2026, 11)).lines if x.kind.value == "late"]
    assert [x.quantity for x in late] == [100]


@pytest.mark.both_databases
@pytest.mark.parametrize("really", [2_600, 9_000, 0])
@pytest.mark.parametrize("settled_between", [True, False])
def test_an_estimate_that_was_corrected_by_hand_still_gives_way_to_the_real_usage(
    house: yesand.House, tmp_path: Path, clock: SetClock, really: int, settled_between: bool
) -> None:
    stage = missing(house, tmp_path)
    before = balance("performer:Ann")["EUR"]
    settle(stage.place, SEPTEMBER, on_estimates=True)
    clock.advance(days=32)
    (row,) = rows_of(
        settled_of(Settlement.objects.get(period="2026-09")), Estimate.objects.get().digest
    )
    about = row.model_dump(include={"deployment", "unit", "currency", "realtime", "usage_period"})
    day = {"month": "2026-09", "effective": "2026-11-02", "why": "they told us by telephone"}
    correct(stage.place, Correction(**day, **about, quantity=2_600))
    if settled_between:
        settle(stage.place, OCTOBER)
        assert before - balance("performer:Ann")["EUR"] == 5_200_000
        clock.advance(days=30)
    if really:
        used(stage, tmp_path, of(9, 9, really))
    else:
        attest(stage.place, Organisation.objects.get(slug="acme"), SEPTEMBER, [])
    then = Period(2026, 11) if settled_between else OCTOBER
    settle(stage.place, then)
    assert before - balance("performer:Ann")["EUR"] == really * 2_000
    assert not [x for x in issued(stage, "Ann", then).lines if x.kind.value == "late"]
    assert check_books() and not standing_estimates()
    used(stage, tmp_path, of(10, 9, 100))  # what comes after that is late
    clock.advance(days=30)
    settle(stage.place, then.next())
    assert before - balance("performer:Ann")["EUR"] == (really + 100) * 2_000
    (late,) = issued(stage, "Ann", then.next()).lines
    assert (late.kind.value, late.quantity) == ("late", 100) and check_books()


def test_a_settlement_is_read_once_however_many_estimates_it_rests_on(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    stage = missing(house, tmp_path)
    for name in ("two", "three"):
        deploy(stage.place, name, Deployment.objects.get(name="coach").model)
    more = [
        event(20 + n, subject=name, time="2026-08-06T12:00:00Z", data={"quantity": 10})
        for n, name in enumerate(("two", "three"))
    ]
    used(stage, tmp_path, *more)
    settle(stage.place, SEPTEMBER, on_estimates=True)
    with CaptureQueriesContext(connection) as asked:
        assert len(standing_estimates()) == 3
    assert read(asked, "settlement") == 1
    known = [event(30 + n, subject=name) for n, name in enumerate(("coach", "two", "three"))]
    used(stage, tmp_path, *known)
    clock.advance(days=31)
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        came = [
            Total(name, "request", None, False, str(SEPTEMBER), 1, 1)
            for name in ("coach", "two", "three")
        ]
        assert true_up(stage.place, OCTOBER, came).left == ()
    assert Instrument.objects.filter(kind="correction").count() == 3
    # A cursor on the server is no query that is captured.
    assert read(asked, "settlement") == 1 and read(asked, "statement") <= 1


def read(asked: CaptureQueriesContext, table: str) -> int:
    """Return how often what was signed was read."""
    signed = f'"royalties_{table}"."envelope"'
    told = (q["sql"].partition(" FROM ")[0] for q in asked if q["sql"].startswith("SELECT"))
    return sum(signed in columns for columns in told)


def test_a_month_is_not_put_right_before_anything_is_known(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    stage = missing(house, tmp_path)
    settle(stage.place, SEPTEMBER, on_estimates=True)
    clock.advance(days=32)
    settle(stage.place, OCTOBER)
    assert issued(stage, "Ann", OCTOBER).lines == ()


def test_what_came_in_at_the_last_moment_is_settled_and_no_estimate(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = missing(house, tmp_path)
    used(stage, tmp_path, of(9, 9, 50))
    settle(stage.place, SEPTEMBER, on_estimates=True)
    (line,) = issued(stage, "Ann").lines
    assert (line.quantity, line.estimate) == (50, None) and not Estimate.objects.exists()


@pytest.mark.parametrize(
    ("pay", "why"),
    [
        ({"bonus": LEAST, "bonus_unit": "request", "bonus_after": 10**6}, "a bonus waits"),
        ({"revenue_share_ppm": 1, "pool": "licensee", "pool_unit": "request"}, "is divided by it"),
        ({"revenue_share_ppm": 1, "pool": "payer", "pool_unit": "request"}, "is divided by it"),
    ],
)
def test_what_could_not_be_taken_back_is_not_settled_on_an_estimate(
    house: yesand.House, tmp_path: Path, pay: dict[str, Any], why: str
) -> None:
    stage = missing(house, tmp_path, **pay)
    with pytest.raises(Refused, match=why):
        settle(stage.place, SEPTEMBER, on_estimates=True)
    assert not Estimate.objects.exists()
    assert settle(stage.place, SEPTEMBER)


def test_where_it_cannot_be_taken_back_the_real_usage_waits_and_nothing_is_paid_twice(
    house: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    stage = missing(house, tmp_path)
    place = stage.place
    settle(place, SEPTEMBER, on_estimates=True)
    one, two = (User.objects.create(username=name) for name in ("one", "two"))
    wrong = Statement.objects.get(performer__handle="Ann", settlement__period="2026-09")
    moved = reassign(place, wrong, 0, people.performer("Bob"), "Bob spoke", one, 1)
    before = balance("performer:Cleo")["EUR"]
    used(stage, tmp_path, of(9, 9, 2_600))
    clock.advance(days=32)
    settle(place, OCTOBER)
    assert issued(stage, "Cleo", OCTOBER).lines == ()
    assert balance("performer:Cleo")["EUR"] == before
    assert not SettledUsage.objects.filter(usage_period="2026-09").exists()
    assert sum("its usage waits" in str(row.said) for row in exceptions(place)) == 1
    decide(place, moved, False, two)
    clock.advance(days=30)
    settle(place, Period(2026, 11))
    assert not any("its usage waits" in str(row.said) for row in exceptions(place))
    # 20 % of 400 requests fewer at 0.004 EUR.
    assert balance("performer:Cleo")["EUR"] - before == 320_000


@pytest.mark.one_database
def test_a_real_house_s_estimate_and_its_true_up_are_proven_offline(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    place = house.place
    pay = Pay(per_unit={"request": Amount(currency="EUR", micro=4_000)})
    troupe(house, tmp_path / "three", standard("recognition", START, pay=pay))
    model = gated(house, "coach")
    reported(house, model)
    lab = people.organisation("house-lab")
    deployed(place, model, lab, datetime(2026, 10, 1, tzinfo=UTC), "coach")
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    assert meter(place, write(tmp_path / "u.jsonl", [of(1, 10, 3_100)])).accepted == 1
    november, december = Period(2026, 11), Period(2026, 12)
    settle(place, OCTOBER)
    row = settle(place, november, on_estimates=True)
    assert meter(place, write(tmp_path / "v.jsonl", [of(2, 11, 2_600)])).accepted == 1
    clock.at = datetime(2027, 1, 2, tzinfo=UTC)
    settle(place, december)
    found = []
    for month in (november, december):
        bundle = tmp_path / f"{month}.zip"
        write_bundle(place, statement(place, people.performer("Alba"), month), bundle)
        found.append(verify(bundle).total.micro)
    # 3,000 were estimated and 2,600 used, at 0.004 EUR and 61.2345678 %.
    assert found == [7_348_148, 6_368_395 - 7_348_148]
    assert "each the same" in recompute(place, december)
    estimate = Estimate.objects.get()
    told = {"totals": estimate.rows, "deployment": "coach", "period": "2026-11"}
    months = [settled_of(row)]
    check_stated(told, estimate.digest, months)
    other = json.loads(json.dumps(told))
    other["totals"][0]["quantity"] = 2_999
    for wrong in (other, {**told, "period": "2026-10"}, {**told, "totals": []}):
        with pytest.raises(CheckFailed, match="another estimate"):
            check_stated(wrong, estimate.digest, months)
    with pytest.raises(CheckFailed, match="No settlement rests"):
        check_stated(told, "0" * 64, months)


@pytest.mark.one_database
def test_a_producer_sees_the_estimates_and_settles_on_them_by_an_act_of_their_own(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = missing(house, tmp_path)
    user = User.objects.create(username="pam")
    Seat.objects.create(user=user, role=Seat.Role.PRODUCER)
    client = Client()
    client.force_login(user)
    page = client.get("/closing/?period=2026-09").content.decode()
    assert "coach: 3,000 × request" in page and 'name="estimates" value="yes"' in page
    asked = client.post("/closing/settle/", {"period": "2026-09", "estimates": "yes"})
    assert asked.status_code == 302
    (row,) = Closing.objects.all()
    assert row.what == Closing.ESTIMATED
    assert "3 statements" in carry_out(stage.place, row.pk)
    (line,) = issued(stage, "Ann").lines
    assert line.estimate == Estimate.objects.get().digest
    assert 'name="estimates"' not in client.get("/closing/?period=2026-09").content.decode()
