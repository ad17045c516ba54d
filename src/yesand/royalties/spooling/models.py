"""Up to where each segment of the spool was collected: a bookmark, and no record of anything."""

from __future__ import annotations

from django.db import models


class SpoolMark(models.Model):
    """Written in the transaction that makes what was collected count; goes with its file."""

    segment = models.CharField(max_length=120, unique=True)
    #: Bytes of it that were collected.
    up_to = models.PositiveBigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.segment} up to {self.up_to}"
