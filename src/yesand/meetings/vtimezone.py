"""A zone's rules as iCalendar writes them (RFC 5545 § 3.6.5), for the years that are asked about.

Each change of offset is one observance. Its onset is "the local time […] in terms of the offset
that is in use before" it, which generators get wrong on the hour that is skipped, so ours is made
from the moments at which the offset really changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from yesand.meetings.wall import offsets


def vtimezone(zone: ZoneInfo, start: datetime, end: datetime) -> Timezone:
    """Return the zone's rules between two moments (UTC)."""
    made = Timezone()
    made.add("tzid", zone.key)
    before: timedelta | None = None
    for onset, _, offset in offsets(zone, start, end):
        made.add_component(_observance(zone, onset, offset if before is None else before, offset))
        before = offset
    return made


def _observance(
    zone: ZoneInfo, onset: datetime, before: timedelta, offset: timedelta
) -> TimezoneStandard | TimezoneDaylight:
    local = onset.astimezone(zone)
    made = TimezoneDaylight() if local.dst() else TimezoneStandard()
    made.add("dtstart", (onset + before).replace(tzinfo=None))
    made.add("tzoffsetfrom", before)
    made.add("tzoffsetto", offset)
    made.add("tzname", local.tzname() or zone.key)
    return made
