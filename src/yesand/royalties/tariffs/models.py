"""Every version of every tariff, as it was signed; none is ever changed."""

from __future__ import annotations

from django.db import models

from yesand.people.models import User
from yesand.provenance.models import Entry


class TariffVersion(models.Model):
    """One version of a table of prices, in force from a day until the next version is."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    effective = models.DateField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    #: Who published it; nobody, where it was done at the command line.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each version once."""

        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="tariff_version_once")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.name}@{self.version}"
