"""The form by which a performer lets somebody act for them."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.people.acting import READ, RIGHTS
from yesand.people.models import Delegation


class Grant(forms.Form):
    """Who, what, and until when."""

    kind = forms.ChoiceField(label=_("Who acts for you"), choices=Delegation.Kind.choices)
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=list(RIGHTS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=[READ],
    )
    until = forms.DateField(
        label=_("Until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
