"""Who is billed how, tax rates, invoices, what came in for them, and reminders; never changed."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Sum

from yesand.kernel.money import Money
from yesand.people.models import Organisation, User
from yesand.provenance.models import Entry
from yesand.royalties.invoicing.dunning import Level, Standing, standing
from yesand.royalties.invoicing.reference import number_of
from yesand.royalties.paying.phases import micro_of


class Billing(models.Model):
    """How an organisation is named on invoices, from then on; the latest is in force."""

    #: None: the house itself.
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="billings"
    )
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=400)
    country = models.CharField(max_length=2)
    vat_id = models.CharField(max_length=20, blank=True)
    #: Days from the day of issue to the day it is due.
    terms = models.PositiveSmallIntegerField(default=30)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.name}, {self.country}"


class TaxRate(models.Model):
    """A country's standard rate of VAT, from a day on, as the producer signed it."""

    country = models.CharField(max_length=2)
    since = models.DateField()
    ppm = models.PositiveIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    envelope = models.JSONField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a day: who errs sets another from another day, or asks the auditor."""

        app_label = "royalties"
        constraints = [
            models.UniqueConstraint(fields=["country", "since"], name="one_tax_rate_a_day")
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.country} {self.ppm / 10_000:g} % since {self.since}"


class Invoice(models.Model):
    """What a licensee owes for a settled month in one currency, as signed."""

    digest = models.CharField(max_length=64, primary_key=True)
    #: Counted from 1 in each year, without a gap.
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invoices")
    settlement = models.ForeignKey(
        "royalties.Settlement", on_delete=models.PROTECT, related_name="invoices"
    )
    currency = models.CharField(max_length=3)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    carried_micro = models.BigIntegerField()
    issued_on = models.DateField()
    due_on = models.DateField()
    envelope = models.JSONField()
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One a licensee, month and currency; each number once."""

        app_label = "royalties"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "licensee", "currency"], name="one_invoice"
            ),
            models.UniqueConstraint(fields=["year", "number"], name="one_invoice_number"),
        ]

    def __str__(self) -> str:
        """Name it for people."""
        return number_of(self.year, self.number)

    @property
    def total(self) -> Money:
        """What is to be paid."""
        return Money(self.currency, micro_of(self.currency, self.total_minor))

    @property
    def received_micro(self) -> int:
        """What has come in for it."""
        return int(self.receipts.aggregate(sum=Sum("micro", default=0))["sum"])

    @property
    def open(self) -> Money:
        """What is still to be paid; what came in beyond it is the licensee's."""
        left = self.total.micro - self.received_micro
        return Money(self.currency, max(0, left) if self.total_minor > 0 else 0)

    @property
    def levels(self) -> frozenset[Level]:
        """The reminders that were sent."""
        return frozenset(Level(row.level) for row in self.reminders.all())

    def standing(self, today: date) -> Standing:
        """How it stands on a day."""
        if self.total_minor < 0:
            return Standing.CREDIT
        return standing(self.due_on, self.open.micro, self.levels, today)


class Receipt(models.Model):
    """Money that came in for an invoice, as the bank told."""

    movement = models.OneToOneField(
        "royalties.BankMovement", on_delete=models.PROTECT, related_name="receipt"
    )
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="receipts")
    micro = models.BigIntegerField()
    #: What of it is more than was open.
    over_micro = models.BigIntegerField()
    #: Who said that it is for this invoice; none: the payer named it.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Of this room."""

        app_label = "royalties"

    def __str__(self) -> str:
        """Name it for people."""
        return f"{Money(self.invoice.currency, self.micro)} for {self.invoice}"


class Reminder(models.Model):
    """A licensee was written to about an invoice that is late."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    level = models.CharField(max_length=20, choices=[(str(x), str(x)) for x in Level])
    at = models.DateTimeField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each once."""

        app_label = "royalties"
        constraints = [models.UniqueConstraint(fields=["invoice", "level"], name="one_reminder")]

    def __str__(self) -> str:
        """Name it for people."""
        return f"{self.level} of {self.invoice}"
