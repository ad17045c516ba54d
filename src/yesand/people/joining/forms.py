"""Forms for inviting and for joining."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.people.joining.services import DAYS, LONGEST
from yesand.people.models import Organisation, Seat


class Invite(forms.Form):
    """Whom a producer invites, and to what."""

    role = forms.ChoiceField(label=_("Role"), choices=Seat.Role.choices)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.exclude(kind=Organisation.Kind.PUBLISHER).order_by("name"),
        required=False,
        help_text=_("For a licensee or a union. Producers and auditors sit for the house’s own."),
    )
    handle = forms.CharField(
        label=_("Handle"),
        max_length=80,
        required=False,
        help_text=_("A performer’s short name on the line, such as ada. It cannot be changed."),
    )
    credit_name = forms.CharField(label=_("Credit name"), max_length=200, required=False)
    country = forms.RegexField(
        label=_("Country"),
        regex=r"^([A-Za-z]{2})?$",
        required=False,
        max_length=2,
        help_text=_("Two letters, such as DE."),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("The link is sent there, if you give one.")
    )
    days = forms.IntegerField(
        label=_("Open for (days)"), min_value=1, max_value=LONGEST, initial=DAYS
    )

    def clean_country(self) -> str:
        """Write it in capitals."""
        return str(self.cleaned_data["country"]).upper()


class Password(forms.Form):
    """A way to log in: a password, or a passkey that follows."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least eight characters, and nothing common."),
    )


class Join(Password):
    """The name and the way to log in of who joins."""

    username = forms.CharField(
        label=_("Name to log in with"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    field_order = ["username", "password"]
