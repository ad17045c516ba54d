"""Where payees are paid, payout runs, what became of each payout, and what the bank told.

Nothing here is changed once it is written: how a payout stands follows from its steps.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yesand.kernel.money import Money
from yesand.people.models import Performer, User
from yesand.provenance.models import Entry
from yesand.royalties.paying.details import BANK, STRIPE
from yesand.royalties.paying.phases import Step, micro_of, standing


class BankAccount(models.Model):
    """Bank details of a payee, as they were from then on; the latest are in force."""

    #: The payee's account in the ledger (``performer:Ada``), or ``house``.
    payee = models.CharField(max_length=160, db_index=True)
    performer = models.ForeignKey(Performer, null=True, on_delete=models.PROTECT, related_name="+")
    #: `paying.details`, sealed; empty: taken back, or erased.
    sealed = models.TextField(blank=True)
    masked = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.payee}: {self.masked or 'none'}"

    @property
    def rail(self) -> str:
        """The way on which they are paid: a connected account shows itself by how it begins."""
        return STRIPE if self.masked.startswith("acct") else BANK


class PayoutHold(models.Model):
    """A payee is not paid from then on, and why."""

    payee = models.CharField(max_length=160, db_index=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.payee} is held: {self.reason}"


class PayoutHoldEnd(models.Model):
    """A payee is paid again."""

    hold = models.OneToOneField(PayoutHold, on_delete=models.PROTECT, related_name="end")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"the end of: {self.hold}"


class PayoutRun(models.Model):
    """Who is paid what in one currency, frozen and signed before anybody approves it."""

    digest = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    #: One of `paying.rails`.
    rail = models.CharField(max_length=20)
    envelope = models.JSONField()
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a currency and number: of two that are prepared at once, one is."""

        constraints = [
            models.UniqueConstraint(fields=["currency", "number"], name="one_payout_run")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.currency}-{self.number}"


class PayoutDecision(models.Model):
    """A run is approved, by another than who prepared it, or cancelled; once."""

    run = models.OneToOneField(PayoutRun, on_delete=models.PROTECT, related_name="decision")
    approved = models.BooleanField()
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: The day on which the bank is asked to pay, and from which account.
    on = models.DateField(null=True)
    payer = models.ForeignKey(BankAccount, null=True, on_delete=models.PROTECT, related_name="+")
    #: SHA-256 of the file for the bank.
    file = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Two persons."""

        constraints = [
            models.CheckConstraint(
                condition=Q(approved=False) | ~Q(by=F("prepared_by")), name="approved_by_another"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.run} {'approved' if self.approved else 'cancelled'}"


class Payout(models.Model):
    """One payment to one payee in one run."""

    end_to_end = models.CharField(max_length=35, primary_key=True)
    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts")
    payee = models.CharField(max_length=160, db_index=True)
    performer = models.ForeignKey(
        Performer, null=True, on_delete=models.PROTECT, related_name="payouts"
    )
    minor = models.PositiveBigIntegerField()
    bank = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    masked = models.CharField(max_length=20)
    #: Why the payout before it came back.
    again = models.CharField(max_length=200, blank=True)

    class Meta:
        """A payee once a run."""

        constraints = [models.UniqueConstraint(fields=["run", "payee"], name="paid_once_a_run")]

    def __str__(self) -> str:
        """Name it for people."""
        return self.end_to_end

    @property
    def money(self) -> Money:
        """What is paid."""
        return Money(self.run.currency, micro_of(self.run.currency, self.minor))

    @property
    def standing(self) -> str:
        """How it stands: prepared, left out, or as its steps say."""
        steps = {row.step: row for row in self.steps.all()}
        if PayoutStep.LEFT in steps:
            return PayoutStep.LEFT
        return standing(steps) if steps else "prepared"


class PayoutStep(models.Model):
    """What became of a payout; each step happens once."""

    #: Not paid after all; handed to Stripe, whatever comes of it.
    LEFT, SENT = "left out", "sent"

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20, choices=[(str(s), str(s)) for s in (*Step, LEFT, SENT)])
    at = models.DateTimeField()
    #: The day that the bank names, its reference, and why.
    on = models.DateField(null=True)
    reference = models.CharField(max_length=140, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each once."""

        constraints = [models.UniqueConstraint(fields=["payout", "step"], name="one_payout_step")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.payout} {self.step}"


class BankFile(models.Model):
    """A file of the bank's, or a message of another way of paying, as it was taken in; once."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    booked = models.PositiveIntegerField()
    returned = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField()
    problems = models.PositiveIntegerField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class BankMovement(models.Model):
    """One movement that the bank told of; one with a problem waits for somebody's note."""

    #: `paying.told.Told.key`: told of twice, it is one.
    key = models.CharField(max_length=64, unique=True)
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="movements")
    payout = models.ForeignKey(
        Payout, null=True, on_delete=models.PROTECT, related_name="movements"
    )
    out = models.BooleanField()
    currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()
    end_to_end = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=140, blank=True)
    who = models.CharField(max_length=140, blank=True)
    on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    #: One of `paying.matching.Problem`.
    problem = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.reference or self.end_to_end} on {self.on}"


class MovementNote(models.Model):
    """Somebody has looked at a movement that fitted nothing, and says what it was."""

    movement = models.OneToOneField(BankMovement, on_delete=models.PROTECT, related_name="note")
    words = models.CharField(max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return self.words
