"""Estimates that stood in a settlement's stead of usage, as signed."""

from __future__ import annotations

from django.db import models

from yesand.provenance.models import Entry


class Estimate(models.Model):
    """What one deployment's month probably was; never changed: real usage takes its place."""

    digest = models.CharField(max_length=64, primary_key=True)
    deployment = models.CharField(max_length=160)
    period = models.CharField(max_length=7)
    #: ``[{"unit": …, "currency": …, "realtime": …, "quantity": …}]``
    rows = models.JSONField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """A month once."""

        constraints = [
            models.UniqueConstraint(fields=["deployment", "period"], name="estimated_once")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"ESTIMATE of {self.deployment} for {self.period}"
