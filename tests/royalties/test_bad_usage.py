"""Each usage event that cannot count is told by name; what nobody needs of others is dropped."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from royalties_factories import Stage, event, terms, write

import yesand
from yesand.agreements.terms import Basis
from yesand.royalties.delivery import Row
from yesand.royalties.events import BadRow, UsageEvent
from yesand.royalties.events import event as read
from yesand.royalties.metering.services import meter, store_of
from yesand.royalties.models import UsageBatch

LATEST = datetime(2026, 10, 2, tzinfo=UTC)


def judged(value: Any) -> UsageEvent | BadRow:
    raw = value if isinstance(value, str) else json.dumps(value)
    return read(Row(1, raw.encode()), LATEST)


def counting(quantity: str) -> str:
    return json.dumps(event(1)).replace('"quantity": 1', f'"quantity": {quantity}')


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (counting("-1"), "data.quantity is not a whole number from 1"),
        (counting("0"), "data.quantity is not a whole number from 1"),
        (counting("1.5"), "data.quantity is not a whole number from 1"),
        (counting("1e3"), "data.quantity is not a whole number from 1"),
        (counting("NaN"), "NaN is not JSON"),
        (counting("Infinity"), "Infinity is not JSON"),
        (counting("1e400"), "too large a number"),
        (counting(str(2**63)), "data.quantity is not a whole number from 1 to 1000000000"),
        (counting('"7"'), "data.quantity is not a whole number from 1"),
        (event(1, data={"unit": "revenue"}), "data.currency is missing"),
        (event(1, data={"unit": "revenue", "currency": "EURO"}), "EURO"),
        (event(1, data={"unit": "revenue", "currency": 978}), "data.currency is missing"),
        (event(1, data={"unit": "smile"}), "data.unit is not one of"),
        (event(1, time="2026-10-02T00:00:01Z"), "lies in the future"),
        (event(1, time="2026-10-01T23:00:00-02:00"), "lies in the future"),
        (event(1, time="2026-02-30T00:00:00Z"), "day is out of range"),
        (event(1, time="2026-09-05T12:00:00"), "time is not an RFC 3339 time with a zone"),
        (event(1, subject=""), "subject is missing"),
        (event(1, id="x" * 600), "id is longer than 512"),
        (event(1, source="a\nb"), "holds control characters"),
        (event(1, data={"emotions": {"joy": float("1e300")}}), "data.emotions.joy"),
        ("x" * 70_000, "longer than 65536 bytes"),
        ("[" * 5_000, "Not valid JSON"),
        ('{"id": "\\ud800"}', "specversion"),
    ],
)
def test_an_event_that_cannot_count_is_told_why(value: Any, reason: str) -> None:
    found = judged(value)
    assert isinstance(found, BadRow) and reason in found.reason, found


@pytest.mark.parametrize("time", ["2026-10-01T23:59:59Z", "2026-10-02T00:00:00Z"])
def test_a_clock_that_runs_ahead_by_less_than_a_day_is_let_pass(time: str) -> None:
    assert isinstance(judged(event(1, time=time)), UsageEvent)


@pytest.mark.parametrize(("reliance", "kept"), [(1_000_000, '{"joy":1}'), (0, None)])
def test_a_mix_of_emotions_is_kept_only_where_terms_need_it(
    house: yesand.House, tmp_path: Path, reliance: int, kept: str | None
) -> None:
    basis = Basis(reliance=reliance, minutes=1_000_000 - reliance)
    stage = Stage(house.place, terms(basis=basis))
    path = write(tmp_path / "a", [event(1, data={"emotions": {"joy": 1}}), event(2)])
    report = meter(stage.place, path)
    assert report.foreign_fields == (() if kept else ("emotions",))
    files = store_of(stage.place).files(UsageBatch.objects.values_list("digest", flat=True))
    mixes = [mix for file in files for mix in pq.read_table(file)["emotions"].to_pylist()]
    assert sorted(mixes, key=str) == sorted([kept, None], key=str)
    again = meter(stage.place, path)
    assert (again.repeated, again.quarantined) == (2, 0)
