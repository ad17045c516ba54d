"""Scenes, sessions and takes."""

from __future__ import annotations

from django.db import models

from yesand.agreements.models import Agreement
from yesand.people.models import Performer
from yesand.provenance.models import Entry


class Scene(models.Model):
    """A prompt: given circumstances, relationship, intended beats; or a corpus's fixed sentence."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200)
    circumstances = models.TextField(blank=True)
    relationship = models.TextField(blank=True)
    beats = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return self.title


class Session(models.Model):
    """A meeting in which scenes are performed, under one agreement."""

    slug = models.CharField(max_length=160, unique=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="sessions")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="sessions")
    at = models.DateTimeField()
    corpus = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return self.slug


class Take(models.Model):
    """One recorded performance; its media file is named by its SHA-256."""

    class State(models.TextChoices):
        """Where it stands."""

        ACCEPTED = "accepted"
        REJECTED = "rejected"  # by a quality finding, with the reason
        DISPUTED = "disputed"  # the same content under two performers

    sha256 = models.CharField(max_length=64, db_index=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="takes")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="takes")
    scene = models.ForeignKey(Scene, null=True, on_delete=models.PROTECT, related_name="takes")
    emotion = models.CharField(max_length=40, db_index=True)
    intensity = models.CharField(max_length=20, blank=True)
    repetition = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=20, blank=True)
    modality = models.CharField(max_length=10, default="voice")
    media_type = models.CharField(max_length=40)
    duration_ms = models.PositiveIntegerField()
    sample_rate = models.PositiveIntegerField()
    channels = models.PositiveSmallIntegerField()
    original_name = models.CharField(max_length=255)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACCEPTED)
    #: ``[{"finding": "clipping", "value": …, "limit": …, "reason": "…", "rejects": true}]``
    findings = models.JSONField(default=list, blank=True)
    synthetic = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One performer gives one content once."""

        constraints = [
            models.UniqueConstraint(fields=["sha256", "performer"], name="one_take_a_content")
        ]
        indexes = [models.Index(fields=["state", "performer"])]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.performer} {self.emotion} ({self.sha256[:12]})"


class Fault(models.Model):
    """A file that an import could not take, kept for inspection."""

    corpus = models.CharField(max_length=80)
    path = models.CharField(max_length=1000)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        """One row a file and reason: importing again adds nothing."""

        constraints = [
            models.UniqueConstraint(fields=["corpus", "path", "reason"], name="one_fault_a_file")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.path}: {self.reason}"
