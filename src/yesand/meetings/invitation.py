"""Invitations and cancellations as iCalendar (RFC 5545, RFC 5546), and a person's feed of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, vCalAddress, vText

from yesand.meetings.vtimezone import vtimezone
from yesand.meetings.wall import SECOND, which, zone_of

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
_PRODUCT = "-//Yes-And//Meetings//EN"


@dataclass(frozen=True)
class Guest:
    """Who is in it. ``address`` is a mail address; one's fellows' are not told."""

    name: str
    address: str
    accepted: bool = False


@dataclass(frozen=True)
class Invitation:
    """One meeting as a calendar is told of it.

    Attributes
    ----------
    sequence : counts its changes (RFC 5546 § 2.1.4).
    changed : when it was changed last; stands as DTSTAMP, so that equal states give equal bytes.
    url : its page, if the world can reach it (RFC 5545 § 3.8.4.6).
    """

    uid: str
    sequence: int
    title: str
    about: str
    start: datetime
    end: datetime
    zone: str
    changed: datetime
    house: str
    organizer: str
    guests: Sequence[Guest]
    cancelled: bool = False
    url: str = ""


def letter(invitation: Invitation, method: str) -> bytes:
    """Return the calendar object of one meeting, for a letter with that method."""
    return bytes(_calendar([invitation], method).to_ical())


def feed(invitations: Iterable[Invitation], name: str) -> bytes:
    """Return a calendar of meetings to subscribe to."""
    calendar = _calendar(list(invitations), PUBLISH)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    return bytes(calendar.to_ical())


def _calendar(invitations: list[Invitation], method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for name in sorted({one.zone for one in invitations} - {"UTC"}):
        calendar.add_component(_zone(name, [one for one in invitations if one.zone == name]))
    for one in invitations:
        calendar.add_component(_event(one))
    return calendar


def _zone(name: str, there: list[Invitation]) -> Timezone:
    around = timedelta(days=366)
    start = min(one.start for one in there).replace(minute=0, second=0) - around
    return vtimezone(zone_of(name), start, max(one.end for one in there) + around)


def _event(told: Invitation) -> Event:
    event = Event()
    event.add("uid", told.uid)
    event.add("sequence", told.sequence)
    event.add("dtstamp", told.changed.astimezone(UTC))
    event.add("last-modified", told.changed.astimezone(UTC))
    start, end = _edges(told)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", told.title)
    if told.about:
        event.add("description", told.about)
    if told.url:
        event.add("url", told.url)
    event.add("status", "CANCELLED" if told.cancelled else "CONFIRMED")
    event.add("organizer", _address(told.organizer, told.house))
    for guest in told.guests:
        event.add("attendee", _attendee(guest), encode=False)
    return event


def _edges(told: Invitation) -> tuple[datetime, datetime]:
    """Return both ends in the meeting's zone, or in UTC where its wall clock cannot say them.

    "If the local time described occurs more than once, the DATE-TIME value refers to the first
    occurrence of the referenced time" (RFC 5545 § 3.3.5): the second has no name in that zone.
    """
    zone = zone_of(told.zone)
    if told.zone == "UTC" or SECOND in (which(told.start, zone), which(told.end, zone)):
        return told.start.astimezone(UTC), told.end.astimezone(UTC)
    return told.start.astimezone(zone), told.end.astimezone(zone)


def _attendee(guest: Guest) -> vCalAddress:
    address = _address(guest.address, guest.name)
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("ACCEPTED" if guest.accepted else "NEEDS-ACTION")
    address.params["RSVP"] = vText("FALSE" if guest.accepted else "TRUE")
    return address


def _address(address: str, name: str) -> vCalAddress:
    made = vCalAddress(f"mailto:{address}")
    # A quote or a control character has no place in a parameter (RFC 5545 § 3.2).
    made.params["CN"] = vText("".join(c for c in name if c.isprintable() and c != '"'))
    return made
