"""What a rating is worth, what raters were paid, and for which answers; none is ever changed."""

from __future__ import annotations

from django.db import models

from yesand.affect.models import Rater, Showing
from yesand.kernel.money import Money
from yesand.people.models import Organisation, User
from yesand.provenance.models import Entry


class RaterRate(models.Model):
    """One version of what an answer is worth, in force from a day until the next version is."""

    digest = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField(unique=True)
    effective = models.DateField(unique=True)
    currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()
    payer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    envelope = models.JSONField()
    at = models.DateTimeField()
    #: Who set it.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ["-version"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{Money(self.currency, self.micro)} a rating from {self.effective}"


class RaterPay(models.Model):
    """What one rater is paid for a month in one currency, as signed."""

    digest = models.CharField(max_length=64, primary_key=True)
    rater = models.ForeignKey(Rater, on_delete=models.PROTECT, related_name="pays")
    period = models.CharField(max_length=7)
    currency = models.CharField(max_length=3)
    answers = models.PositiveIntegerField()
    micro = models.BigIntegerField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """The newest first."""

        ordering = ["-period", "-entry_id"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.answers} ratings of {self.period}"


class PaidAnswer(models.Model):
    """An answer that is paid. What was shown is paid once, for ever."""

    showing = models.OneToOneField(Showing, on_delete=models.PROTECT, related_name="paid")
    pay = models.ForeignKey(RaterPay, on_delete=models.PROTECT, related_name="paid")
    rate = models.ForeignKey(RaterRate, on_delete=models.PROTECT, related_name="paid")
    #: The day (UTC) on which it was given.
    on = models.DateField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"answer of {self.on} in {self.pay}"
