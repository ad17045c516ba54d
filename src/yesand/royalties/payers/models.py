"""How many events of a delivery name a payer, so that none can get lost before it counts."""

from __future__ import annotations

from django.db import models


class PayerCount(models.Model):
    """Of one batch and month; who the payers are lies in files until the month is settled."""

    batch = models.ForeignKey(
        "royalties.UsageBatch", on_delete=models.PROTECT, related_name="payers"
    )
    period = models.CharField(max_length=7, db_index=True)
    events = models.PositiveBigIntegerField()

    class Meta:
        """Once each."""

        constraints = [models.UniqueConstraint(fields=["batch", "period"], name="payers_once")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.events} events with a payer in {self.period}"
