"""Instruments as signed, which corrections are settled, and what each statement leaves open."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Performer
from yesand.provenance.models import Entry


class Instrument(models.Model):
    """One signed document (``instruments.shapes``); a later one of its subject follows it."""

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=160)
    effective = models.DateField()
    #: Whose it is; none: everybody's.
    performer = models.ForeignKey(
        Performer, null=True, on_delete=models.PROTECT, related_name="instruments"
    )
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Found by what it is about."""

        app_label = "royalties"
        indexes = [models.Index(fields=["kind", "subject", "effective"], name="instrument_of")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.kind} of {self.effective}"


class SettledCorrection(models.Model):
    """A correction that a settlement has carried out; once."""

    instrument = models.OneToOneField(
        Instrument, on_delete=models.PROTECT, related_name="carried_out"
    )
    settlement = models.ForeignKey(
        "royalties.Settlement", on_delete=models.PROTECT, related_name="corrections"
    )

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.instrument} in {self.settlement}"


class AdvanceBalance(models.Model):
    """An advance as a statement leaves it, so that the next one need not read it whole."""

    statement = models.ForeignKey(
        "royalties.Statement", on_delete=models.PROTECT, related_name="advances"
    )
    payer = models.CharField(max_length=80)
    name = models.CharField(max_length=50)
    granted_micro = models.BigIntegerField()
    open_micro = models.BigIntegerField()
    #: None: nothing was earned beyond it, or nobody counted it yet.
    over_micro = models.BigIntegerField(null=True)
    #: The month whose statement paid it; none: statements did not say so yet.
    granted_in = models.CharField(max_length=7, null=True)

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.name} of {self.payer}"
