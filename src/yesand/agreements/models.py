"""Agreements and withdrawals as signed; never changed, only followed by another."""

from __future__ import annotations

from django.db import models

# The room's other records, each beside the services that make it.
from yesand.agreements.approving.models import Approval, ApprovalEnd
from yesand.agreements.collective.models import Collective, Countersignature, Membership
from yesand.agreements.suspending.models import Lifting, Suspension
from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry

__all__ = [
    "Agreement",
    "Approval",
    "ApprovalEnd",
    "Collective",
    "Countersignature",
    "Lifting",
    "Membership",
    "Offer",
    "Step",
    "Suspension",
    "Withdrawal",
]


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
    #: By whose hand each party signed, as signed; none: an agreement of old, which does not say.
    signatories = models.JSONField(null=True, blank=True)
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
    """What is negotiated, from the first word on: signed, declined or taken back, once.

    Terms and words are those of the first offer; each later word is a ``Step``.
    """

    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="offers")
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=10, default="en")
    terms = models.JSONField()
    summary = models.TextField()
    text = models.TextField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    #: The agreement that it would amend.
    supersedes = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="amendments"
    )
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


class Step(models.Model):
    """One word of a negotiation, signed by the party that said it; never changed."""

    class Kind(models.TextChoices):
        """What was said."""

        OFFERED = "offered"
        COUNTERED = "countered"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        TAKEN_BACK = "taken-back"
        LAPSED = "lapsed"  # nobody answered in time

    class Party(models.TextChoices):
        """Which side said it."""

        PERFORMER = "performer"
        PRODUCER = "producer"

    digest = models.CharField(max_length=64, primary_key=True)
    #: Outlives an offer that is erased with the person: the step itself is blanked then.
    offer = models.ForeignKey(
        Offer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="steps"
    )
    #: Names the negotiation in what is signed.
    thread = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    before = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="answer"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party = models.CharField(max_length=20, choices=Party.choices)
    #: As which of `yesand.agreements.signing.hand` the person acted, and by which delegation.
    hand = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    #: ``{"template", "language", "terms", "summary", "text"}`` of an offer or a counter-offer.
    draft = models.JSONField(null=True, blank=True)
    note = models.TextField(blank=True)
    #: Until when an offer or counter-offer may be signed or answered.
    answer_by = models.DateTimeField(null=True, blank=True)
    agreement = models.OneToOneField(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="acceptance"
    )
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One first word, and one answer to each."""

        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["thread", "number"], name="one_step_a_number")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.kind} by the {self.party} ({self.digest[:12]})"
