"""A house that recoups, withholds, corrects and pays elsewhere: settled, proven, in balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from money_desk import desk_of
from royalties_factories import SEPTEMBER, Stage, at, event, issued, terms, used
from test_bundling import SHARES, report, serve, statement, use

import yesand
from small_troupe import START, troupe
from yesand.agreements.templates import standard
from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.reliance.models import Report
from yesand.royalties import services as royalties
from yesand.royalties.books.services import balance
from yesand.royalties.disputing import services as disputing
from yesand.royalties.disputing.dispute import Word
from yesand.royalties.exchange import Exchange
from yesand.royalties.instruments.models import Instrument
from yesand.royalties.instruments.services import issue
from yesand.royalties.instruments.shapes import (
    Certificate,
    Correction,
    Direction,
    TaxRow,
    TaxTable,
    parse_instrument,
)
from yesand.royalties.lines import Kind
from yesand.royalties.models import Entry, Posting, Settlement
from yesand.royalties.paying.banking.services import keep
from yesand.royalties.paying.details import details
from yesand.royalties.paying.payees.services import payees
from yesand.royalties.proving.services import bundle_for, write_bundle
from yesand.royalties.redoing.services import correct, waiting

OCTOBER, NOVEMBER = Period(2026, 10), Period(2026, 11)
GERMANY = TaxTable(
    country="DE",
    name="de-50a",
    effective="2026-01-01",
    kinds=(Kind.ROYALTY, Kind.LATE, Kind.MINIMUM, Kind.ADVANCE),
    rows=(TaxRow(residence="FR", ppm=0, law="§ 50c Abs. 2 EStG, Art. 10 of the treaty"),),
    default_ppm=158_250,
    default_law="§ 50a Abs. 2 Satz 1 EStG, § 4 SolZG",
    backup_ppm=158_250,
    backup_law="§ 50a Abs. 2 Satz 1 EStG, § 4 SolZG",
)


def certificate(handle: str, country: str = "FR", **change: str) -> Certificate:
    told = {
        "performer": handle,
        "performer_key": people.performer(handle).public_key,
        "country": country,
        "form": "certificate of residence",
        "effective": "2026-01-01",
        "until": "2027-12-31",
    }
    return Certificate(**{**told, **change})


def direction(handle: str, role: Any, to: str, ppm: int = 0, on: str = "2026-01-01") -> Direction:
    key = people.performer(handle).public_key
    return Direction(performer=handle, performer_key=key, role=role, to=to, ppm=ppm, effective=on)


@pytest.fixture
def owing(house: yesand.House, clock: SetClock, tmp_path: Path) -> yesand.House:
    """A real house whose agreements have an advance, an agent, a tax and a threshold."""
    draft = standard("recognition", START)
    pay = {
        **draft.terms.pay.model_dump(),
        "advance": Amount.of("EUR", "1000"),
        "recoup_ppm": 500_000,
        "cross_collateral": True,
        "agent": "voices",
        "agent_ppm": 100_000,
        "withhold": "DE",
        "least_payout": Amount.of("EUR", "25"),
    }
    plain = {**draft.terms.as_json(), "pay": pay}
    troupe(house, tmp_path / "troupe", replace(draft, terms=draft.terms.parse(plain)))
    return house


def settled(house: yesand.House, clock: SetClock, folder: Path) -> yesand.House:
    issue(house.place, GERMANY)
    issue(house.place, certificate("Bert"))
    issue(house.place, direction("Cleo", "agent", "own-agent", 200_000))
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    use(house, folder, "2026-10", 987_654)
    royalties.settle(house.place, OCTOBER)
    return house


def test_a_statement_with_everything_taken_off_is_proven_offline_and_in_the_books(
    owing: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    serve_only(owing)
    house = settled(owing, clock, tmp_path)
    royalties.check_books()
    taken = {}
    for handle in SHARES:
        row = statement(house, handle)
        verdict = yesand.verify(write_bundle(house.place, row, tmp_path / f"{handle}.zip"))
        told = royalties.payload(row)
        taken[handle] = {d["kind"]: d["account"] for d in told.get("deductions", [])}
        assert verdict.payable.micro == told["payable_minor"] * 10_000
        assert told["accounts"][0]["paid_micro"] == 1_000_000_000
    assert taken["Alba"] == {
        "recoupment": "licensee:producer",
        "agent": "agent:voices",
        "withholding": "tax:DE",
    }
    assert "withholding" not in taken["Bert"]
    assert taken["Cleo"]["agent"] == "agent:own-agent"
    assert balance("tax:DE")["EUR"] < 0 and balance("agent:own-agent")["EUR"] < 0
    for handle in SHARES:
        bundle = bundle_for(house.place, statement(house, handle))
        clear = bytes(bundle) + b"".join(dsse.payload_of(p.envelope) for p in bundle.parts)
        for other in set(SHARES) - {handle}:
            assert other.encode() not in clear


def serve_only(house: yesand.House) -> None:
    """Serve a model over takes that are imported already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("test_bundling.troupe", lambda *_: None)
        serve(house, Path())


def test_terms_that_have_a_tax_withheld_wait_for_its_table(
    owing: yesand.House, clock: SetClock
) -> None:
    serve_only(owing)
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    with pytest.raises(Refused, match="no table of its rates is in force"):
        royalties.settle(owing.place, OCTOBER)
    assert not Settlement.objects.exists()


def test_a_payout_follows_the_statement_and_goes_where_the_performer_directs(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    stage = Stage(house.place, terms(least_payout=Amount.of("EUR", "1")))
    stage.reported(ann=500_000_000, bob=300_000_000)
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    royalties.settle(house.place, SEPTEMBER)
    issue(house.place, direction("Ann", "payee", "ann-films"))
    by = people.User.objects.create(username="desk")
    keep(house.place, "payee:ann-films", details("Ann Films Ltd", "GB33BUKB20201555555555"), by)
    found = {p.account: p for p in payees(house.place, "EUR")}
    assert found["performer:Ann"].masked.endswith("5555") and not found["performer:Bob"].masked
    # 2.00, 1.20 and 0.80: what is below the threshold of the terms is not paid by a run either.
    thresholds = {account: payee.threshold for account, payee in found.items()}
    assert thresholds == {"performer:Ann": 0, "performer:Bob": 0, "performer:Cleo": 1_000_000}


def test_a_performer_signs_a_direction_and_the_house_a_table(house: yesand.House) -> None:
    people.join(house.place, "Ann")
    row = issue(house.place, direction("Ann", "agent", "voices", 100_000))
    (signature,) = row.envelope["signatures"]
    assert signature["keyid"] != house.place.signer.id
    assert issue(house.place, direction("Ann", "agent", "voices", 100_000)) == row
    with pytest.raises(Refused, match="begins on 2026-01-01 already"):
        issue(house.place, direction("Ann", "agent", "others", 100_000))
    table = issue(house.place, GERMANY)
    assert table.envelope["signatures"][0]["keyid"] == house.place.signer.id
    assert Entry.objects.filter(record=table.digest, kind="instrument.issued").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "levy"}, "No instrument of kind"),
        ({"country": "XX"}, "country"),
        ({"effective": "2026-13-01"}, "effective"),
        ({"backup_ppm": 2_000_000}, "backup_ppm"),
        ({"rows": [{"residence": "FR", "ppm": 1, "law": "a"}] * 2}, "each residence once"),
        ({"extra": 1}, "extra"),
    ],
)
def test_an_instrument_that_says_nothing_sensible_is_refused_with_the_field(
    change: Mapping[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        parse_instrument({**GERMANY.model_dump(mode="json"), **change})


@pytest.fixture
def wrong(house: yesand.House, clock: SetClock, tmp_path: Path) -> yesand.House:
    """A real house that has settled October by a report that turns out wrong."""
    serve(house, tmp_path)
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    use(house, tmp_path, "2026-10", 987_654)
    royalties.settle(house.place, OCTOBER)
    return house


def measured_again(house: yesand.House) -> Report:
    """The same measurement with Alba's and Cleo's shares the other way round."""
    with pytest.MonkeyPatch.context() as patch:
        swapped = dict(zip(SHARES, reversed(SHARES.values()), strict=True))
        patch.setattr("test_bundling.SHARES", swapped)
        first = Report.objects.get()
        return report(house, first.model, "2" * 64)


def test_a_corrected_report_reverses_and_states_again_and_is_proven_offline(
    wrong: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    place, right = wrong.place, measured_again(wrong)
    before = {handle: statement(wrong, handle).total_micro for handle in SHARES}
    posted = list(Posting.objects.order_by("pk").values())
    correct(
        place,
        Correction(
            month="2026-10",
            effective="2026-11-02",
            why="two names were swapped",
            model=right.model_id,
            report=right.digest,
        ),
    )
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    royalties.settle(place, NOVEMBER)
    assert waiting() == []
    assert list(Posting.objects.order_by("pk").values())[: len(posted)] == posted
    royalties.check_books()
    after = {}
    for handle in SHARES:
        row = statement(wrong, handle, 11)
        verdict = yesand.verify(write_bundle(place, row, tmp_path / f"{handle}.zip"))
        assert verdict.total.micro == row.total_micro
        lines = royalties.payload(row)["lines"]
        put_right = [x for x in lines if x.get("corrects") and x["kind"] != "contribution"]
        after[handle] = before[handle] + sum(x["micro"] for x in put_right)
    assert after == {"Alba": before["Cleo"], "Bert": before["Bert"], "Cleo": before["Alba"]}
    assert royalties.settle(place, NOVEMBER).period == "2026-11"  # again changes nothing
    clock.at = datetime(2027, 1, 2, tzinfo=UTC)
    royalties.settle(place, Period(2026, 12))
    lines = royalties.payload(statement(wrong, "Alba", 12))["lines"]
    assert not any(line.get("corrects") for line in lines)


def test_a_usage_error_is_corrected_and_the_bundle_of_who_owes_less_holds(
    wrong: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    place = wrong.place
    fix = {
        "month": "2026-10",
        "effective": "2026-11-02",
        "why": "counted twice",
        "deployment": "coach",
        "unit": "request",
        "usage_period": "2026-10",
    }
    row = correct(place, Correction(**fix, quantity=500_000))
    assert correct(place, Correction(**fix, quantity=500_000)) == row
    with pytest.raises(NotFound, match="settled no such usage"):
        correct(place, Correction(**{**fix, "deployment": "game"}, quantity=1))
    with pytest.raises(NotFound, match="is not settled"):
        correct(place, Correction(**{**fix, "month": "2026-09"}, quantity=1))
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    royalties.settle(place, NOVEMBER)
    royalties.check_books()
    found = statement(wrong, "Bert", 11)
    path = write_bundle(place, found, tmp_path / "bert.zip")
    verdict = yesand.verify(path)
    assert verdict.total.micro == found.total_micro < 0
    assert (found.payable_minor, found.carried_micro) == (
        0,
        found.total_micro + statement(wrong, "Bert").carried_micro,
    )
    bundle = bundle_for(place, found)
    parts = tuple(part for part in bundle.parts if part.role != "resettled")
    path.write_bytes(bytes(replace(bundle, parts=parts)))
    with pytest.raises(CheckFailed, match="missing"):
        yesand.verify(path)


def test_a_new_report_measures_from_its_date_on(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    stage = Stage(house.place)
    first = stage.reported(ann=500_000_000)
    clock.at = at("2026-11-03T00:00:00")
    used(stage, tmp_path, event(1, time="2026-10-05T12:00:00Z"))
    second = stage.reported(ann=400_000_000)
    royalties.settle(house.place, OCTOBER)
    assert issued(stage, "Ann", OCTOBER).lines[0].report == first.digest
    clock.at = at("2026-12-03T00:00:00")
    used(stage, tmp_path, event(2, time="2026-11-05T12:00:00Z"))
    royalties.settle(house.place, NOVEMBER)
    assert issued(stage, "Ann", NOVEMBER).lines[0].report == second.digest


def test_an_instrument_is_never_changed(house: yesand.House) -> None:
    issue(house.place, GERMANY)
    with pytest.raises(Exception, match="append-only"):
        Instrument.objects.update(effective=date(2020, 1, 1))


ECB = {"2026-10-31": {"USD": 1_082_300, "JPY": 163_450_000}}


def test_revenue_is_paid_in_one_currency_at_the_rate_of_the_months_last_day(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    share = {"per_unit": {}, "revenue_share_ppm": 100_000, "one_currency": True}
    stage = Stage(house.place, terms(**share))
    stage.reported(ann=500_000_000, bob=300_000_000)
    clock.at = at("2026-11-02T00:00:00")
    earned = {"unit": "revenue", "quantity": 1_000_000_000, "currency": "USD"}
    used(stage, tmp_path, event(1, time="2026-10-05T12:00:00Z", data=earned))
    with pytest.raises(Refused, match="No exchange rate from USD to EUR for 2026-10-31"):
        royalties.settle(house.place, OCTOBER)
    assert not Settlement.objects.exists()
    # Entered when the month is over, as such tables are.
    rates = {"kind": "rates", "name": "ecb", "base": "EUR", "effective": "2026-11-02", "days": ECB}
    table = issue(house.place, parse_instrument(rates))
    royalties.settle(house.place, OCTOBER)
    (line,) = issued(stage, "Ann", OCTOBER, "EUR").lines
    # 10 % of 1,000 USD is 100 USD, ÷ 1.0823 is 92.395824 EUR, and half of it is Ann's.
    assert (line.pool_micro, line.micro) == (92_395_824, 46_197_912)
    assert (line.exchange, line.earned_in) == (table.digest, "USD")
    assert "is 100.00 USD, which at 1.0823 USD for 1 EUR on 2026-10-31 is 92.395824 EUR" in line.why
    with pytest.raises(NotFound):
        issued(stage, "Ann", OCTOBER, "USD")
    assert table.digest in issued(stage, "Ann", OCTOBER, "EUR").evidence.instruments
    royalties.check_books()


def test_a_cross_rate_goes_through_the_base_and_is_rounded_once() -> None:
    rate = Exchange(
        month="2026-10",
        day="2026-10-31",
        base="EUR",
        one="USD",
        other="JPY",
        one_micro=1_082_300,
        other_micro=163_450_000,
        record="a" * 64,
    )
    assert rate.convert(1_000_000) == 151_020_974
    assert rate.told() == "at 1.0823 USD and 163.45 JPY for 1 EUR on 2026-10-31"


def test_a_disputed_line_is_held_on_the_next_statement_and_released_on_one_after(
    house: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    desk = desk_of(Stage(house.place), tmp_path)
    first = desk.statement("Ann")
    made, _ = disputing.open_dispute(house.place, first, 0, "too little", desk.people["ann"])
    clock.at = at("2026-11-02T00:00:00")
    desk.month(OCTOBER, range(20, 30))
    second = issued(desk.stage, "Ann", OCTOBER)
    assert second.held_micro == made.held_micro == first.total_micro
    disputing.say(house.place, made, Word.REJECTED, "it is right", desk.people["one"])
    clock.at = at("2026-12-02T00:00:00")
    desk.month(NOVEMBER, range(40, 50))
    third = issued(desk.stage, "Ann", NOVEMBER)
    assert (third.held_micro, third.released_micro) == (0, made.held_micro)
    royalties.check_books()
    # What the statements pay in all is what the ledger owes.
    paid = first.payable_minor + second.payable_minor + third.payable_minor
    assert -balance("performer:Ann")["EUR"] == paid * 10_000 + third.carried_micro
