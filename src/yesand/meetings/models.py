"""Meetings, who is in them, what became of them; and when people can be met."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from yesand.agreements.models import Agreement
from yesand.people.models import User
from yesand.provenance.models import Entry


class Meeting(models.Model):
    """A booked time of several people; of a performance, each performer's agreement is named."""

    class Kind(models.TextChoices):
        """What it is for."""

        PERFORMANCE = "performance", _("Performance")
        TALK = "talk", _("Talk")
        RATING = "rating", _("Rating")

    class State(models.TextChoices):
        """Where it stands."""

        BOOKED = "booked", _("booked")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held")
        NO_SHOW = "no-show", _("nobody came")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Counts the changes that its invitations tell of (RFC 5546 § 2.1.4).
    sequence = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    #: IANA name of the zone it was booked in; times are kept in UTC.
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        """In the order of time; none ends before it begins."""

        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="meeting_has_a_length"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return self.title

    @property
    def length(self) -> timedelta:
        """How long it lasts, whatever the wall clocks do meanwhile."""
        return self.ends_at - self.starts_at


class Attendance(models.Model):
    """One person in a meeting; a performer's, in a performance, names the agreement it is under."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attendances")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    #: When they said that they will be there; at the time it now has.
    accepted_at = models.DateTimeField(null=True, blank=True)
    shown_up = models.BooleanField(null=True, default=None)

    class Meta:
        """Nobody is twice in one meeting."""

        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="once_in_a_meeting")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.user} in {self.meeting}"


class Claim(models.Model):
    """Five minutes of a person's time that a booked meeting takes, with the buffers around it.

    One row a person and slot: the database itself refuses the second meeting.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    #: Five-minute slots since 1970 (UTC).
    slot = models.IntegerField()
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        """Nobody is in two places."""

        constraints = [models.UniqueConstraint(fields=["user", "slot"], name="one_place_at_a_time")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.slot} of {self.user}"


class Change(models.Model):
    """What was done with a meeting, by whom, when and why. Never changed (a migration sees to it);
    only a reason can be blanked, for erasure.
    """

    class What(models.TextChoices):
        """What was done."""

        BOOKED = "booked", _("booked")
        MOVED = "moved", _("moved")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held")
        NO_SHOW = "no-show", _("nobody came")

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=10, choices=What.choices)
    sequence = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    #: Within the notice that somebody in it asks for.
    late = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the order in which it was done."""

        ordering = ["id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.meeting} {self.what}"


class Availability(models.Model):
    """What a person asks of those who book them. Spans are in minutes; the zone is the account's.

    Who has no row has not said when they can be met.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="availability")
    before = models.PositiveSmallIntegerField(default=0)
    after = models.PositiveSmallIntegerField(default=0)
    notice = models.PositiveIntegerField(default=24 * 60)
    #: Cancelling or moving later than this before the start is late, and needs a reason.
    cancel_notice = models.PositiveIntegerField(default=24 * 60)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    #: ``{"talk": [15, 30]}``; a kind that is not named takes the usual lengths.
    lengths = models.JSONField(default=dict, blank=True)

    class Meta:
        """Buffers are whole slots."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(before__lte=240, after__lte=240), name="buffers_are_short"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"availability of {self.user}"


class WeeklyHours(models.Model):
    """Open every week on that day, on the wall clock of the person's zone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="weekly_hours")
    #: Monday is 0.
    weekday = models.PositiveSmallIntegerField()
    #: Minutes since midnight.
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()

    class Meta:
        """In the order of the week."""

        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lt=7, end__lte=1440, end__gt=models.F("start")),
                name="weekly_hours_are_hours",
            )
        ]

    def __str__(self) -> str:
        """Name them for people."""
        return f"{self.weekday} {self.start}–{self.end} of {self.user}"


class SpecialDay(models.Model):
    """A day that differs from the week: closed, or open besides."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="special_days")
    day = models.DateField()
    off = models.BooleanField()
    start = models.PositiveSmallIntegerField(default=0)
    end = models.PositiveSmallIntegerField(default=1440)

    class Meta:
        """In the order of time."""

        ordering = ["day", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__lte=1440, end__gt=models.F("start")),
                name="special_day_has_hours",
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.day} of {self.user}"


class Notice(models.Model):
    """One letter to one person about one state of a meeting: a row for each, so none goes twice."""

    class What(models.TextChoices):
        """What it tells."""

        REQUEST = "request"
        CANCEL = "cancel"
        DAY = "day"  # it is tomorrow
        HOUR = "hour"  # it is in an hour

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=8, choices=What.choices)
    sequence = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Overtaken by a change of the meeting, or nowhere to send it.
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Each once."""

        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user", "what", "sequence"], name="one_letter_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.what} of {self.meeting} to {self.user}"


class Feed(models.Model):
    """The secret address at which a person's own calendar reads their meetings."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="meetings_feed")
    #: SHA-256 of the secret, which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return f"feed of {self.user}"
