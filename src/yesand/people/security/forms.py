"""Forms of an account's own pages."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from yesand.people.scopes import SCOPES


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A key, which is a passkey unless one says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("A name for it, such as the device’s")
        passkey = self.fields["passwordless"]
        passkey.initial = True
        passkey.label = _("Log in with it alone")
        passkey.help_text = _("A passkey. Else it is asked for after the password.")
        passkey.required = not self.user.has_usable_password()


def zones() -> list[tuple[str, str]]:
    """Return the zones that a person may choose from (IANA)."""
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(named))]


class Settings(forms.Form):
    """How a person is spoken to, and credited."""

    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("For invitations and reminders alone. May be empty."),
    )


class Credited(Settings):
    """A performer's settings."""

    credit_name = forms.CharField(label=_("Credit name"), max_length=200, required=False)
    credited = forms.BooleanField(
        label=_("Name me where a model says who is in it"), required=False
    )


class NewToken(forms.Form):
    """A token for the API."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(scope, _(words)) for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Good for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year"))],
        coerce=int,
        initial=90,
    )
