"""A request's headers and body become events, in each of CloudEvents' three content modes."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from cloudevents.core.bindings.http import (
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st
from royalties_factories import event

from yesand.kernel.errors import BadInput, TooLarge
from yesand.royalties.spooling.binding import (
    BATCHED,
    MOST_EVENTS,
    STRUCTURED,
    NotCloudEvents,
    most,
    sent,
)
from yesand.royalties.spooling.body import UnknownEncoding, read
from yesand.royalties.spooling.recent import Recent


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def unpacked(data: bytes, encoding: str = "", limit: int = 1_000) -> bytes:
    return read(io.BytesIO(data).read, encoding, limit)


def theirs() -> CloudEvent:
    """One of our events as the CNCF's own library holds it."""
    given = event(1, source="https://acme.example/größer", subject="café 1")
    given["time"] = "2026-09-05T12:00:00+00:00"
    from datetime import datetime

    attributes = {name: value for name, value in given.items() if name != "data"}
    attributes["time"] = datetime.fromisoformat(given["time"])
    attributes["datacontenttype"] = "application/json"
    return CloudEvent(attributes, given["data"])


def test_what_the_cncfs_library_sends_is_read_in_both_of_its_modes() -> None:
    for made in (to_binary_event(theirs()), to_structured_event(theirs())):
        headers = {name.lower(): value for name, value in made.headers.items()}
        data = made.body if isinstance(made.body, bytes) else made.body.encode()
        found = sent(headers["content-type"], headers, data)
        (one,) = found.events
        assert found.single
        assert one["source"] == "https://acme.example/größer" and one["subject"] == "café 1"
        assert (one["id"], one["specversion"]) == ("e-1", "1.0")
        assert one["data"] == {"unit": "request", "quantity": 1}


def test_a_batch_is_read_whole() -> None:
    found = sent(f"{BATCHED}; charset=utf-8", {}, body([event(1), event(2), 7]))
    assert not found.single and [type(e) for e in found.events] == [dict, dict, int]


@pytest.mark.parametrize(
    ("kind", "headers", "data", "what"),
    [
        ("text/plain", {}, b"{}", "no CloudEvent"),
        ("application/json", {}, b"{}", "no CloudEvent"),
        ("application/cloudevents+avro", {}, b"{}", "format"),
        ("text/plain", {"ce-specversion": "1.0"}, b"{}", "not JSON"),
    ],
)
def test_what_is_no_cloudevent_is_refused_by_its_type(
    kind: str, headers: dict[str, str], data: bytes, what: str
) -> None:
    with pytest.raises(NotCloudEvents, match=what):
        sent(kind, headers, data)


@pytest.mark.parametrize(
    "data", [b"", b"[1", b"{}", b"[]", b'[{"a": NaN}]', b'[{"a": 1, "a": 2}]', b"\xff"]
)
def test_a_batch_that_is_none_is_refused_whole(data: bytes) -> None:
    with pytest.raises(BadInput):
        sent(BATCHED, {}, data)


def test_more_events_than_fit_a_batch_are_refused_whole() -> None:
    with pytest.raises(TooLarge, match="10,001 events"):
        sent(BATCHED, {}, body([1] * (MOST_EVENTS + 1)))


def test_a_header_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        sent("application/json", {"ce-specversion": "1.0", "ce-id": "%ff"}, b"{}")


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
def test_gzip_is_unpacked_member_by_member(parts: list[bytes]) -> None:
    packed = b"".join(gzip.compress(part) for part in parts)
    assert unpacked(packed, "gzip", 5_000) == b"".join(parts)


def test_a_bomb_is_never_unpacked_further_than_it_may() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 50_000
    with pytest.raises(TooLarge):
        unpacked(bomb, "gzip", 60_000)
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(b"x" * 600) * 2, "gzip", 1_000)


@pytest.mark.parametrize("data", [b"plain", gzip.compress(b"x" * 100, mtime=0)[:-3]])
def test_damaged_gzip_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="gzip"):
        unpacked(data, "gzip")


def test_other_encodings_and_too_long_bodies_are_refused() -> None:
    with pytest.raises(UnknownEncoding):
        unpacked(b"x", "br")
    with pytest.raises(TooLarge, match="nothing of this was taken"):
        unpacked(b"x" * 1_001)
    assert unpacked(b"x" * 1_000, "identity") == b"x" * 1_000
    assert most(STRUCTURED) == most("application/json") == 65_536 < most(BATCHED)


def test_what_is_recent_is_forgotten_in_its_order() -> None:
    recent = Recent(most=2)
    recent.add(1, [(b"a", b"1"), (b"b", b"1"), (b"a", b"2")])
    assert recent.content(1, b"a") == b"1" and recent.content(2, b"a") is None
    recent.add(1, [(b"c", b"1")])
    assert recent.content(1, b"a") is None and recent.content(1, b"c") == b"1"
