"""Scenes, projects, sessions, takes, what was said of them, and recordings on their way in."""

from __future__ import annotations

import uuid

from django.db import models

from yesand.agreements.models import Agreement
from yesand.meetings.models import Meeting
from yesand.people.models import Performer, User
from yesand.provenance.models import Entry


class Scene(models.Model):
    """A prompt: given circumstances, relationship, intended beats; or a corpus's fixed sentence."""

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=200)
    circumstances = models.TextField(blank=True)
    relationship = models.TextField(blank=True)
    beats = models.JSONField(default=list, blank=True)
    #: The emotion that is asked for; empty for a corpus's own sentences.
    emotion = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return self.title


class Project(models.Model):
    """What a producer collects: scenes in order, for the performers invited to them."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    dek = models.TextField(blank=True)
    #: The agreement's template that its takes are under, e.g. ``standard/recognition``.
    template = models.CharField(max_length=80)
    open = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    scenes = models.ManyToManyField(Scene, through="Placing", related_name="projects")
    performers = models.ManyToManyField(Performer, through="Casting", related_name="projects")

    def __str__(self) -> str:
        """Name it for people."""
        return self.title


class Placing(models.Model):
    """A scene's place in a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="placings")
    scene = models.ForeignKey(Scene, on_delete=models.PROTECT, related_name="placings")
    place = models.PositiveSmallIntegerField()

    class Meta:
        """In order; a scene once in a project."""

        ordering = ["place", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "scene"], name="scene_once_in_a_project")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.scene} in {self.project}"


class Casting(models.Model):
    """A performer is invited to a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="castings")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="castings")
    at = models.DateTimeField()

    class Meta:
        """Once in a project."""

        ordering = ["performer__handle"]
        constraints = [
            models.UniqueConstraint(fields=["project", "performer"], name="cast_once_in_a_project")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.performer} in {self.project}"


class Session(models.Model):
    """A meeting in which scenes are performed, under one agreement."""

    slug = models.CharField(max_length=160, unique=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="sessions")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="sessions")
    at = models.DateTimeField()
    corpus = models.CharField(max_length=80, blank=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    #: The sessions of all who performed together name the same meeting.
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )

    def __str__(self) -> str:
        """Name it for people."""
        return self.slug


class Take(models.Model):
    """One recorded performance; its media file is named by its SHA-256."""

    class State(models.TextChoices):
        """Where it stands."""

        ACCEPTED = "accepted"
        REJECTED = "rejected"  # by a quality finding or a review, with the reason
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


class Review(models.Model):
    """A producer's verdict on a take. The latest one gives the take its state."""

    class Verdict(models.TextChoices):
        """What was decided."""

        ACCEPTED = "accepted"
        REJECTED = "rejected"

    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the log's order."""

        ordering = ["entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.take} {self.verdict}"


class Credential(models.Model):
    """A copy of a take that carries a credential (C2PA); what it says stands until it changes."""

    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="credentials")
    #: SHA-256 of the copy; the take's own bytes are never touched.
    sha256 = models.CharField(max_length=64, unique=True)
    #: The credential's own name (``urn:c2pa:…``), by which changed copies are known again.
    label = models.CharField(max_length=200, db_index=True)
    #: SHA-256 of everything that it says, and of the certificate it is signed with.
    says = models.CharField(max_length=64)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="+")
    #: Aim → what may be done: `agreements.mining`.
    mining = models.JSONField()
    made_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ["-pk"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"credential of {self.take} ({self.sha256[:12]})"


class Override(models.Model):
    """A take was taken in although its file's own credential forbids it, and why."""

    take = models.OneToOneField(Take, on_delete=models.PROTECT, related_name="override")
    #: What the file said of itself, as it was read.
    credential = models.JSONField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.take} in spite of its credential"


class Upload(models.Model):
    """A recording on its way in; its parts lie under ``uploads/`` until it is a take."""

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open"
        STORED = "stored"  # a take, verified and kept
        REFUSED = "refused"  # no take can come of it, with the reason

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: Chosen by who sends it, so that asking twice makes one upload (Idempotency-Key).
    key = models.CharField(max_length=80)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="uploads")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="uploads")
    scene = models.ForeignKey(Scene, on_delete=models.PROTECT, related_name="uploads")
    meeting = models.ForeignKey(
        Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="uploads"
    )
    emotion = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    started_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    take = models.ForeignKey(
        Take, null=True, blank=True, on_delete=models.PROTECT, related_name="uploads"
    )

    class Meta:
        """A key means one upload of one performer."""

        constraints = [
            models.UniqueConstraint(fields=["performer", "key"], name="one_upload_a_key")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.name} ({self.state})"


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
