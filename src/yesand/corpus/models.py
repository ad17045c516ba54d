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


class Order(models.Model):
    """Somebody asked for an export; the worker makes it."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        MAKING = "making"
        READY = "ready"
        REFUSED = "refused"  # with the reason

    #: What may still come of it.
    OPEN = (State.WAITING, State.MAKING)

    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="orders")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    format = models.CharField(max_length=20)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    #: What is being counted.
    note = models.CharField(max_length=40, blank=True)
    fault = models.CharField(max_length=1_000, blank=True)
    export = models.OneToOneField(
        Export, null=True, blank=True, on_delete=models.PROTECT, related_name="order"
    )

    class Meta:
        """The newest first."""

        ordering = ["-pk"]

    @property
    def open(self) -> bool:
        """Whether it is still to come."""
        return self.state in self.OPEN

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.format} of {self.manifest} ({self.state})"
