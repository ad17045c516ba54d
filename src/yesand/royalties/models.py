"""Usage batches, the ledger, settlements and statements."""

from __future__ import annotations

from datetime import UTC, date

from django.db import models

from yesand.kernel.money import Money, exponent
from yesand.people.models import Organisation, Performer, User
from yesand.provenance.models import Entry
from yesand.royalties.attesting.models import Attestation
from yesand.royalties.auditing.models import Audit
from yesand.royalties.claiming.models import UsageClaim, UsageClaimDecision
from yesand.royalties.closing.models import Closing, ClosingEnd
from yesand.royalties.disputing.models import Dispute, DisputeWord
from yesand.royalties.estimating.models import Estimate
from yesand.royalties.instruments.models import AdvanceBalance, Instrument, SettledCorrection
from yesand.royalties.invoicing.models import Billing, Invoice, Receipt, Reminder, TaxRate
from yesand.royalties.payers.models import PayerCount
from yesand.royalties.paying.models import (
    BankAccount,
    BankFile,
    BankMovement,
    MovementNote,
    Payout,
    PayoutDecision,
    PayoutHold,
    PayoutHoldEnd,
    PayoutRun,
    PayoutStep,
)
from yesand.royalties.raters.models import PaidAnswer, RaterPay, RaterRate
from yesand.royalties.reassigning.models import Reassignment, ReassignmentDecision
from yesand.royalties.spooling.models import SpoolMark
from yesand.royalties.tariffs.models import TariffVersion
from yesand.takes.models import Session

#: Django looks for every model of a room in its ``models``.
__all__ = [
    "Account", "AdvanceBalance", "Attestation", "Audit", "BankAccount", "BankFile", "BankMovement",
    "Billing", "Closing", "ClosingEnd", "Delivery", "Dispute", "DisputeWord", "Estimate",
    "Folio", "Instrument", "Invoice", "MovementNote", "PaidAnswer", "PaidSession", "PayerCount",
    "Payout", "PayoutDecision",
    "PayoutHold", "PayoutHoldEnd", "PayoutRun", "PayoutStep", "Posting", "RaterPay", "RaterRate",
    "Reassignment",
    "ReassignmentDecision", "Receipt", "Reminder", "SettledCorrection", "SettledUsage",
    "Settlement", "SpoolMark", "Statement", "TariffVersion", "TaxRate", "Transaction",
    "UsageBatch", "UsageClaim", "UsageClaimDecision",
]  # fmt: skip


class UsageBatch(models.Model):
    """One accepted delivery of usage events; the events lie in Parquet under ``usage/``."""

    #: SHA-256 of the new events' canonical rows: the same delivery twice is the same batch.
    digest = models.CharField(max_length=64, unique=True)
    sequence = models.PositiveBigIntegerField(unique=True)
    accepted = models.PositiveBigIntegerField()
    repeated = models.PositiveBigIntegerField()
    quarantined = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"batch {self.sequence}: {self.accepted} events"


class Delivery(models.Model):
    """What became of a file of events that a licensee delivered itself."""

    digest = models.CharField(max_length=64, unique=True)
    #: SHA-256 of the file as it was sent.
    sent = models.CharField(max_length=64, db_index=True)
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="deliveries")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(
        UsageBatch, null=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    accepted = models.PositiveBigIntegerField()
    repeated = models.PositiveBigIntegerField()
    quarantined = models.PositiveBigIntegerField()
    bad_rows = models.PositiveBigIntegerField()
    escrowed = models.PositiveBigIntegerField()
    #: The whole report: bad rows with their reasons, what waits, the quarantine file's name.
    told = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"delivery of {self.licensee} at {self.at:%Y-%m-%d %H:%M}"


class Account(models.Model):
    """A ledger account: ``performer:<handle>``, ``licensee:<slug>``, ``fund``, ``escrow`` …"""

    name = models.CharField(max_length=160, unique=True)
    performer = models.ForeignKey(Performer, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        """Name it for people."""
        return self.name


class Transaction(models.Model):
    """A balanced set of postings. Written after them: its insertion seals them (triggers)."""

    id = models.CharField(max_length=64, primary_key=True)
    #: When it was recorded.
    at = models.DateTimeField()
    memo = models.CharField(max_length=300)
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    # What follows is null of transactions that were posted before it was kept.
    #: `yesand.royalties.ledger.Verb`.
    verb = models.CharField(max_length=8, null=True)
    #: The transaction that it posts, makes void or reverses, or the record that it belongs to.
    follows = models.CharField(max_length=64, null=True)
    #: The day from which it counts (UTC); null: that on which it was recorded.
    effective = models.DateField(null=True)
    #: `Draft.body`.
    body = models.CharField(max_length=64, null=True)
    #: The number of the folio that holds it.
    folio = models.PositiveBigIntegerField(null=True)

    class Meta:
        """What is pending ends once, and what is reversed is reversed once."""

        constraints = [
            models.UniqueConstraint(
                fields=["follows"],
                condition=models.Q(verb__in=["post", "void", "reverse"]),
                name="ended_once",
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return self.memo

    @property
    def counts_from(self) -> date:
        """The day from which it counts."""
        return self.effective or self.at.astimezone(UTC).date()


class Folio(models.Model):
    """A leaf of the journal: what was posted at once, chained to the leaf before, and logged."""

    number = models.PositiveBigIntegerField(primary_key=True)
    #: The digest of the leaf before; of the first, that of what was posted before there were any.
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    transactions = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"folio {self.number} of the ledger"


class Posting(models.Model):
    """One side of a transaction, in micro-units; positive is debit."""

    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="postings", db_constraint=True
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="postings")
    currency = models.CharField(max_length=3)
    micro = models.BigIntegerField()

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.account} {self.micro} {self.currency}"


class Settlement(models.Model):
    """One period, settled once."""

    period = models.CharField(max_length=7, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    envelope = models.JSONField()
    trial = models.BooleanField(default=False)
    #: The last usage batch that there was.
    up_to_sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name it for people."""
        return f"settlement of {self.period}"


class SettledUsage(models.Model):
    """Up to which batch a deployment's usage of a month is settled, and by which settlement."""

    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="usage")
    deployment = models.CharField(max_length=160)
    usage_period = models.CharField(max_length=7)
    up_to_sequence = models.PositiveBigIntegerField()

    class Meta:
        """Once a settlement."""

        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "deployment", "usage_period"], name="settled_once"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.deployment} {self.usage_period}"


class PaidSession(models.Model):
    """A session whose fee is on a statement, and in which settlement."""

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="paid")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="sessions")

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.session} in {self.settlement}"


class Statement(models.Model):
    """What one performer is owed for one period, as signed."""

    digest = models.CharField(max_length=64, primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="statements")
    performer = models.ForeignKey(Performer, on_delete=models.PROTECT, related_name="statements")
    currency = models.CharField(max_length=3)
    #: Micro-units earned in the period.
    total_micro = models.BigIntegerField()
    payable_minor = models.BigIntegerField()
    #: What is too small to pay and is brought forward to the next statement.
    carried_micro = models.BigIntegerField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a performer, period and currency."""

        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "performer", "currency"], name="one_statement"
            )
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"statement of {self.performer} for {self.settlement.period}"

    @property
    def payable(self) -> Money:
        """What can be paid: whole minor units."""
        return Money(self.currency, self.payable_minor * 10 ** (6 - exponent(self.currency)))
