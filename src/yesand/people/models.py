"""Who takes part: accounts, the seats they sit in, performers and organisations."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person's account. What they may do comes from their seats."""

    #: IANA name; times are shown in it.
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="en")


class Organisation(models.Model):
    """A producer, licensee or auditor, or the publisher of a public corpus."""

    class Kind(models.TextChoices):
        """What an organisation is here for."""

        PRODUCER = "producer"
        LICENSEE = "licensee"
        AUDITOR = "auditor"
        PUBLISHER = "publisher"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: 32 raw Ed25519 bytes in hex; the private half, if held here, is under ``keys/``.
    public_key = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class Performer(models.Model):
    """The person who performs."""

    handle = models.CharField(max_length=80, unique=True)
    credit_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    public_key = models.CharField(max_length=64)
    #: A voice made by code (the sample troupe), never a person.
    synthetic = models.BooleanField(default=False)
    user = models.OneToOneField(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="performer"
    )

    class Meta:
        """By handle."""

        ordering = ["handle"]

    def __str__(self) -> str:
        """Name them for people."""
        return self.credit_name or self.handle


class Seat(models.Model):
    """A role that a person holds, for an organisation where the role is one of an organisation."""

    class Role(models.TextChoices):
        """What a seat lets a person see."""

        PERFORMER = "performer"
        PRODUCER = "producer"
        LICENSEE = "licensee"
        RATER = "rater"
        AUDITOR = "auditor"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="seats"
    )

    class Meta:
        """A role once per organisation."""

        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"],
                name="one_seat_a_role",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.user} as {self.role}"


class Token(models.Model):
    """A bearer token for the API: what it may do is named, and it can be taken back."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    #: SHA-256 of the secret, which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    #: E.g. ``["usage:write", "corpus:read"]``: `yesand.people.scopes`.
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering = ["-created_at"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.name} of {self.user}"
