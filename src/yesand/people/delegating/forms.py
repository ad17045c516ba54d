"""The form by which a performer lets somebody act for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.people.acting import READ, RIGHTS
from yesand.people.models import Delegation


class Grant(forms.Form):
    """Who, what, and until when."""

    kind = forms.ChoiceField(label=_("Who acts for you"), choices=Delegation.Kind.choices)
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=[(right, _(words)) for right, words in RIGHTS.items()],
        widget=forms.CheckboxSelectMultiple,
        initial=[READ],
    )
    until = forms.DateField(
        label=_("Until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_until(self) -> datetime:
        """Return the first moment after that day."""
        day: date = self.cleaned_data["until"]
        one = timedelta(days=1)
        return datetime.combine(min(day, date.max - one) + one, time(), UTC)
