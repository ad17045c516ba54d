"""The form of bank details."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.kernel.errors import BadInput
from yesand.kernel.vault import told
from yesand.royalties.paying.details import LONGEST, Details, at_stripe, details


class BankForm(forms.Form):
    """Whose account, and which."""

    holder = forms.CharField(
        label=_("Account holder"),
        max_length=LONGEST,
        help_text=_("As on the bank statement; yours, or a company’s that is paid in your stead."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    iban = forms.CharField(
        label=_("IBAN"),
        max_length=50,
        help_text=_("The account’s number; it begins with two letters, such as DE."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bic = forms.CharField(
        label=_("BIC"),
        max_length=20,
        required=False,
        help_text=_("Only for banks outside the euro payments area."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    company = forms.BooleanField(
        label=_("The account is a company’s, which is paid in my stead"), required=False
    )

    #: What the fields held, once they are valid.
    details: Details

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if told("YESAND_STRIPE_KEY"):
            self.fields["iban"].required = False
            self.fields["stripe"] = forms.CharField(
                label=_("Stripe account, instead of a bank account"),
                max_length=50,
                required=False,
                help_text=_("If you are paid by Stripe: it begins with acct_."),
            )

    def clean(self) -> dict[str, Any]:
        """Put what a bank would not take at its field."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.details = _details(given)
            except BadInput as fault:
                self.add_error(fault.where, fault_words(fault))
        return given


def _details(given: dict[str, Any]) -> Details:
    if given.get("stripe"):
        return at_stripe(given["holder"], given["stripe"])
    where = given["holder"], given["iban"], given["bic"]
    return details(*where, company=given.get("company", False))


class HouseForm(BankForm):
    """The account that the house pays from: it is paid in nobody's stead."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["holder"].help_text = _("As on the bank statement.")
        del self.fields["company"]
        self.fields.pop("stripe", None)


def fault_words(fault: BadInput) -> str:
    """Return what is wrong with a field and what to do."""
    return f"{fault.what}. {fault.remedy}".strip()
