"""What a licensee attested about a month, as signed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation, User
from yesand.provenance.models import Entry


class Attestation(models.Model):
    """One month's totals; never changed, only followed by another that names it."""

    digest = models.CharField(max_length=64, primary_key=True)
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="attested")
    period = models.CharField(max_length=7)
    #: The watermark: all up to this instant was delivered.
    until = models.DateTimeField()
    #: ``[{"deployment": …, "unit": …, "quantity": …}]``, as signed.
    totals = models.JSONField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="attested")
    envelope = models.JSONField()
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One chain a licensee and month."""

        constraints = [
            models.UniqueConstraint(
                fields=["licensee", "period"],
                condition=models.Q(supersedes=None),
                name="one_first_attestation",
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.licensee} attests {self.period}"
