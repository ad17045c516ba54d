from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st
from royalties_factories import event as made

from yesand.agreements import pay_wording
from yesand.agreements.terms import Amount, Pay
from yesand.kernel.clock import Period
from yesand.royalties.delivery import LONGEST_LINE, Row, rows
from yesand.royalties.events import (
    BadRow,
    UsageEvent,
    event,
    example_events,
    read,
    write_examples,
)
from yesand.royalties.units import UNITS

OCTOBER = Period(2026, 10)
LATEST = datetime(2026, 11, 2, tzinfo=UTC)


def seen(value: Any) -> UsageEvent | BadRow:
    return event(Row(1, json.dumps(value).encode()), LATEST)


def accepted(value: Any) -> UsageEvent:
    found = seen(value)
    assert isinstance(found, UsageEvent), found
    return found


def test_examples_are_events_to_us_and_to_the_cncf_library() -> None:
    for line in example_events("coach", OCTOBER, 200):
        found = event(Row(1, line), LATEST)
        theirs = JSONFormat().read(None, line)
        assert isinstance(found, UsageEvent)
        assert found.id == theirs.get_id() and found.deployment == theirs.get_subject()
        time = theirs.get_time()
        assert time is not None and time.replace(tzinfo=None) == found.at
        assert OCTOBER.start <= time < OCTOBER.end


def test_examples_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_examples(tmp_path / name, "coach", OCTOBER, 20, seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()
    found = [e for _, e in read(tmp_path / "a", LATEST)]
    assert len(found) == 20 and all(isinstance(e, UsageEvent) for e in found)


def test_the_same_moment_in_another_zone_is_the_same_content() -> None:
    one = accepted(made(1, time="2026-09-05T12:00:00Z"))
    two = accepted(made(1, time="2026-09-05t14:00:00.000+02:00"))
    assert one.content == two.content and one.key == two.key


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2026-09-05T12:00:01Z"},
        {"subject": "other"},
        {"data": {"quantity": 2}},
        {"data": {"unit": "character"}},
        {"data": {"realtime": True}},
        {"data": {"emotions": {"joy": 1}}},
    ],
)
def test_whatever_is_counted_is_content(change: dict[str, Any]) -> None:
    assert accepted(made(1, **change)).content != accepted(made(1)).content


def test_an_event_is_named_by_source_and_id_together() -> None:
    names = {accepted(made(1, source=s, id=i)).key for s, i in (("a", "bc"), ("ab", "c"))}
    assert len(names) == 2


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_every_unit_can_be_metered_up_to_its_most(unit: Any) -> None:
    data = {"unit": unit.code, "quantity": unit.most, "currency": "EUR"}
    assert accepted(made(1, data=data)).quantity == unit.most
    assert isinstance(seen(made(1, data={**data, "quantity": unit.most + 1})), BadRow)


@pytest.mark.parametrize("unit", sorted(set(UNITS) - {"revenue"}))
def test_every_unit_has_plain_words_in_an_agreement(unit: str) -> None:
    assert pay_wording.UNITS.keys() >= {unit}
    told = pay_wording.paying(Pay(per_unit={unit: Amount.of("EUR", "0.01")}))
    assert f"For each {pay_wording.UNITS[unit]}, 0.01 EUR goes into a pool." in told


def test_revenue_needs_a_currency() -> None:
    for currency in (None, "XXZ", 5):
        found = seen(made(1, data={"unit": "revenue", "currency": currency}))
        assert isinstance(found, BadRow)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe",
        b'{"a": NaN}',
        b"[]",
        b"null",
        b'{"data": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'"' + b"x" * LONGEST_LINE + b'"',
        json.dumps(made(1, id="\ud800")).encode(),
        json.dumps(made(1, id="a\x00b")).encode(),
        json.dumps(made(1, time="0001-01-01T00:00:00+23:59")).encode(),
        json.dumps(made(1, time="2026-02-30T00:00:00Z")).encode(),
        json.dumps(made(1, data={"quantity": 1.0})).encode(),
    ],
)
def test_a_strange_row_is_a_bad_row_with_a_reason(raw: bytes) -> None:
    found = event(Row(7, raw), LATEST)
    assert isinstance(found, BadRow) and found.reason and found.line == 7
    json.dumps(found.kept).encode()


def test_an_endless_line_costs_one_row_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "u"
    good = json.dumps(made(1)).encode()
    path.write_bytes(good + b"\n" + b"x" * (5 * LONGEST_LINE) + b"\n" + good)
    found = list(rows(path))
    assert [row.line for row in found] == [1, 2, 3]
    assert len(found[1].raw) == LONGEST_LINE + 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*made(1), "x"]), values),
    st.dictionaries(st.sampled_from(["unit", "quantity", "realtime", "emotions", "x"]), values),
)
def test_no_value_breaks_the_reader(change: dict[str, Any], data: dict[str, Any]) -> None:
    value = {**made(1), **change}
    if isinstance(value["data"], dict):
        value["data"] = {**value["data"], **data}
    found = seen(value)
    assert isinstance(found, UsageEvent | BadRow)
    if isinstance(found, UsageEvent):
        assert 0 < found.quantity <= UNITS[found.unit].most and found.deployment
