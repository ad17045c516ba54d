"""Obligations: duties with a date; auditors' findings; and what checks of the house found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yesand.agreements.models import Lifting, Suspension, Withdrawal
from yesand.oversight import duties
from yesand.people.models import Organisation, User
from yesand.provenance.models import Entry


class Obligation(models.Model):
    """What somebody must do by when, and why."""

    class Duty(models.TextChoices):
        """What must be done."""

        STOP = duties.Duty.STOP.value
        NOTIFY = duties.Duty.NOTIFY.value
        RETRAIN = duties.Duty.RETRAIN.value
        DELETE = duties.Duty.DELETE.value
        PAY = duties.Duty.PAY.value

    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="obligations")
    duty = models.CharField(max_length=20, choices=Duty.choices)
    bearer = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="obligations")
    #: What it is about: a manifest, model or deployment.
    subject = models.CharField(max_length=160)
    due = models.DateTimeField(null=True)
    clause = models.CharField(max_length=200)

    class Meta:
        """Raised once; the soonest first."""

        ordering = ["due"]
        constraints = [
            models.UniqueConstraint(
                fields=["withdrawal", "duty", "bearer", "subject"], name="one_duty_each"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.bearer}: {self.duty} {self.subject}"


class Fulfilment(models.Model):
    """The bearer's signed statement that they have done what they must; never changed."""

    digest = models.CharField(max_length=64, unique=True)
    obligation = models.OneToOneField(
        Obligation, on_delete=models.PROTECT, related_name="fulfilment"
    )
    statement = models.TextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="fulfilments")
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.obligation}: done at {self.at:%Y-%m-%d}"


class Revocation(models.Model):
    """What one licensee is told of a withdrawal or a suspension: an item of their feed, signed."""

    digest = models.CharField(max_length=64, primary_key=True)
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="revocations")
    #: From 1 on, without gaps, for each licensee.
    number = models.PositiveIntegerField()
    withdrawal = models.ForeignKey(
        Withdrawal, null=True, on_delete=models.PROTECT, related_name="revocations"
    )
    #: Told anew when it comes to stop something else, and when it is lifted.
    suspension = models.ForeignKey(
        Suspension, null=True, on_delete=models.PROTECT, related_name="revocations"
    )
    lifting = models.ForeignKey(Lifting, null=True, on_delete=models.PROTECT, related_name="+")
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Numbered once; a withdrawal and the end of a suspension are told once."""

        constraints = [
            models.UniqueConstraint(fields=["licensee", "number"], name="one_notice_a_number"),
            models.UniqueConstraint(fields=["licensee", "withdrawal"], name="told_once"),
            models.UniqueConstraint(fields=["licensee", "lifting"], name="lifted_once"),
            models.CheckConstraint(
                condition=Q(withdrawal=None) ^ Q(suspension=None), name="told_of_one_thing"
            ),
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"notice {self.number} to {self.licensee}"


class Finding(models.Model):
    """What an auditor noted about one record; never changed, only followed by another."""

    class Severity(models.TextChoices):
        """How much it matters."""

        REMARK = "remark"
        FAULT = "fault"  # something is wrong, and can be mended
        BREACH = "breach"  # somebody's terms, or the law, were broken

    digest = models.CharField(max_length=64, unique=True)
    #: ``house``, or a kind and what names the record: ``take:<its sha256>``.
    about = models.CharField(max_length=220, db_index=True)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    text = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="findings")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="findings"
    )
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.severity} about {self.about}"


class Check(models.Model):
    """One audit of the whole house that somebody asked for, with what came of it."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="checks")
    held = models.BooleanField()
    #: What held, line by line; or the one thing that did not.
    said = models.JSONField()
    milliseconds = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"check at {self.at:%Y-%m-%d %H:%M}: {'holds' if self.held else 'does not hold'}"
