"""Forms for organisations and seats."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.people.models import Organisation, Seat, User


class Found(forms.Form):
    """A new organisation."""

    name = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.SlugField(
        label=_("Short name"),
        help_text=_("Small letters, digits and hyphens. It cannot be changed."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (k.value, k.label)
            for k in (
                Organisation.Kind.LICENSEE,
                Organisation.Kind.AUDITOR,
                Organisation.Kind.UNION,
            )
        ],
    )


class Give(forms.Form):
    """A seat for somebody who has an account."""

    user = forms.ModelChoiceField(
        label=_("Account"),
        queryset=User.objects.filter(is_active=True).order_by("username"),
        to_field_name="username",
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=[c for c in Seat.Role.choices if c[0] != Seat.Role.PERFORMER]
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.exclude(kind=Organisation.Kind.PUBLISHER).order_by("name"),
        required=False,
    )
