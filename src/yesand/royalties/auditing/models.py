"""Audits of what was paid, as signed; none is ever changed."""

from __future__ import annotations

from django.db import models

from yesand.kernel.money import Money
from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry


class Audit(models.Model):
    """What one audit found, what it cost, and who bears that."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.SlugField(max_length=60, unique=True)
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="audits")
    payer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    since = models.CharField(max_length=7)
    until = models.CharField(max_length=7)
    currency = models.CharField(max_length=3)
    due_micro = models.BigIntegerField()
    unpaid_micro = models.BigIntegerField()
    cost_currency = models.CharField(max_length=3)
    cost_micro = models.BigIntegerField()
    payer_bears = models.BooleanField()
    #: The audit that this one puts right.
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    envelope = models.JSONField()
    at = models.DateTimeField()
    #: Who recorded it; nobody, where it was done by the house itself.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return self.name

    @property
    def cost(self) -> Money:
        """What it cost."""
        return Money(self.cost_currency, self.cost_micro)
