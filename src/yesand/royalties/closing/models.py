"""That a month was closed, or computed again: who asked, and what came of it; never changed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import User


class Closing(models.Model):
    """Somebody had the worker settle a month, or compute all its statements again."""

    SETTLE, RECOMPUTE, ESTIMATED = "settle", "recompute", "settle-estimated"
    SETTLING = (SETTLE, ESTIMATED)

    what = models.CharField(max_length=20, choices=[(w, w) for w in (SETTLE, RECOMPUTE, ESTIMATED)])
    period = models.CharField(max_length=7, db_index=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """The newest first."""

        app_label = "royalties"
        ordering = ["-pk"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.what} {self.period}"


class ClosingEnd(models.Model):
    """What came of it."""

    closing = models.OneToOneField(Closing, on_delete=models.PROTECT, related_name="end")
    held = models.BooleanField()
    said = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return self.said
