"""How the times of meetings are written: on the reader's wall clock, and exactly for machines."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yesand.kernel.clock import stamp
from yesand.meetings.calendars.services import name_of
from yesand.meetings.models import Meeting
from yesand.meetings.wall import which, zone_of
from yesand.people.models import User
from yesand.people.speaking import in_words

register = template.Library()
register.filter(in_words)


@register.filter
def clock(at: datetime, zone: str) -> str:
    """Write the time of day on a zone's wall clock; of a time shown twice, which of the two."""
    where = zone_of(zone)
    local = at.astimezone(where)
    fold = which(at, where)
    if fold is None:
        return f"{local:%H:%M}"
    told = gettext("second time, %s") if fold else gettext("first time, %s")
    return f"{local:%H:%M} ({told % local.tzname()})"


@register.filter
def day(at: datetime | date, zone: str = "UTC") -> str:
    """Write the day on a zone's wall clock: ``Mon 23 Nov 2026``."""
    local = at.astimezone(zone_of(zone)) if isinstance(at, datetime) else at
    return date_format(local, "D j M Y")


@register.filter
def times(meeting: Meeting, zone: str) -> str:
    """Write a meeting's day and times on a zone's wall clock."""
    start, end = meeting.starts_at, meeting.ends_at
    until = clock(end, zone)
    if day(start, zone) != day(end, zone):
        until = f"{day(end, zone)}, {until}"
    return f"{day(start, zone)}, {clock(start, zone)} – {until}"


@register.filter
def exactly(meeting: Meeting, zone: str) -> SafeString:
    """Write a meeting's times for people, and when it begins for machines."""
    return format_html(
        '<time datetime="{}">{}</time>', stamp(meeting.starts_at), times(meeting, zone)
    )


@register.filter
def rfc3339(at: datetime) -> str:
    """Write a moment for a form or an address."""
    return stamp(at)


@register.filter
def named(user: User) -> str:
    """Name a person."""
    return name_of(user)


@register.filter
def lasting(length: int | timedelta) -> str:
    """Write minutes as ``45 min`` or ``1 h 30 min``."""
    minutes = length // timedelta(minutes=1) if isinstance(length, timedelta) else length
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours}\u00a0h"] * bool(hours) + [f"{rest}\u00a0min"] * bool(rest)
    return " ".join(parts) or "0\u00a0min"
