"""Agreements and withdrawals as signed; never changed, only followed by another."""

from __future__ import annotations

from django.db import models

from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry


class Agreement(models.Model):
    """Terms and their text, as signed; named by the hash of the signed payload."""

    class Kind(models.TextChoices):
        """On what footing it stands."""

        INDIVIDUAL = "individual"  # signed by performer and producer
        LICENCE = "licence"  # a public corpus's own licence, recorded by the producer
        TRIAL = "trial"  # signed with keys held by this house alone: nobody consented

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="agreements")
    producer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=10, default="en")
    terms = models.JSONField()
    summary = models.TextField()
    text = models.TextField()
    envelope = models.JSONField()
    signed_at = models.DateTimeField()
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.template} with {self.performer} ({self.digest[:12]})"


class Withdrawal(models.Model):
    """A performer takes permission back, whole or in part: a new signed entry."""

    digest = models.CharField(max_length=64, primary_key=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="withdrawals")
    #: ``{"purposes": [], "use_classes": [], "modalities": [], "licensees": []}``, and ``takes``
    #: where single ones are named; empty is all.
    scope = models.JSONField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"withdrawal of {self.performer} at {self.at:%Y-%m-%d}"


class Offer(models.Model):
    """Terms and their words as a producer offers them: signed, declined or taken back, once."""

    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="offers")
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=10, default="en")
    terms = models.JSONField()
    summary = models.TextField()
    text = models.TextField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    #: What came of it; none while it waits, and if it was ended.
    agreement = models.OneToOneField(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="offer"
    )
    #: By whose hand it was signed: the performer's, or that of who acts for them.
    signed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Declined by the performer, or taken back by the producer.
    ended_at = models.DateTimeField(null=True, blank=True)
    declined = models.BooleanField(default=False)

    class Meta:
        """One of each template waits at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["performer", "template"],
                condition=models.Q(agreement=None, ended_at=None),
                name="one_open_offer",
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.template} offered to {self.performer}"

    @property
    def open(self) -> bool:
        """It waits for a signature."""
        return self.agreement_id is None and self.ended_at is None
