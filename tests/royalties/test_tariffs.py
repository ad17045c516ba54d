"""Tariffs: published once, in force from a day, and what was settled is never priced anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from royalties_factories import SEPTEMBER, Stage, event, issued, terms, used

import yesand
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, Refused
from yesand.provenance.models import Entry
from yesand.royalties.models import Settlement, TariffVersion
from yesand.royalties.services import check_books
from yesand.royalties.settling.services import settle
from yesand.royalties.tariffs.services import in_force, publish, tariff_of
from yesand.royalties.tariffs.tariff import Tariff, parse, standing
from yesand.royalties.units import UNITS

OCTOBER = SEPTEMBER.next()


def told(version: int = 1, effective: str = "2026-09-01", micro: int = 5_000) -> dict[str, Any]:
    return {
        "name": "film",
        "version": version,
        "effective": effective,
        "currency": "EUR",
        "per_unit": {"request": micro},
    }


def by_tariff(**more: Any) -> Any:
    return terms(per_unit={}, tariff="film", **more)


@pytest.fixture
def stage(house: yesand.House) -> Stage:
    return Stage(house.place, by_tariff())


@given(st.lists(st.dates().map(str), unique=True), st.integers(1990, 2060), st.integers(1, 12))
def test_a_month_is_priced_by_the_last_version_that_had_begun_at_its_first_instant(
    days: list[str], year: int, month: int
) -> None:
    made = [Tariff(**told(i, day)) for i, day in enumerate(sorted(days), 1)]
    found = standing(made, f"{year}-{month:02d}")
    begun = [tariff for tariff in made if tariff.effective <= f"{year}-{month:02d}-01"]
    assert found == (begun[-1] if begun else None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"currency": "GOLD"}, "currency"),
        ({"per_unit": {"request": -1}}, "per_unit.request"),
        ({"per_unit": {"request": 0.5}}, "per_unit.request"),
        ({"per_unit": {"smile": 1}}, "smile"),
        ({"per_unit": {"revenue": 1}}, "revenue_share_ppm"),
        ({"effective": "2026-02-30"}, "effective"),
        ({"version": 0}, "version"),
        ({"name": "Film!"}, "name"),
        ({"surprise": 1}, "surprise"),
        ({"revenue_share_ppm": 1_000_001}, "revenue_share_ppm"),
    ],
)
def test_a_tariff_that_does_not_hold_is_refused_with_what_is_wrong(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        parse({**told(), **change}, UNITS)


def test_a_version_is_published_once_signed_and_logged(house: yesand.House) -> None:
    row = publish(house.place, told())
    assert publish(house.place, told()).pk == row.pk
    assert TariffVersion.objects.count() == 1
    assert Entry.objects.filter(kind="tariff.published").count() == 1
    assert tariff_of(row) == Tariff(**told())
    with pytest.raises(Refused, match="other prices"):
        publish(house.place, told(micro=1))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_tariffversion SET version = 7")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": 3}, "next version of film is 2"),
        ({"version": 2, "effective": "2026-09-01"}, "takes effect on 2026-09-01"),
        ({"version": 2, "effective": "2026-10-01", "currency": "USD"}, "is in EUR"),
    ],
)
def test_a_version_follows_the_one_before(
    house: yesand.House, change: dict[str, Any], said: str
) -> None:
    publish(house.place, told())
    before = Entry.objects.count()
    with pytest.raises(Refused, match=said):
        publish(house.place, {**told(), **change})
    assert Entry.objects.count() == before


def test_use_is_priced_by_the_version_in_force_and_the_line_names_it(
    stage: Stage, tmp_path: Path
) -> None:
    row = publish(stage.place, told())
    publish(stage.place, told(2, "2026-09-15", 9_000))
    stage.reported()
    used(stage, tmp_path, event(1, data={"quantity": 1_000}))
    settle(stage.place, SEPTEMBER)
    (line,) = issued(stage, "Ann").lines
    assert (line.price_micro, line.micro) == (5_000, 2_500_000)
    assert (line.tariff, line.tariff_digest) == ("film@1", row.digest)
    assert "by tariff film@1" in line.why
    assert issued(stage, "Ann").evidence.tariffs == (row.digest,)
    assert check_books()


def test_a_month_without_a_version_in_force_is_refused_before_anything_is_signed(
    stage: Stage, tmp_path: Path
) -> None:
    publish(stage.place, told(effective="2026-09-02"))
    used(stage, tmp_path, event(1))
    before = Entry.objects.count()
    with pytest.raises(Refused, match="No version of the tariff film is in force on 2026-09-01"):
        settle(stage.place, SEPTEMBER)
    assert Entry.objects.count() == before and not Settlement.objects.exists()


def test_a_tariff_in_another_currency_is_refused(stage: Stage, tmp_path: Path) -> None:
    publish(stage.place, {**told(), "currency": "USD"})
    used(stage, tmp_path, event(1))
    with pytest.raises(Refused, match="in USD"):
        settle(stage.place, SEPTEMBER)


def test_a_new_version_prices_no_settled_month_and_late_use_as_that_month_was(
    stage: Stage, tmp_path: Path, clock: SetClock
) -> None:
    publish(stage.place, told())
    stage.reported()
    settle(stage.place, SEPTEMBER)
    for effective in ("2026-08-15", "2026-09-01"):
        with pytest.raises(Refused, match=r"is settled|takes effect"):
            publish(stage.place, told(2, effective, 9_000))
    publish(stage.place, told(2, "2026-09-02", 9_000))
    clock.advance(days=31)
    used(stage, tmp_path, event(1), event(2, time="2026-10-05T12:00:00Z"))
    settle(stage.place, OCTOBER)
    lines = {line.usage_period: line for line in issued(stage, "Ann", OCTOBER).lines}
    assert [lines[m].price_micro for m in ("2026-09", "2026-10")] == [5_000, 9_000]
    assert [lines[m].tariff for m in ("2026-09", "2026-10")] == ["film@1", "film@2"]


def test_a_tariff_s_fee_for_a_month_goes_into_the_pool(stage: Stage, tmp_path: Path) -> None:
    publish(stage.place, {**told(), "period_fee_micro": 10_000_000})
    stage.reported()
    settle(stage.place, SEPTEMBER)
    (line,) = issued(stage, "Ann").lines
    assert (line.kind, line.pool_micro, line.micro) == ("period-fee", 10_000_000, 5_000_000)
    assert line.tariff == "film@1"


def test_what_is_in_force_is_what_was_signed(house: yesand.House) -> None:
    row = publish(house.place, told())
    found = in_force("film", "2026-12", "EUR")
    assert found.record == row.digest and found.tariff == tariff_of(row)
    assert json.loads(found.tariff.model_dump_json()) == found.tariff.as_json()
