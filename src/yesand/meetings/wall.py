"""What the clock on the wall shows, and which moments it means.

Twice a year, in most zones, a wall clock skips an hour or shows one twice. A time in the gap means
no moment and is refused; a time in the fold means two, and one has to say which.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from yesand.kernel.errors import BadInput
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _

FIRST, SECOND = 0, 1


@cache
def zones() -> tuple[str, ...]:
    """Return every zone's IANA name that a person may choose, in order."""
    kept = (name for name in available_timezones() if "/" in name or name == "UTC")
    return tuple(sorted(n for n in kept if not n.startswith(("Etc/", "SystemV/", "posix/"))))


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that IANA name.

    Raises
    ------
    BadInput : no such zone.
    """
    if name not in _known():
        raise BadInput(
            f"{name[:80]!r} is not a time zone", remedy="Use an IANA name, such as Europe/Berlin."
        )
    return ZoneInfo(name)


def within_reach(day: date) -> None:
    """Let a day be, unless it is so far off that clocks and calendars end.

    Raises
    ------
    BadInput : it is.
    """
    if not 1971 <= day.year <= 9000:
        raise BadInput(_("That day is out of all reach"), where=day.isoformat()[:40])


def moments(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the moments at which clocks in a zone show that time: none, one or two, in order.

    Parameters
    ----------
    wall : a time without a zone.
    """
    found: list[datetime] = []
    for fold in (FIRST, SECOND):
        at = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at not in found and at.astimezone(zone).replace(tzinfo=None) == wall:
            found.append(at)
    return tuple(sorted(found))


def moment(wall: datetime, zone: ZoneInfo, which: int | None = None) -> datetime:
    """Return the one moment at which clocks in a zone show that time.

    Parameters
    ----------
    which : of a time that is shown twice, ``FIRST`` or ``SECOND``.

    Raises
    ------
    BadInput : it is out of reach; or clocks skip it, or show it twice and nobody said which is
    meant.
    """
    within_reach(wall)
    found = moments(wall, zone)
    if len(found) == 1:
        return found[0]
    told = {"time": f"{wall:%H:%M}", "day": wall.date(), "zone": zone.key}
    if not found:
        raise BadInput(
            Sentence(
                _("There is no %(time)s on %(day)s in %(zone)s: the clocks go forward over it"),
                **told,
            ),
            remedy=_around(wall, zone),
        )
    if which not in (FIRST, SECOND):
        raise BadInput(
            Sentence(
                _("There are two %(time)s on %(day)s in %(zone)s: the clocks go back"), **told
            ),
            remedy=_("Say whether you mean the first or the second."),
        )
    return found[which]


def _around(wall: datetime, zone: ZoneInfo) -> str:
    """Say what the clocks show as long before, and as long after, as if they had not moved."""
    shown = sorted(
        wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1)
    )
    before, after = (f"{each:%H:%M}" for each in shown)
    return Sentence(_("Take %(before)s or %(after)s."), before=before, after=after)


def which(at: datetime, zone: ZoneInfo) -> int | None:
    """Return which of the two times it is, where the wall clock shows it twice; else none."""
    local = at.astimezone(zone)
    if len(moments(local.replace(tzinfo=None), zone)) < 2:
        return None
    return SECOND if local.fold else FIRST


def offsets(
    zone: ZoneInfo, start: datetime, end: datetime
) -> list[tuple[datetime, datetime, timedelta]]:
    """Return the stretches of constant offset from UTC between two moments, in order."""
    found = []
    at, offset = start, _offset(zone, start)
    probe = start.replace(microsecond=0)  # clocks change on whole seconds
    while probe < end:
        later = min(probe + timedelta(hours=1), end)
        if _offset(zone, later) != offset:
            change = _change(zone, probe, later)
            found.append((at, change, offset))
            at, offset = change, _offset(zone, change)
        probe = later
    if at < end:
        found.append((at, end, offset))
    return found


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Return the first second at which the offset is no longer what it was at ``low``."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high
