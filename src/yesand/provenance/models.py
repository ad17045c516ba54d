"""The registry's side of the log: which record each entry commits to."""

from __future__ import annotations

from django.db import models

from yesand.provenance.commitment import entry_bytes


class Entry(models.Model):
    """One entry of the log. Its index is given in the transaction that made the record.

    The files under ``log/`` are made from these rows, in order, after commit; an interrupted run
    leaves rows that the next one writes out.
    """

    index = models.PositiveBigIntegerField(primary_key=True)
    kind = models.CharField(max_length=40, db_index=True)
    at = models.CharField(max_length=40)
    commitment = models.CharField(max_length=64, unique=True)
    #: SHA-256 of the record's bytes; empty once erased.
    record = models.CharField(max_length=64, db_index=True, blank=True)
    #: 32 bytes in hex; empty once erased.
    salt = models.CharField(max_length=64, blank=True)

    class Meta:
        """In the log's order."""

        ordering = ["index"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.index} {self.kind}"

    def leaf(self) -> bytes:
        """Return the bytes that the log holds."""
        return entry_bytes(self.kind, self.at, self.commitment)
