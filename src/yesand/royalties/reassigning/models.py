"""Corrections of a payee, as proposed and as decided; never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yesand.kernel.money import Money
from yesand.people.models import Performer, User
from yesand.provenance.models import Entry


class Reassignment(models.Model):
    """What of a line went to the wrong performer, and whose it is."""

    digest = models.CharField(max_length=64, primary_key=True)
    statement = models.ForeignKey(
        "royalties.Statement", on_delete=models.PROTECT, related_name="reassignments"
    )
    line = models.PositiveIntegerField()
    wrong = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        app_label = "royalties"
        ordering = ["-at", "digest"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.wrong} → {self.right}: {self.money}"

    @property
    def money(self) -> Money:
        """What is moved."""
        return Money(self.currency, self.micro)


class ReassignmentDecision(models.Model):
    """It is approved, by another than who proposed it, or turned down; once."""

    reassignment = models.OneToOneField(
        Reassignment, on_delete=models.PROTECT, related_name="decision"
    )
    approved = models.BooleanField()
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Two persons."""

        app_label = "royalties"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved=False) | ~Q(by=F("prepared_by")), name="corrected_by_another"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.reassignment}: {'approved' if self.approved else 'turned down'}"
