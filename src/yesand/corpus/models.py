"""Manifests: what the gate let through, for which request, at which position of the log."""

from __future__ import annotations

from typing import Any

from django.db import models

from yesand.kernel.canonical import parse
from yesand.people.models import Organisation, Performer, User
from yesand.provenance import dsse
from yesand.provenance.models import Entry


class Manifest(models.Model):
    """A signed manifest; the list of takes lies in ``manifests/<digest>.json``."""

    digest = models.CharField(max_length=64, primary_key=True)
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="manifests")
    request = models.JSONField()
    permitted = models.PositiveBigIntegerField()
    denied = models.PositiveBigIntegerField()
    permitted_root = models.CharField(max_length=64)
    denied_root = models.CharField(max_length=64)
    log_size = models.PositiveBigIntegerField()
    trial = models.BooleanField(default=False)
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"manifest of {self.permitted} takes ({self.digest[:12]})"


class ManifestPerformer(models.Model):
    """How much of a manifest is one performer's."""

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="performers")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="manifests")
    agreement = models.CharField(max_length=64)
    takes = models.PositiveIntegerField()
    duration_ms = models.PositiveBigIntegerField()

    class Meta:
        """Once a performer and agreement."""

        constraints = [
            models.UniqueConstraint(
                fields=["manifest", "performer", "agreement"], name="one_row_a_performer"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.takes} takes of {self.performer}"


class Export(models.Model):
    """The data of a manifest was handed out: to whom, in which form, by which permit."""

    digest = models.CharField(max_length=64, unique=True)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="exports")
    #: None: whoever keeps the house.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    material = models.CharField(max_length=20)
    format = models.CharField(max_length=20, default="tar")
    #: SHA-256 of its list of hashes (``SHA256SUMS``), which stands for every byte that left.
    root = models.CharField(max_length=64, default="")
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    @property
    def told(self) -> dict[str, Any]:
        """What was signed: action, format, takes, and what was left out with its reasons."""
        found: dict[str, Any] = parse(dsse.payload_of(self.envelope))["predicate"]
        return found

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.material} of {self.manifest}"
