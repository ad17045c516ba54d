"""People's hours, and what of their time is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from yesand.kernel.errors import BadInput
from yesand.meetings.availability import SLOT, Person, slot_start, slots
from yesand.meetings.hours import Hours, Special, Weekly
from yesand.meetings.kinds import KINDS, LONGEST
from yesand.meetings.models import Availability, Claim, Meeting, SpecialDay, WeeklyHours
from yesand.meetings.spans import Span
from yesand.meetings.wall import zone_of
from yesand.people.models import Performer, User


@dataclass(frozen=True)
class Wishes:
    """What a person asks of those who book them; spans are in minutes."""

    before: int = 0
    after: int = 0
    notice: int = 24 * 60
    cancel_notice: int = 24 * 60
    horizon_days: int = 60

    def checked(self) -> Wishes:
        """Return them, if they can be kept.

        Raises
        ------
        BadInput : a buffer that is no number of slots, or a span out of bounds.
        """
        for name, most in (("before", 240), ("after", 240)):
            value = getattr(self, name)
            if value % 5 or not 0 <= value <= most:
                raise BadInput("A buffer is up to 240 minutes, in fives", where=name)
        if not 0 <= self.notice <= 60 * 24 * 60 or not 0 <= self.cancel_notice <= 60 * 24 * 60:
            raise BadInput("Notice is between none and 60 days", where="notice")
        if not 1 <= self.horizon_days <= 730:
            raise BadInput("Meetings are booked 1 to 730 days ahead", where="horizon")
        return self


def name_of(user: User) -> str:
    """Return what a person is called here: a performer by their credit name."""
    performer: Performer | None = getattr(user, "performer", None)
    return str(performer) if performer else user.get_full_name() or user.username


def hours_of(user: User) -> Hours | None:
    """Return when a person said that they can be met; none, if they said nothing."""
    if not Availability.objects.filter(user=user).exists():
        return None
    return Hours(
        zone=user.zone,
        weekly=tuple(Weekly(w.weekday, w.start, w.end) for w in user.weekly_hours.all()),
        special=tuple(Special(s.day, s.off, s.start, s.end) for s in user.special_days.all()),
    )


def person(
    user: User,
    start: datetime,
    end: datetime,
    *,
    booking: bool = False,
    without: Meeting | None = None,
) -> Person:
    """Return a person's time around a span.

    Parameters
    ----------
    booking : they are the one who books: they give themselves no notice, and while they have set
        no hours, they are free at any time. Others who have set none cannot be booked.
    without : a meeting that is to be moved, whose time is free again.
    """
    asked = Availability.objects.filter(user=user).first()
    wishes = asked or Availability()
    minutes = timedelta(minutes=1)
    return Person(
        name=name_of(user),
        hours=hours_of(user) or (None if booking else Hours(user.zone)),
        busy=tuple(busy(user, start, end, without)),
        before=wishes.before * minutes,
        after=wishes.after * minutes,
        notice=timedelta() if booking else wishes.notice * minutes,
        horizon=timedelta(days=730 if booking else wishes.horizon_days),
    )


def busy(user: User, start: datetime, end: datetime, without: Meeting | None = None) -> list[Span]:
    """Return what of a person's time is taken, buffers included."""
    around = timedelta(days=2)
    reach = slots(start - around, end + around)
    rows = Claim.objects.filter(user=user, slot__gte=reach.start, slot__lt=reach.stop)
    if without is not None:
        rows = rows.exclude(meeting=without)
    taken = rows.order_by("slot").values_list("slot", flat=True)
    return [(slot_start(slot), slot_start(slot) + SLOT) for slot in taken]


def claims(meeting: Meeting, users: Iterable[User]) -> list[Claim]:
    """Return the rows that keep everybody's time for a meeting, in one order for all."""
    asked = {a.user_id: a for a in Availability.objects.filter(user__in=list(users))}
    found = []
    for user in users:
        wishes = asked.get(user.pk) or Availability()
        start = meeting.starts_at - timedelta(minutes=wishes.before)
        end = meeting.ends_at + timedelta(minutes=wishes.after)
        found += [Claim(user=user, slot=slot, meeting=meeting) for slot in slots(start, end)]
    # Two bookings that claim in one order wait for each other and never lock each other out.
    return sorted(found, key=lambda claim: (claim.user_id, claim.slot))


def lengths_of(users: Iterable[User]) -> list[dict[str, list[int]]]:
    """Return the lengths that people asked for, of those who did."""
    return [a.lengths for a in Availability.objects.filter(user__in=list(users))]


def cancel_notice(users: Iterable[User]) -> timedelta:
    """Return the longest notice of a cancellation that any of them asks for."""
    asked = Availability.objects.filter(user__in=list(users))
    return timedelta(minutes=max((a.cancel_notice for a in asked), default=0))


def set_hours(
    user: User,
    zone: str,
    weekly: Sequence[Weekly],
    special: Sequence[Special],
    wishes: Wishes,
    lengths: dict[str, list[int]],
) -> Availability:
    """Keep when a person can be met, instead of what they said before. What is booked stays.

    Raises
    ------
    BadInput : a zone, span or length that cannot be; nothing is changed.
    """
    zone_of(zone)
    wishes.checked()
    _check_lengths(lengths)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(zone=zone)
        user.zone = zone
        WeeklyHours.objects.filter(user=user).delete()
        SpecialDay.objects.filter(user=user).delete()
        WeeklyHours.objects.bulk_create(WeeklyHours(user=user, **vars(rule)) for rule in weekly)
        SpecialDay.objects.bulk_create(SpecialDay(user=user, **vars(day)) for day in special)
        made, _ = Availability.objects.update_or_create(
            user=user, defaults={**vars(wishes), "lengths": lengths}
        )
    return made


def _check_lengths(lengths: dict[str, list[int]]) -> None:
    for kind, minutes in lengths.items():
        if kind not in KINDS or any(m % 5 or not 5 <= m <= LONGEST for m in minutes):
            raise BadInput(
                f"A meeting lasts 5 to {LONGEST} minutes, in fives", where=kind, remedy="Mend it."
            )
