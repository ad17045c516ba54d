"""Invitations, read back as another calendar would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from yesand.meetings.invitation import CANCEL, REQUEST, Guest, Invitation, feed, letter
from yesand.meetings.wall import offsets, zone_of

ZONES = (
    "Europe/Berlin Europe/London America/New_York America/St_Johns America/Santiago Africa/Cairo "
    "Africa/Casablanca Australia/Lord_Howe Pacific/Chatham Asia/Kolkata"
).split()
TALK = Invitation(
    uid="7@house.example",
    sequence=2,
    title="Talk; über, alles\nX-INJECTED:yes",
    about="a\r\nATTENDEE:mailto:evil@example",
    start=datetime(2026, 11, 30, 9, tzinfo=UTC),
    end=datetime(2026, 11, 30, 10, tzinfo=UTC),
    zone="Europe/Berlin",
    changed=datetime(2026, 11, 25, 8, tzinfo=UTC),
    house='The "House"',
    organizer="house@mail.example",
    guests=[Guest("Ada", "ada@mail.example", accepted=True), Guest("Ben: x", "b@no-mail.invalid")],
)


def read(data: bytes) -> Any:
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    return event


def by_the_rules(data: bytes, local: datetime) -> datetime:
    """The moment of a local time by the file's own VTIMEZONE (RFC 5545 § 3.6.5), and no other."""
    (zone,) = Calendar.from_ical(data).walk("VTIMEZONE")
    onsets = sorted(
        (part["DTSTART"].dt, part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td)
        for part in zone.subcomponents
    )
    moments = [
        local - offset
        for (since, _, offset), until in zip(onsets, [*onsets[1:], None], strict=True)
        if local - offset >= since - onsets_before(onsets, since)
        and (until is None or local - offset < until[0] - until[1])
    ]
    return min(moments).replace(tzinfo=UTC)


def onsets_before(onsets: list[tuple[datetime, timedelta, timedelta]], at: datetime) -> timedelta:
    return next(before for since, before, _ in onsets if since == at)


def test_an_invitation_reads_back_as_it_was_meant() -> None:
    data = letter(TALK, REQUEST)
    calendar, event = Calendar.from_ical(data), read(data)
    assert calendar["METHOD"] == "REQUEST" and calendar["VERSION"] == "2.0"
    assert event["UID"] == TALK.uid and int(event["SEQUENCE"]) == 2
    assert event["STATUS"] == "CONFIRMED" and str(event["SUMMARY"]) == TALK.title
    assert event["ORGANIZER"] == "mailto:house@mail.example"
    ada, ben = event["ATTENDEE"]
    assert (ada, ada.params["PARTSTAT"], ada.params["CN"]) == (
        "mailto:ada@mail.example",
        "ACCEPTED",
        "Ada",
    )
    assert (ben.params["PARTSTAT"], ben.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert event["DTSTART"].dt == TALK.start and event["DTEND"].dt == TALK.end
    assert b"TZID=Europe/Berlin" in data and b"BEGIN:VTIMEZONE" in data


def test_words_of_people_are_never_properties() -> None:
    unfolded = letter(TALK, REQUEST).replace(b"\r\n ", b"")
    lines = unfolded.split(b"\r\n")
    assert not any(line.startswith((b"X-INJECTED", b"ATTENDEE:mailto:evil")) for line in lines)


def test_a_cancellation_has_the_same_name_and_a_later_number() -> None:
    data = letter(replace(TALK, sequence=3, cancelled=True), CANCEL)
    event = read(data)
    assert Calendar.from_ical(data)["METHOD"] == "CANCEL"
    assert (event["UID"], int(event["SEQUENCE"]), event["STATUS"]) == (TALK.uid, 3, "CANCELLED")


def test_the_second_half_past_two_is_written_in_universal_time() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    event = read(letter(replace(TALK, start=second, end=second + timedelta(hours=1)), REQUEST))
    assert event["DTSTART"].to_ical() == b"20261025T013000Z"
    first = second - timedelta(hours=1)
    event = read(letter(replace(TALK, start=first, end=second + timedelta(hours=1)), REQUEST))
    assert event["DTSTART"].to_ical() == b"20261025T023000"


@settings(max_examples=60)
@given(
    at=st.datetimes(
        datetime.fromisoformat("2026-01-01"),
        datetime.fromisoformat("2031-12-01"),
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from(ZONES),
    length=st.integers(1, 100),
    near=st.booleans(),
)
def test_a_calendar_that_knows_no_zones_finds_the_moment_by_the_rules_inside(
    at: datetime, zone: str, length: int, near: bool
) -> None:
    start = at.replace(second=0, microsecond=0)
    later = offsets(zone_of(zone), start, start + timedelta(days=366))
    if near and len(later) > 1:
        start = later[1][0] + timedelta(minutes=(at.minute - 30) * 4)
    end = start + timedelta(minutes=5 * length)
    data = letter(replace(TALK, start=start, end=end, zone=zone), REQUEST)
    event = read(data)
    for told, meant in ((event["DTSTART"], start), (event["DTEND"], end)):
        if told.to_ical().endswith(b"Z"):
            assert told.dt == meant
        else:
            assert by_the_rules(data, told.dt.replace(tzinfo=None)) == meant


def test_a_feed_is_the_same_bytes_until_something_changes() -> None:
    same = feed([TALK], "Ada") == feed([TALK], "Ada")
    assert same and feed([TALK], "Ada") != feed([replace(TALK, sequence=3)], "Ada")
    assert Calendar.from_ical(feed([], "Ada"))["METHOD"] == "PUBLISH"


@pytest.mark.parametrize("zone", ZONES)
def test_every_zone_comes_with_its_rules(zone: str) -> None:
    calendar = Calendar.from_ical(letter(replace(TALK, zone=zone), REQUEST))
    assert not calendar.get_missing_tzids()
