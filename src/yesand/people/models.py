"""Who takes part: accounts, the seats they sit in, performers and organisations."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person's account. What they may do comes from their seats."""

    #: IANA name; times are shown in it.
    zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="en")
    #: Since when nothing tells who this was.
    erased_at = models.DateTimeField(null=True, blank=True)


class Organisation(models.Model):
    """A producer, licensee, auditor or union, or the publisher of a public corpus."""

    class Kind(models.TextChoices):
        """What an organisation is here for."""

        PRODUCER = "producer"
        LICENSEE = "licensee"
        AUDITOR = "auditor"
        PUBLISHER = "publisher"
        UNION = "union"

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
    #: Whether they wish to be named where a model credits who is in it.
    credited = models.BooleanField(default=True)
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
        UNION = "union"

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


class RecoveryCode(models.Model):
    """A code for the day when a phone or key is lost: good once, and kept as a hash alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    #: SHA-256 of the code (120 random bits), which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return f"recovery code of {self.user}"


class Delegation(models.Model):
    """A performer lets somebody act for them: what, and until when. It is ended, never deleted."""

    class Kind(models.TextChoices):
        """Who acts."""

        AGENT = "agent"
        UNION = "union"
        GUARDIAN = "guardian"

    performer = models.ForeignKey(Performer, on_delete=models.CASCADE, related_name="delegations")
    #: Who acts; none: the link is not yet taken up.
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="delegations"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    #: E.g. ``["read", "book"]``: `yesand.people.acting`.
    scopes = models.JSONField(default=list)
    granted_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The newest first."""

        ordering = ["-granted_at"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.kind} of {self.performer}"


class Invitation(models.Model):
    """A link that lets one person in, once: to a seat, to act for a performer, or back in."""

    #: SHA-256 of the secret in the link, which is shown once and kept nowhere.
    digest = models.CharField(max_length=64, unique=True)
    #: The seat that it gives; empty: none (a delegate's, or a way back in).
    role = models.CharField(max_length=20, choices=Seat.Role.choices, blank=True)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations"
    )
    handle = models.CharField(max_length=80, blank=True)
    credit_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    email = models.EmailField(blank=True)
    delegation = models.OneToOneField(
        Delegation, null=True, blank=True, on_delete=models.CASCADE, related_name="invitation"
    )
    #: Whose lost password it replaces.
    renews = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.CASCADE, related_name="renewals"
    )
    invited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="invitations"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="joined_by"
    )

    class Meta:
        """The newest first."""

        ordering = ["-created_at"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.role or 'link'} for {self.handle or self.email or 'somebody'}"


class Event(models.Model):
    """What happened to an account's security; never changed, and blanked when a person leaves."""

    #: Whose account. A tombstone of it outlives the person's leaving.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="events")
    #: Who did it, where it was somebody else.
    by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="deeds"
    )
    #: One of `yesand.people.happenings.Happened`.
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    #: The network it came from, shortened: never the whole address.
    ip = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=80, blank=True)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        """The newest first."""

        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"], name="events_of_a_person")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.kind} of {self.user}"


class Cached(models.Model):
    """The table of Django's database cache: limits hold over every process of a house."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """As Django's cache names it."""

        db_table = "people_cache"

    def __str__(self) -> str:
        """Name it for people."""
        return self.cache_key
