"""Meetings and who is in them."""

from __future__ import annotations

import uuid

from django.db import models

from yesand.agreements.models import Agreement
from yesand.people.models import User


class Meeting(models.Model):
    """A booked time of several people; of a performance, each performer's agreement is named."""

    class Kind(models.TextChoices):
        """What it is for."""

        PERFORMANCE = "performance"
        TALK = "talk"
        RATING = "rating"

    class State(models.TextChoices):
        """Where it stands."""

        BOOKED = "booked"
        CANCELLED = "cancelled"
        HELD = "held"

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    #: Counts the changes that its invitations tell of (RFC 5546 § 2.1.4).
    sequence = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    #: IANA name of the zone it was booked in; times are kept in UTC.
    zone = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        """In the order of time; none ends before it begins."""

        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="meeting_has_a_length"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return self.title


class Attendance(models.Model):
    """One person in a meeting; a performer's, in a performance, names the agreement it is under."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attendances")
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="attendances"
    )
    shown_up = models.BooleanField(null=True, default=None)

    class Meta:
        """Nobody is twice in one meeting."""

        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="once_in_a_meeting")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.user} in {self.meeting}"
