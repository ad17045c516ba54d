"""Disputes and their words, as signed; never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from yesand.kernel.money import Money
from yesand.people.models import Performer, User
from yesand.provenance.models import Entry
from yesand.royalties.disputing.dispute import HOLDING, State, Word, standing


class Dispute(models.Model):
    """One line of a statement that its performer says is wrong."""

    #: That of its first word.
    digest = models.CharField(max_length=64, primary_key=True)
    statement = models.ForeignKey(
        "royalties.Statement", on_delete=models.PROTECT, related_name="disputes"
    )
    #: Which of its lines, from 0, and the how manieth dispute of it.
    line = models.PositiveIntegerField()
    nth = models.PositiveIntegerField()
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="disputes")
    currency = models.CharField(max_length=3)
    #: The line's amount, and what of it was not paid yet and is held.
    line_micro = models.BigIntegerField()
    held_micro = models.BigIntegerField()
    nonce = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        """One after the other."""

        app_label = "royalties"
        ordering = ["-at", "digest"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "line", "nth"], name="one_dispute_at_once")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"dispute {self.digest[:12]}"

    @property
    def last(self) -> DisputeWord:
        """The last word."""
        return max(self.words.all(), key=lambda word: word.number)

    @property
    def state(self) -> State:
        """How it stands."""
        return standing([self.last.word])

    @property
    def holding(self) -> bool:
        """Whether its amount is held."""
        return self.state in HOLDING

    @property
    def held(self) -> Money:
        """What it holds now."""
        return Money(self.currency, self.held_micro if self.holding else 0)

    def overdue(self, now: datetime) -> bool:
        """Tell whether the producer should have spoken by now."""
        due = self.last.due
        return due is not None and due < now


class DisputeWord(models.Model):
    """One thing said in a dispute."""

    digest = models.CharField(max_length=64, primary_key=True)
    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="words")
    number = models.PositiveIntegerField()
    word = models.CharField(max_length=20, choices=[(str(w), str(w)) for w in Word])
    said = models.TextField()
    #: `yesand.agreements.signing.hand.Hand`.
    hand = models.JSONField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: By when the producer has to speak; none: it is over.
    due = models.DateTimeField(null=True)
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In their order."""

        app_label = "royalties"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["dispute", "number"], name="one_dispute_word")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.word} on {self.at:%Y-%m-%d}"
