"""Leave for single uses and its end, as signed; never changed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation
from yesand.provenance.models import Entry


class Approval(models.Model):
    """A performer agrees to one use under an agreement that has them asked for each."""

    digest = models.CharField(max_length=64, primary_key=True)
    agreement = models.ForeignKey(
        "agreements.Agreement", on_delete=models.PROTECT, related_name="approvals"
    )
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=40)
    use_class = models.CharField(max_length=40)
    #: The last day, in the zone of the agreement's terms.
    until = models.DateField()
    #: A `yesand.agreements.signing.hand.Hand`.
    hand = models.JSONField()
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        app_label = "agreements"
        ordering = ["-entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.use_class} for {self.purpose} by {self.licensee} ({self.digest[:12]})"

    @property
    def ended(self) -> bool:
        """It was taken back before its day."""
        return hasattr(self, "ending")


class ApprovalEnd(models.Model):
    """Leave for a single use is taken back."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="ending")
    hand = models.JSONField()
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "agreements"

    def __str__(self) -> str:
        """Name it for people."""
        return f"end of {self.approval}"
