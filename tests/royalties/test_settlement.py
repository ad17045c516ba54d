"""Which usage a settlement pays, to whom, by which terms, and once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from royalties_factories import (
    Stage,
    agree,
    at,
    decommission,
    deploy,
    event,
    issued,
    manifest,
    model,
    report,
    session,
    terms,
    used,
    write,
)

import yesand
from yesand.agreements.services import withdraw
from yesand.agreements.terms import Amount, Basis
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.people import services as people
from yesand.provenance.models import Entry
from yesand.royalties.books.services import balance, trial_balance
from yesand.royalties.lines import Kind
from yesand.royalties.models import Posting, Settlement, Statement, UsageBatch
from yesand.royalties.services import (
    balance_of,
    check_books,
    escrow,
    invoices,
    meter,
    settle,
    summary,
)

SEPTEMBER, OCTOBER = Period(2026, 9), Period(2026, 10)


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place)


def test_use_is_shared_out_by_the_report(stage: Stage, tmp_path: Path) -> None:
    reported = stage.reported(ann=500_000_000, bob=300_000_000)
    used(stage, tmp_path, *(event(i, data={"quantity": 100}) for i in range(10)))
    settle(stage.place, SEPTEMBER)
    assert [issued(stage, h).total_micro for h in stage.minutes] == [2_000_000, 1_200_000, 800_000]
    (line,) = issued(stage, "Ann").lines
    assert line.report == reported.digest and line.quantity == 1_000
    assert (line.low_ppb, line.high_ppb) == (450_000_000, 550_000_000)
    assert balance("licensee:acme") == {"EUR": 4_000_000}
    assert balance_of(stage.place, people.performer("Bob")) == {"EUR": Money("EUR", 1_200_000)}
    assert "3 statements" in check_books()


def test_without_a_report_that_sets_shares_minutes_pay(stage: Stage, tmp_path: Path) -> None:
    report(stage.place, stage.model, {"Ann": 10**9}, sets_shares=False)
    used(stage, tmp_path, event(1, data={"quantity": 6_000}))
    settle(stage.place, SEPTEMBER)
    totals = [issued(stage, h).total_micro for h in stage.minutes]
    assert totals == [4_000_000, 8_000_000, 12_000_000]
    assert issued(stage, "Ann").lines[0].method == "minutes"


def test_an_open_month_is_refused_with_the_day_it_can_be_settled(stage: Stage) -> None:
    with pytest.raises(Refused, match="2026-11-01"):
        settle(stage.place, OCTOBER)
    assert not Settlement.objects.exists()


def test_settling_twice_returns_the_first_and_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, event(1))
    first = settle(stage.place, SEPTEMBER)
    counts = Entry.objects.count(), Posting.objects.count(), Statement.objects.count()
    used(stage, tmp_path, event(2))
    assert settle(stage.place, SEPTEMBER) == first
    counted = Entry.objects.count() - 1, Posting.objects.count(), Statement.objects.count()
    assert counted == counts


def test_a_month_before_a_settled_one_is_refused(stage: Stage, clock: SetClock) -> None:
    settle(stage.place, SEPTEMBER)
    with pytest.raises(Refused, match="2026-09 is settled already"):
        settle(stage.place, Period(2026, 8))


def test_late_usage_is_paid_with_the_next_settlement_once(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    settle(stage.place, SEPTEMBER)
    used(stage, tmp_path, event(2, data={"quantity": 600}))
    clock.at = at("2026-11-02T00:00:00")
    settle(stage.place, OCTOBER)
    (line,) = issued(stage, "Ann", OCTOBER).lines
    assert line.kind is Kind.LATE and line.quantity == 600 and line.usage_period == "2026-09"
    clock.at = at("2026-12-02T00:00:00")
    settle(stage.place, Period(2026, 11))
    assert issued(stage, "Ann", Period(2026, 11)).lines == ()


def test_usage_in_escrow_is_settled_once_its_deployment_is_known(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    used(stage, tmp_path, event(1), event(2, subject="game", data={"quantity": 3_000}))
    settle(stage.place, SEPTEMBER)
    assert [h.deployment for h in escrow(stage.place)] == ["game"]
    deploy(stage.place, "game", stage.model, "play")
    clock.at = at("2026-11-02T00:00:00")
    settle(stage.place, OCTOBER)
    assert escrow(stage.place) == []
    (line,) = issued(stage, "Cleo", OCTOBER).lines
    assert (line.licensee, line.quantity) == ("play", 3_000)


def test_the_withdrawn_are_paid_as_long_as_the_model_serves(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    withdraw(stage.place, people.performer("Ann"))
    used(stage, tmp_path, event(1, data={"quantity": 600}))
    settle(stage.place, SEPTEMBER)
    assert issued(stage, "Ann").total_micro == 400_000
    decommission(stage.place, stage.coach, at("2026-10-01T00:00:00"))
    clock.at = at("2026-11-02T00:00:00")
    used(stage, tmp_path, event(2, time="2026-10-05T00:00:00Z"))
    settle(stage.place, OCTOBER)
    with pytest.raises(NotFound):
        issued(stage, "Ann", OCTOBER)
    assert len(escrow(stage.place)) == 1


def test_what_was_settled_before_its_end_was_known_does_not_wait(
    stage: Stage, tmp_path: Path
) -> None:
    used(stage, tmp_path, event(1))
    settle(stage.place, SEPTEMBER)
    decommission(stage.place, stage.coach, at("2026-09-01T00:00:00"))
    assert escrow(stage.place) == []
    used(stage, tmp_path, event(2))
    assert [h.events for h in escrow(stage.place)] == [1]


def test_new_terms_do_not_price_what_was_used_before_them(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 600}))
    better = terms(per_unit={"request": Amount(currency="EUR", micro=8_000)})
    clock.at = at("2026-10-10T00:00:00")
    new = agree(stage.place, "Ann", better, supersedes=stage.agreements["Ann"])
    settle(stage.place, SEPTEMBER)
    assert issued(stage, "Ann").lines[0].price_micro == 4_000
    used(stage, tmp_path, event(2, time="2026-10-05T00:00:00Z", data={"quantity": 600}))
    clock.at = at("2026-11-02T00:00:00")
    settle(stage.place, OCTOBER)
    (line,) = issued(stage, "Ann", OCTOBER).lines
    assert (line.price_micro, line.agreement) == (8_000, new.digest)


def test_a_session_is_paid_once(house: yesand.House, clock: SetClock) -> None:
    stage = Stage(house.place, terms(session_fee=Amount.of("EUR", "150")))
    session(stage.agreements["Ann"], "s1", at("2026-09-03T10:00:00"))
    session(stage.agreements["Ann"], "s2", at("2026-10-03T10:00:00"))
    settle(house.place, SEPTEMBER)
    assert issued(stage, "Ann").payable_minor == 15_000
    assert balance("licensee:studio") == {"EUR": 150_000_000}
    clock.at = at("2026-11-02T00:00:00")
    settle(house.place, OCTOBER)
    assert [line.session for line in issued(stage, "Ann", OCTOBER).lines] == ["s2"]


def test_minimums_are_due_for_months_that_nobody_settled(
    house: yesand.House, clock: SetClock
) -> None:
    stage = Stage(house.place, terms(minimum_per_period=Amount.of("EUR", "5")))
    settle(house.place, Period(2026, 1))
    assert issued(stage, "Ann", Period(2026, 1)).total_micro == 5_000_000
    settle(house.place, Period(2026, 4))
    lines = issued(stage, "Ann", Period(2026, 4)).lines
    assert [line.usage_period for line in lines] == ["2026-02", "2026-03", "2026-04"]


def test_what_is_carried_is_brought_forward(stage: Stage, tmp_path: Path, clock: SetClock) -> None:
    stage.reported(ann=333_333_333)
    used(stage, tmp_path, event(1, data={"quantity": 7}))
    settle(stage.place, SEPTEMBER)
    clock.at = at("2026-11-02T00:00:00")
    used(stage, tmp_path, event(2, data={"quantity": 7}, time="2026-10-05T00:00:00Z"))
    settle(stage.place, OCTOBER)
    first, second = issued(stage, "Ann"), issued(stage, "Ann", OCTOBER)
    assert first.payable_minor == 0 and first.carried_micro == first.total_micro == 9_333
    assert second.brought_forward_micro == 9_333 and second.payable_minor == 1
    assert second.carried_micro == 8_666
    assert "6 statements" in check_books()


def test_everyone_in_a_serving_model_gets_a_statement_even_of_nothing(stage: Stage) -> None:
    settle(stage.place, SEPTEMBER)
    assert issued(stage, "Ann").lines == () and Statement.objects.count() == 3
    assert Posting.objects.count() == 0


def test_revenue_is_paid_in_its_own_currency(house: yesand.House, tmp_path: Path) -> None:
    stage = Stage(house.place, terms(revenue_share_ppm=100_000))
    data = {"unit": "revenue", "quantity": 6_000_000, "currency": "USD"}
    used(stage, tmp_path, event(1, data=data))
    settle(stage.place, SEPTEMBER)
    assert issued(stage, "Ann", currency="USD").total_micro == 100_000
    assert issued(stage, "Ann", currency="EUR").total_micro == 0
    assert balance("licensee:acme") == {"USD": 600_000}


def test_two_models_two_licensees_and_contributions_all_add_up(
    house: yesand.House, tmp_path: Path
) -> None:
    mixed = Basis(reliance=500_000, minutes=300_000, equal=200_000)
    stage = Stage(house.place, terms(basis=mixed, contribution_ppm=210_000))
    stage.reported()
    other = manifest(house.place, {"Bob": 777}, stage.agreements)
    deploy(house.place, "game", model(house.place, "second", other), "play")
    events = [event(i, data={"quantity": i + 1, "realtime": i % 2 == 0}) for i in range(20)]
    events += [event(100 + i, subject="game", data={"quantity": 3}) for i in range(5)]
    used(stage, tmp_path, *events)
    settle(house.place, SEPTEMBER)
    for slug in ("acme", "play"):
        organisation = people.organisation(slug)
        (invoice,) = invoices(organisation)
        assert invoice.total.micro == balance(f"licensee:{slug}")["EUR"]
    assert sum(sums["EUR"] for sums in trial_balance().values()) == 0
    assert -balance("fund")["EUR"] == sum(
        issued(stage, h).contributions_micro for h in stage.minutes
    )
    check_books()


def test_a_summary_says_what_was_settled(stage: Stage, tmp_path: Path) -> None:
    used(stage, tmp_path, event(1, data={"quantity": 1_000}), event(2))
    told = summary(settle(stage.place, SEPTEMBER))
    assert told.as_dict()["owed"] == {"EUR": 4_004_000}
    assert told.lines() == ["2026-09: 2 events of 1 deployment, 3 statements, 4.004 EUR owed"]


def test_an_unknown_month_says_what_to_do(stage: Stage) -> None:
    with pytest.raises(NotFound, match="yesand settle 2026-09"):
        issued(stage, "Ann")


def test_two_agreements_of_one_performer_are_paid_by_their_own_terms(
    house: yesand.House, tmp_path: Path
) -> None:
    stage = Stage(house.place)
    dearer = terms(per_unit={"request": Amount(currency="EUR", micro=40_000)})
    second = agree(house.place, "Ann", dearer)
    stage.manifest.performers.create(
        performer=people.performer("Ann"), agreement=second.digest, takes=1, duration_ms=40_000
    )
    used(stage, tmp_path, event(1, data={"quantity": 100}))
    settle(house.place, SEPTEMBER)
    lines = {line.agreement: line.micro for line in issued(stage, "Ann").lines}
    assert lines == {stage.agreements["Ann"].digest: 40_000, second.digest: 1_600_000}


quantities = st.lists(st.integers(1, 10**6), min_size=1, max_size=12)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantities, st.data())
def test_however_usage_is_cut_and_repeated_the_totals_are_the_same(
    stage: Stage, tmp_path: Path, amounts: list[int], data: st.DataObject
) -> None:
    with transaction.atomic():
        before = UsageBatch.objects.count()
        name = f"run-{digest_of([amounts, before, data.draw(st.integers(0, 10**9))])[:12]}"
        deploy(stage.place, name, stage.model)
        events = [
            event(i, id=f"{name}-{i}", subject=name, data={"quantity": q})
            for i, q in enumerate(amounts)
        ]
        order = data.draw(st.permutations(events + events[:3]))
        cut = data.draw(st.integers(0, len(order)))
        for part in (order[:cut], order[cut:]):
            if part:
                meter(stage.place, write(tmp_path / "part", part))
        settle(stage.place, SEPTEMBER)
        paid = {h: issued(stage, h).total_micro for h in stage.minutes}
        whole = 4_000 * sum(amounts)
        assert sum(paid.values()) == balance("licensee:acme").get("EUR", 0)
        assert abs(sum(paid.values()) - whole) <= len(paid)
        assert sum(m["EUR"] for m in trial_balance().values()) == 0
        transaction.set_rollback(True)
