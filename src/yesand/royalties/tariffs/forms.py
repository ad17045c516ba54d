"""The form of a tariff's next version, filled with what the version before says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.pay import MILLION
from yesand.royalties.lines import REVENUE
from yesand.royalties.models import TariffVersion
from yesand.royalties.tariffs.services import tariff_of
from yesand.royalties.units import UNITS

#: What a unit's field is called.
PRICES = {
    "request": _("For each request, to the pool"),
    "inference-second": _("For each second that a system reads, to the pool"),
    "output-second": _("For each second that a system makes, to the pool"),
    "character": _("For each character that a system speaks, to the pool"),
}
_COUNTED = [unit for unit in UNITS if unit != REVENUE]


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_digits=15, decimal_places=6
    )


class TariffForm(forms.Form):
    """Name, day and prices; what is left empty has no price."""

    name = forms.SlugField(
        label=_("Name"), max_length=60, help_text=_("Small letters, digits and hyphens: film-2026.")
    )
    effective = forms.DateField(
        label=_("In force from"),
        help_text=_("A month is priced by the version in force at its first instant (UTC)."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="EUR")
    revenue_share = forms.DecimalField(
        label=_("Of declared revenue, to the pool (%)"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
    )
    realtime = forms.DecimalField(
        label=_("Real-time generation counts (×)"),
        initial=1,
        min_value=1,
        max_value=100,
        max_digits=9,
        decimal_places=6,
    )
    period_fee = _amount(_("For each month of a deployment in service, to the pool"))

    def __init__(self, *given: Any, name: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        for unit in _COUNTED:
            self.fields[f"per_{unit}"] = _amount(PRICES.get(unit, unit))
        self.order_fields(["name", "effective", "currency", *(f"per_{u}" for u in _COUNTED)])
        before = TariffVersion.objects.filter(name=name).order_by("-version").first()
        if before is not None:
            self.initial = {**self.initial, **_shown(before)}

    def told(self) -> dict[str, Any]:
        """Return what was filled in as the version that comes next (`tariff.Tariff`)."""
        said = self.cleaned_data
        effective: date = said["effective"]
        prices = {unit: said[f"per_{unit}"] for unit in _COUNTED}
        made = {
            "name": said["name"],
            "effective": effective.isoformat(),
            "currency": said["currency"].upper(),
            "per_unit": {u: _micro(price) for u, price in prices.items() if price is not None},
            "revenue_share_ppm": int((said["revenue_share"] or 0) * (MILLION // 100)),
            "realtime_multiple_ppm": _micro(said["realtime"]),
            "period_fee_micro": _micro(said["period_fee"] or Decimal(0)),
        }
        return {**made, "version": _version(made)}


def _version(made: dict[str, Any]) -> int:
    """Return the next number, or the last one's if this is what it says: sent twice, it is one."""
    before = TariffVersion.objects.filter(name=made["name"]).order_by("-version").first()
    if before is None:
        return 1
    said = tariff_of(before).as_json()
    same = all(said[name] == value for name, value in made.items())
    return before.version if same else before.version + 1


def _micro(amount: Decimal) -> int:
    return int(amount * MILLION)


def _shown(before: TariffVersion) -> dict[str, Any]:
    said = tariff_of(before)
    prices = {f"per_{unit}": Decimal(m) / MILLION for unit, m in said.per_unit.items()}
    return {
        "name": said.name,
        "currency": said.currency,
        "revenue_share": Decimal(said.revenue_share_ppm) / (MILLION // 100),
        "realtime": Decimal(said.realtime_multiple_ppm) / MILLION,
        "period_fee": Decimal(said.period_fee_micro) / MILLION,
        **prices,
    }
