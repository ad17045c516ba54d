"""Reliance reports as signed."""

from __future__ import annotations

from django.db import models

from yesand.provenance.models import Entry
from yesand.training.models import TrainedModel


class Report(models.Model):
    """One signed reliance report, with what it signs only the hashes of: its rows and salts."""

    digest = models.CharField(max_length=64, primary_key=True)
    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="reports")
    method = models.CharField(max_length=80)
    #: SHA-256 of model, method, settings and queries: asked the same again, it is the same report.
    #: Null for a report that was not measured here.
    asked = models.CharField(max_length=64, unique=True, null=True)
    #: ``{handle: {"share_ppb": int, "low_ppb": int, "high_ppb": int, …}}`` (the rest of
    #: ``rows.Row``); shares add up to 10⁹.
    shares = models.JSONField()
    #: ``{handle: 32 bytes in hex}``; a salt is shown to the performer whose it is and to auditors.
    salts = models.JSONField(default=dict)
    #: False: too unsure to set shares; the terms' fallback pays.
    sets_shares = models.BooleanField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.method} on {self.model}"
