"""Suspensions and their lifting, as signed; never changed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation
from yesand.provenance.models import Entry


class Suspension(models.Model):
    """New use of a class of agreements stops, from the very next decision on."""

    class Cause(models.TextChoices):
        """Why (`yesand.agreements.suspending.suspension.Cause`)."""

        STRIKE = "strike"
        HOLD = "hold"

    digest = models.CharField(max_length=64, primary_key=True)
    cause = models.CharField(max_length=20, choices=Cause.choices)
    #: Who called it: a union, or the producer.
    by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: A `yesand.agreements.suspending.suspension.Reach`.
    reach = models.JSONField()
    reason = models.TextField()
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        app_label = "agreements"
        ordering = ["-at", "digest"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.cause} called by {self.by} ({self.digest[:12]})"

    @property
    def lifted(self) -> bool:
        """It is over."""
        return hasattr(self, "lifting")


class Lifting(models.Model):
    """A suspension is over."""

    suspension = models.OneToOneField(Suspension, on_delete=models.PROTECT, related_name="lifting")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "agreements"

    def __str__(self) -> str:
        """Name it for people."""
        return f"end of {self.suspension}"
