"""Collective agreements, their signatures, and who belongs to which union."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation, Performer
from yesand.provenance.models import Entry


class Collective(models.Model):
    """A collective agreement as one side signed it; it stands once the other has signed too."""

    class Party(models.TextChoices):
        """Which side signed."""

        UNION = "union"
        PRODUCER = "producer"

    digest = models.CharField(max_length=64, primary_key=True)
    union = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    producer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: ``{"title", "floor", "use_classes", "everyone", "begins", "ends"}`` (``collective.accord``).
    words = models.JSONField()
    proposed_by = models.CharField(max_length=20, choices=Party.choices)
    envelope = models.JSONField()
    at = models.DateTimeField()
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        app_label = "agreements"
        ordering = ["-at", "digest"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.words['title']} ({self.union})"


class Countersignature(models.Model):
    """The other side's signature: with it a collective agreement stands."""

    collective = models.OneToOneField(
        Collective, on_delete=models.PROTECT, related_name="countersignature"
    )
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "agreements"

    def __str__(self) -> str:
        """Name it for people."""
        return f"countersignature of {self.collective}"


class Membership(models.Model):
    """A performer says that they belong to a union, or no longer do; the last word holds.

    Of a person who was erased only that something was said is left, and not of which union.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="memberships")
    union = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    belongs = models.BooleanField()
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the order of the log."""

        app_label = "agreements"
        ordering = ["entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.performer} {'in' if self.belongs else 'out of'} {self.union or 'a union'}"
