"""The form of what a rating is worth from a day on."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.pay import MILLION
from yesand.people.models import Organisation
from yesand.royalties.models import RaterRate

_PAYERS = [Organisation.Kind.PRODUCER, Organisation.Kind.LICENSEE]


class RateForm(forms.Form):
    """Amount, day, and who pays."""

    effective = forms.DateField(
        label=_("In force from"),
        help_text=_("What was judged on that day (UTC) or later is worth it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    amount = forms.DecimalField(
        label=_("For each take that is judged, or cannot be"),
        min_value=Decimal("0.000001"),
        max_digits=12,
        decimal_places=6,
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="EUR")
    payer = forms.ModelChoiceField(
        Organisation.objects.filter(kind__in=_PAYERS).order_by("name"),
        to_field_name="slug",
        label=_("Who pays"),
        help_text=_("The producer, or the licensee for whom it is rated: its account is debited."),
        empty_label=None,
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.initial = {"payer": "producer", **self.initial}
        before = RaterRate.objects.first()
        if before is not None:
            amount = Decimal(before.micro) / MILLION
            self.initial |= {"currency": before.currency, "payer": before.payer.slug}
            self.initial["amount"] = amount.normalize()

    def told(self) -> dict[str, Any]:
        """Return what was filled in (`raters.rate.Rate`, without its version)."""
        said = self.cleaned_data
        return {
            "effective": said["effective"].isoformat(),
            "currency": said["currency"].upper(),
            "micro": int(said["amount"] * MILLION),
            "payer": said["payer"].slug,
        }
