"""Articles, every version that was published, corrections, pictures, visits, and reports."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from django.db import models

from yesand.people.models import User
from yesand.provenance.models import Entry


class Article(models.Model):
    """An article's desk: the draft, where it stands, and who has looked at it."""

    class State(models.TextChoices):
        """Where the draft stands."""

        DRAFT = "draft"
        SENT_BACK = "sent back"
        APPROVED = "approved"
        PUBLISHED = "published"  # what is published is the draft

    slug = models.SlugField(max_length=120, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    #: ``content.Content`` as JSON; changed until it is published, and again for the next version.
    draft = models.JSONField()
    #: What a writer was given: ``[{"title", "url", "text"}]``.
    material = models.JSONField(default=list, blank=True)
    #: Why it was sent back.
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The digest of exactly the content that was approved.
    approved = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    #: A report's month; an article has none.
    period = models.CharField(max_length=7, blank=True)

    class Meta:
        """The last changed first."""

        ordering = ["-changed_at", "slug"]

    def __str__(self) -> str:
        """Name it for people."""
        return str(self.draft.get("title", self.slug))

    @property
    def plan(self) -> Plan | None:
        """The plan that waits, if there is one."""
        return self.plans.filter(state=Plan.State.WAITING).first()

    @property
    def failed_plan(self) -> Plan | None:
        """The last plan, if it failed and nothing has followed it."""
        last = self.plans.first()
        if last is None or last.state != Plan.State.FAILED or last.approved != self.approved:
            return None
        return last


class Plan(models.Model):
    """When an approved draft is to be published; an altered plan is followed by another."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        PUBLISHED = "published"
        CANCELLED = "cancelled"
        FAILED = "failed"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="plans")
    #: The digest of exactly the content that is to be published.
    approved = models.CharField(max_length=64)
    at = models.DateTimeField()
    #: The IANA zone in which its moment was chosen.
    zone = models.CharField(max_length=64)
    correction = models.TextField(blank=True)
    made_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    #: Why it came to nothing.
    said = models.TextField(blank=True)

    class Meta:
        """One at a time; the newest first."""

        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article"], condition=models.Q(state="waiting"), name="one_plan_waits"
            )
        ]

    def __str__(self) -> str:
        """Name it for people: on the wall of its zone, and in UTC."""
        if self.zone == "UTC":
            return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        there = self.at.astimezone(ZoneInfo(self.zone))
        return f"{there:%Y-%m-%d %H:%M} {self.zone} ({self.at.astimezone(UTC):%H:%M} UTC)"


class Version(models.Model):
    """One published version, as signed; never changed, only followed by another."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    #: SHA-256 of the signed payload.
    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField()
    #: The person who approved it, as they are named to readers; empty: nobody has.
    reviewer = models.CharField(max_length=150, blank=True)
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """In their order."""

        ordering = ["article", "number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="one_version_a_number")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.article.slug}, version {self.number}"


class Correction(models.Model):
    """What was wrong or has changed, as readers are told; never changed."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="corrections")
    #: The version that it brought about.
    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="correction")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        """The oldest first."""

        ordering = ["at", "pk"]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.version}: {self.text[:40]}"


class Tag(models.Model):
    """A word that a published article is found by."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40, db_index=True)

    class Meta:
        """Once an article."""

        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["article", "name"], name="one_tag_an_article")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class Picture(models.Model):
    """A picture under ``newsroom/``, named by the SHA-256 of its bytes."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return self.sha256[:12]


class Visits(models.Model):
    """How many different people came to an article on a day."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField()
    number = models.PositiveIntegerField(default=0)

    class Meta:
        """Once a day."""

        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["article", "day"], name="one_count_a_day")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.article.slug} on {self.day}: {self.number}"


class Report(models.Model):
    """A month's figures, computed once, as of a position of the log; signed and never changed."""

    period = models.CharField(max_length=7, unique=True)
    #: Entries below this index were known to it.
    log_size = models.PositiveBigIntegerField()
    #: ``reporting.figure.Figure`` as JSON, by name.
    figures = models.JSONField()
    digest = models.CharField(max_length=64, unique=True)
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"transparency report of {self.period}"
