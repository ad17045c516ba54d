"""Claims to usage in escrow, and what was decided of each; never changed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry


class UsageClaim(models.Model):
    """Somebody says that usage which waits is of their model, or relies on them."""

    digest = models.CharField(max_length=64, primary_key=True)
    deployment = models.CharField(max_length=160)
    usage_period = models.CharField(max_length=7)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: For whom they speak.
    licensee = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    performer = models.ForeignKey(Performer, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        app_label = "royalties"
        ordering = ["-at", "digest"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.deployment} {self.usage_period}, claimed by {self.whose}"

    @property
    def whose(self) -> str:
        """Name who claims it."""
        return str(self.licensee or self.performer)


class UsageClaimDecision(models.Model):
    """The producer accepts a claim, and registers the deployment; or does not."""

    claim = models.OneToOneField(UsageClaim, on_delete=models.PROTECT, related_name="decision")
    accepted = models.BooleanField()
    words = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.claim}: {'accepted' if self.accepted else 'rejected'}"
