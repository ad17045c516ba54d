"""Batches of synthetic takes, what each take descends from, and what was handed out of them."""

from __future__ import annotations

from django.db import models

from yesand.corpus.models import Manifest
from yesand.people.models import Performer
from yesand.provenance.models import Entry
from yesand.takes.models import Take


class SyntheticBatch(models.Model):
    """What one request to one generator gave. Signed, and never changed."""

    #: SHA-256 of the request and of everything that came of it, whenever and wherever it is made.
    digest = models.CharField(max_length=64, primary_key=True)
    #: SHA-256 of manifest, generator and what was asked: the same again is this batch.
    request = models.CharField(max_length=64, unique=True)
    #: The permit decision: a request to synthesise, and exactly the takes that it may use.
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="synthetic")
    generator = models.CharField(max_length=120)
    version = models.CharField(max_length=120)
    generator_digest = models.CharField(max_length=64)
    settings = models.JSONField()
    seed = models.PositiveBigIntegerField()
    each = models.PositiveIntegerField()
    #: Of this emotion only; empty: of all.
    emotion = models.CharField(max_length=40, blank=True)
    #: Its takes descend from all takes of the manifest, and not from single ones.
    whole = models.BooleanField()
    #: No performer's voice can be in its takes; None: made before that was recorded, counts as no.
    nobodys_voice = models.BooleanField(null=True)
    #: Nobody says where the generator comes from: kept apart, and usable for nothing.
    quarantined = models.BooleanField()
    made = models.PositiveIntegerField()
    #: ``[{"place": "fear 3", "reason": "…"}]``: what was refused of what the generator made.
    refused = models.JSONField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.made} synthetic takes by {self.generator} ({self.digest[:12]})"


class SyntheticTake(models.Model):
    """One synthetic take; its file is named by its SHA-256, apart from what people performed."""

    batch = models.ForeignKey(SyntheticBatch, on_delete=models.PROTECT, related_name="takes")
    sha256 = models.CharField(max_length=64, db_index=True)
    #: Which of the batch's takes it is: its seed follows from this and from the batch's.
    place = models.CharField(max_length=120)
    emotion = models.CharField(max_length=40)
    duration_ms = models.PositiveIntegerField()
    sample_rate = models.PositiveIntegerField()
    seed = models.PositiveBigIntegerField()
    #: What the generator did.
    note = models.JSONField()
    #: SHA-256 of the copy that carries its credential (C2PA), and the credential's own name.
    copy = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=200, db_index=True)
    parents = models.ManyToManyField(Take, through="Ancestry", related_name="synthetic_takes")

    class Meta:
        """In a batch each place and each content once."""

        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "sha256"], name="synthetic_content_once"),
            models.UniqueConstraint(fields=["batch", "place"], name="synthetic_place_once"),
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"synthetic {self.emotion} ({self.sha256[:12]})"


class Ancestry(models.Model):
    """That a synthetic take descends from a performer: from a take of theirs, or from all."""

    take = models.ForeignKey(SyntheticTake, on_delete=models.PROTECT, related_name="descents")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="descents")
    #: None: the generator learnt from all takes of the manifest.
    parent = models.ForeignKey(Take, null=True, on_delete=models.PROTECT, related_name="descents")

    class Meta:
        """Each parent once, in order."""

        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["take", "parent"],
                condition=models.Q(parent__isnull=False),
                name="synthetic_parent_once",
            ),
            models.UniqueConstraint(
                fields=["take", "performer"],
                condition=models.Q(parent__isnull=True),
                name="synthetic_performer_once",
            ),
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.take} from {self.performer}"


class SyntheticExport(models.Model):
    """Takes of a batch were handed out, by a decision of its own."""

    digest = models.CharField(max_length=64, unique=True)
    batch = models.ForeignKey(SyntheticBatch, on_delete=models.PROTECT, related_name="exports")
    #: SHA-256 of the list of hashes of all files that left.
    root = models.CharField(max_length=64)
    takes = models.PositiveIntegerField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The same takes of a batch leave by one decision."""

        constraints = [
            models.UniqueConstraint(fields=["batch", "root"], name="one_synthetic_export")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.takes} of {self.batch}"
