"""The form by which an audit of what was paid is recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.pay import MILLION
from yesand.royalties.auditing.audit import NAME, WHO
from yesand.royalties.lines import DIGEST, MONTH


def _amount(label: Any, help_text: Any = "", *, needed: bool = False) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=needed,
        min_value=0,
        max_digits=15,
        decimal_places=6,
        help_text=help_text,
    )


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


def _month(label: Any) -> forms.CharField:
    return forms.RegexField(MONTH, label=label, widget=forms.TextInput(attrs={"type": "month"}))


class AuditForm(forms.Form):
    """What was audited, what it found, what it cost and who paid for it."""

    name = forms.RegexField(
        NAME, label=_("Name"), help_text=_("Small letters, digits and hyphens: ada-2026.")
    )
    performer = forms.CharField(label=_("Performer"), max_length=100)
    agreements = forms.CharField(
        label=_("Agreements"),
        required=False,
        max_length=6_600,
        help_text=_("By their digests, separated by commas; empty: all of the performer’s."),
    )
    since = _month(_("From month"))
    until = _month(_("To month"))
    begun = forms.DateField(
        label=_("The audit began on"),
        widget=_day(),
        help_text=_("What was put right before that day was not lacking."),
    )
    due = _amount(
        _("What was due"),
        _("In the agreements’ currency; empty: it is computed from the statements."),
    )
    unpaid = _amount(_("Of it unpaid"), _("Empty with the one before."))
    cost = _amount(_("What the audit cost"), needed=True)
    cost_currency = forms.CharField(label=_("In which currency"), max_length=3, initial="EUR")
    paid_by = forms.RegexField(
        WHO,
        label=_("Who paid for it"),
        help_text=_("A short name or handle: the account audit:… in the books."),
    )
    document = forms.RegexField(
        DIGEST,
        label=_("SHA-256 of the audit’s report"),
        help_text=_("As sha256sum prints it; the report itself stays with you."),
    )
    words = forms.CharField(
        label=_("In words"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    replaces = forms.RegexField(
        NAME,
        label=_("In place of"),
        required=False,
        help_text=_("The name of an audit that this one puts right."),
    )

    def told(self) -> dict[str, Any]:
        """Return what was filled in (``audit.Asked``)."""
        said = dict(self.cleaned_data)
        due, unpaid, cost = (_micro(said.pop(name)) for name in ("due", "unpaid", "cost"))
        return {
            **said,
            "agreements": [d.strip() for d in said["agreements"].split(",") if d.strip()],
            "begun": said["begun"].isoformat(),
            "cost_currency": said["cost_currency"].upper(),
            "cost_micro": cost,
            "due_micro": due,
            "unpaid_micro": unpaid,
        }


def _micro(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount * MILLION)
