"""The model registry: what was trained from which manifest, and where it serves."""

from __future__ import annotations

from django.db import models

from yesand.corpus.models import Manifest
from yesand.people.models import Organisation
from yesand.provenance.models import Entry


class TrainedModel(models.Model):
    """A trained artefact named by its digest (OpenSSF model signing), bound to its manifest."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.SlugField(max_length=120, unique=True)
    manifest = models.ForeignKey(Manifest, on_delete=models.PROTECT, related_name="models")
    #: The run record: settings, seeds, versions, started, finished, scores.
    run = models.JSONField()
    card = models.JSONField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class Deployment(models.Model):
    """A model in service by a licensee. It ends only by a signed decommission."""

    name = models.SlugField(max_length=160, primary_key=True)
    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="deployments")
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deployments")
    since = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class Decommission(models.Model):
    """The signed end of a deployment."""

    deployment = models.OneToOneField(
        Deployment, on_delete=models.PROTECT, related_name="decommission"
    )
    until = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.deployment} until {self.until:%Y-%m-%d}"


class Descent(models.Model):
    """What a model was made from beside takes: other models. Signed, and never changed."""

    class How(models.TextChoices):
        """In which way."""

        FINE_TUNE = "fine-tune"  # its training began where the parent's ended
        STUDENT = "student"  # it learned from the parent's answers
        MERGE = "merge"  # its weights are a mean of the parents'

    model = models.OneToOneField(TrainedModel, on_delete=models.PROTECT, related_name="descent")
    how = models.CharField(max_length=12, choices=How.choices)
    #: How much of it comes from its parents, by its licensee's word; null: nothing was said.
    declared_ppb = models.PositiveBigIntegerField(null=True)
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.model}: {self.how}"


class Parentage(models.Model):
    """One parent of a descendant, and its part of what comes from parents at all."""

    descent = models.ForeignKey(Descent, on_delete=models.PROTECT, related_name="parents")
    model = models.ForeignKey(TrainedModel, on_delete=models.PROTECT, related_name="children")
    #: All of a descent's add up to 10⁹.
    weight_ppb = models.PositiveBigIntegerField()

    class Meta:
        """Each parent once."""

        constraints = [models.UniqueConstraint(fields=["descent", "model"], name="parent_once")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.descent} of {self.model}"
