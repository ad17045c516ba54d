"""What raters said of takes, which takes are gold, and what could not be taken in."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from yesand.people.models import User
from yesand.provenance.models import Entry
from yesand.takes.models import Project, Take


class Rater(models.Model):
    """Who judges takes: a person with an account here, or somebody of another system."""

    name = models.CharField(max_length=80, unique=True)
    #: Stands for the rater in the log's records, so that the name can be forgotten.
    pseudonym = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="rater"
    )

    class Meta:
        """By name."""

        ordering = ["name"]

    def __str__(self) -> str:
        """Name them for people."""
        return self.name

    @property
    def nameless(self) -> str:
        """What they are called once their name is forgotten."""
        return f"rater-{self.pseudonym.hex[:12]}"

    @property
    def forgotten(self) -> bool:
        """Whether they have left."""
        return self.name == self.nameless


class Showing(models.Model):
    """A take that a rater was given to judge, under a name that says nothing of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="showings")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="showings")
    #: The space in which they are asked for labels, e.g. ``crema-d@1``.
    space = models.CharField(max_length=60)
    #: What was asked of it (`questions.Questions`); none: everything, as before that could be set.
    asked = models.CharField(max_length=40, null=True)
    at = models.DateTimeField()

    class Meta:
        """Nobody is given a take twice."""

        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rater", "take"], name="shown_once_to_a_rater")
        ]

    def __str__(self) -> str:
        """Name it for people, without what is in it."""
        return f"{self.rater} at {self.at:%Y-%m-%d %H:%M}"


class QuestionsSet(models.Model):
    """What raters are asked of a project's takes, or of all. The latest holds; none is changed."""

    #: None: the house.
    project = models.ForeignKey(
        Project, null=True, on_delete=models.PROTECT, related_name="questions_set"
    )
    #: As `questions.Questions` are written; empty: what the house asks.
    asked = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: None: set before what is asked was logged.
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the order in which they were set."""

        ordering = ["pk"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.project or 'the house'} asks for {self.asked or 'what the house does'}"


class Rating(models.Model):
    """One rater's judgement of a take, in the space in which it was made. Never changed."""

    class Modality(models.TextChoices):
        """What the rater was given."""

        VOICE = "voice"
        FACE = "face"
        BOTH = "both"

    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="ratings")
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="ratings")
    #: Tells a rater's ratings apart; who sends the same one again changes nothing.
    key = models.CharField(max_length=120)
    modality = models.CharField(max_length=5, choices=Modality.choices)
    #: The space of the labels, e.g. ``crema-d@1``; empty: no labels were asked for.
    space = models.CharField(max_length=60, blank=True)
    #: ``{label: intensity 1 … 100, or null where none was asked for}``.
    emotions = models.JSONField(default=dict)
    #: The space of the axes, e.g. ``sam@1``; empty: none were asked for.
    scale = models.CharField(max_length=60, blank=True)
    #: ``{axis: thousandths of the scale's unit}``.
    axes = models.JSONField(default=dict)
    #: ``{axis: [[milliseconds, thousandths of the scale's unit], …]}``.
    trace = models.JSONField(default=dict)
    spent_ms = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    #: ``csv``, ``label-studio`` or ``page``.
    source = models.CharField(max_length=20)
    #: What was rated on a page: the showing, and the rating that this one takes the place of.
    showing = models.ForeignKey(
        Showing, null=True, on_delete=models.PROTECT, related_name="ratings"
    )
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the log's order; a key means one rating of one rater."""

        ordering = ["entry_id"]
        constraints = [
            models.UniqueConstraint(fields=["rater", "key"], name="one_rating_a_key"),
            # With a condition, so that SQLite need not make the table anew, without its triggers.
            models.UniqueConstraint(
                fields=["follows"],
                condition=models.Q(follows__isnull=False),
                name="corrected_once",
            ),
        ]
        indexes = [models.Index(fields=["space", "modality"], name="ratings_of_a_space")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"rating of {self.take.sha256[:12]} by {self.rater}"

    def content(self) -> dict[str, Any]:
        """Return everything that the rating says."""
        return {
            "axes": self.axes,
            "emotions": self.emotions,
            "modality": self.modality,
            "scale": self.scale,
            "space": self.space,
            "spent_ms": self.spent_ms,
            "take": self.take.sha256,
            "trace": self.trace,
        }


class Skip(models.Model):
    """A rater was given a take and could not judge it, and why.

    Never changed, but that its words go with who wrote them, or with whom they are about.
    """

    class Reason(models.TextChoices):
        """Why not."""

        CANNOT_TELL = "cannot-tell", gettext_lazy("I cannot tell what is felt")
        BROKEN = "broken", gettext_lazy("It is broken: noise, silence, cut off, several voices")
        OTHER = "other", gettext_lazy("Something else")

    showing = models.OneToOneField(Showing, on_delete=models.PROTECT, related_name="skip")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the log's order."""

        ordering = ["entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.reason} by {self.showing.rater}"


class Gold(models.Model):
    """What a take is agreed to express, to see who listens. The latest entry holds."""

    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="gold")
    space = models.CharField(max_length=60)
    #: Empty: the take is gold no longer.
    label = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In the log's order."""

        ordering = ["entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.take.sha256[:12]} is {self.label or 'gold no longer'}"


class RatingFault(models.Model):
    """A row that could not be taken in, kept for inspection; who rated is not kept with it."""

    #: SHA-256 of the file that it came in.
    file = models.CharField(max_length=64)
    row = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    content = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """One a row and reason: importing again adds nothing."""

        ordering = ["file", "row"]
        constraints = [
            models.UniqueConstraint(fields=["file", "row", "reason"], name="one_rating_fault_a_row")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"row {self.row}: {self.reason}"
