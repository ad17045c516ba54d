"""Reliance reports as signed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Performer
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


class Lean(models.Model):
    """What every performer brought to the reading of each emotion: what answers any later mix."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="lean")
    #: ``{handle: {emotion asked: billionths of a nat}}``
    asked = models.JSONField()
    method = models.CharField(max_length=80)

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.report} by emotion asked"


class Look(models.Model):
    """One look at a model's usage beside its report: has the mix of emotions moved?"""

    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="looks")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="looks")
    at = models.DateTimeField()
    #: ``{emotion: parts per billion}`` of what was metered since the report.
    mix = models.JSONField()
    events = models.PositiveBigIntegerField()
    #: Total variation between the two mixes; null where the report does not say its own.
    moved_ppb = models.PositiveBigIntegerField(null=True)
    #: What chance alone would show in 19 of 20 such samples.
    noise_ppb = models.PositiveBigIntegerField(null=True)
    #: Why a new report is due: "moved", "old"; nothing where none is.
    due = models.CharField(max_length=12, blank=True)
    #: ``{handle: parts per billion}`` with this mix. It shows, and never pays.
    indicated = models.JSONField(null=True)

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.model} on {self.at:%Y-%m-%d}"


class Fall(models.Model):
    """A performer's share went down beyond doubt, and what the two reports say of why."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="falls")
    before = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="+")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="falls")
    #: ``[[reason, {figures}], …]``, as ``reliance.fallen`` finds them.
    reasons = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """Told once."""

        constraints = [models.UniqueConstraint(fields=["report", "performer"], name="fell_once")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.performer} in {self.report}"
