"""When several people can meet, and why not at a given time. All moments are UTC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _
from yesand.meetings.hours import Hours, open_times
from yesand.meetings.spans import Span, less, meet

#: What times are kept in: every start, length and buffer is a multiple of it.
SLOT = timedelta(minutes=5)
#: Starts that are offered lie on quarters of the hour, in every zone there is.
STEP = timedelta(minutes=15)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
#: Minutes in each unit in which spans are told.
_UNITS = ((1440, _("%(n)s days")), (60, _("%(n)s hours")), (1, _("%(n)s minutes")))


@dataclass(frozen=True)
class Person:
    """One person's time.

    Attributes
    ----------
    hours : when they can be met; none is at any time (one's own, while one has said nothing).
    busy : what is taken, with its buffers.
    before, after : to be left free around a meeting.
    notice : how long before its start a meeting must be booked.
    horizon : how far ahead one may be booked.
    """

    name: str
    hours: Hours | None = None
    busy: tuple[Span, ...] = ()
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    notice: timedelta = timedelta()
    horizon: timedelta = timedelta(days=365)

    def can(self, start: datetime, end: datetime) -> list[Span]:
        """Return the spans between two moments in which a meeting may lie as a whole."""
        opened = [(start, end)] if self.hours is None else open_times(self.hours, start, end)
        return less(opened, [(b - self.after, e + self.before) for b, e in self.busy])


def free(
    people: Sequence[Person],
    start: datetime,
    end: datetime,
    length: timedelta,
    now: datetime,
    step: timedelta = STEP,
) -> list[datetime]:
    """Return the starts between two moments at which all of them can meet for that long."""
    low = max([start, *(now + p.notice for p in people)])
    last = min([end - SLOT, *(now + p.horizon for p in people)])
    if low > last:
        return []
    together: list[Span] = [(low, last + length)]
    for person in people:
        together = meet(together, person.can(low, last + length))
    return [at for span in together for at in _starts(span, length, step)]


def _starts(span: Span, length: timedelta, step: timedelta) -> Iterator[datetime]:
    at = _EPOCH + -((_EPOCH - span[0]) // step) * step
    while at + length <= span[1]:
        yield at
        at += step


def refuse_unless_free(
    people: Sequence[Person], start: datetime, length: timedelta, now: datetime
) -> None:
    """Let a meeting be at that time, or say why it cannot.

    Raises
    ------
    BadInput : not on five minutes. Refused : passed, too soon, too far off, or somebody cannot.
    """
    if (start - _EPOCH) % SLOT or length % SLOT or not length:
        raise BadInput(_("Meetings begin and end on five minutes"), where=start.isoformat())
    if start <= now:
        raise Refused(_("That time has passed"), remedy=_("Choose one that is still to come."))
    for person in people:
        if start < now + person.notice:
            raise Refused(
                Sentence(
                    _("%(who)s is to be asked at least %(span)s before"),
                    who=person.name,
                    span=spoken(person.notice),
                ),
                remedy=_("Choose a later time."),
            )
        if start > now + person.horizon:
            raise Refused(
                Sentence(
                    _("%(who)s can be booked up to %(span)s ahead"),
                    who=person.name,
                    span=spoken(person.horizon),
                ),
                remedy=_("Choose an earlier time."),
            )
        if (start, start + length) not in person.can(start, start + length):
            raise Refused(
                Sentence(_("%(who)s cannot be met at that time"), who=person.name),
                remedy=_("Choose one that is free."),
            )


def spoken(span: timedelta) -> str:
    """Write a span for people: ``90 minutes``, ``24 hours``, ``60 days``."""
    minutes = span // timedelta(minutes=1)
    if minutes == 1:
        return _("1 minute")
    size, words = next(
        unit
        for unit in _UNITS
        if minutes % unit[0] == 0 and (minutes >= 2 * unit[0] or unit[0] == 1)
    )
    return Sentence(words, n=minutes // size)


def slots(start: datetime, end: datetime) -> range:
    """Return the numbers of the five-minute slots from one moment until another."""
    return range((start - _EPOCH) // SLOT, -((_EPOCH - end) // SLOT))


def slot_start(number: int) -> datetime:
    """Return the moment at which a slot begins."""
    return _EPOCH + number * SLOT
