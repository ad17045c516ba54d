"""Obligations: duties with a date."""

from __future__ import annotations

from django.db import models

from yesand.agreements.models import Withdrawal
from yesand.oversight import duties
from yesand.people.models import Organisation


class Obligation(models.Model):
    """What somebody must do by when, and why."""

    class Duty(models.TextChoices):
        """What must be done."""

        STOP = duties.Duty.STOP.value
        NOTIFY = duties.Duty.NOTIFY.value
        RETRAIN = duties.Duty.RETRAIN.value
        DELETE = duties.Duty.DELETE.value
        PAY = duties.Duty.PAY.value

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="obligations")
    duty = models.CharField(max_length=20, choices=Duty.choices)
    bearer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="obligations")
    #: What it is about: a manifest, model or deployment.
    subject = models.CharField(max_length=160)
    due = models.DateTimeField(null=True)
    clause = models.CharField(max_length=200)

    class Meta:
        """Raised once; the soonest first."""

        ordering = ["due"]
        constraints = [
            models.UniqueConstraint(
                fields=["withdrawal", "duty", "bearer", "subject"], name="one_duty_each"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.bearer}: {self.duty} {self.subject}"
