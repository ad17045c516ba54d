"""What one fills in to propose a collective agreement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.clauses_of_use import USES
from yesand.agreements.collective.accord import LONGEST_TITLE, Accord
from yesand.agreements.comparing.values import Voice
from yesand.agreements.negotiating.forms import FloorForm
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput
from yesand.people.models import Organisation


class AccordForm(FloorForm):
    """With whom, for whom, from when on, and each term that it states."""

    union = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Union"), to_field_name="slug"
    )
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    begins = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    everyone = forms.BooleanField(
        label=_("It covers every performer here, not the union’s members alone"), required=False
    )
    for_uses = forms.MultipleChoiceField(
        label=_("Only for agreements that license one of these"),
        choices=[(u.value, _(words)) for u, words in USES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["union", "title", "begins", "ends", "everyone", "for_uses"]

    def __init__(self, unions: Any, voice: Voice, data: Any = None) -> None:
        super().__init__(Terms(valid_from=date(2000, 1, 1)), voice, data)
        self.fields["union"].queryset = unions  # type: ignore[attr-defined]
        self.order_fields([*self.field_order, *self.names])

    def clean(self) -> dict[str, Any]:
        """Read it as a whole."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.words = Accord.parse(self._accord()).as_json()
            except BadInput as fault:
                self.add_error(None, str(fault))
        return told

    def _accord(self) -> dict[str, Any]:
        told = self.cleaned_data
        named = {name: told[name] for name in ("title", "begins", "ends", "everyone")}
        return {**named, "use_classes": told["for_uses"], "floor": self.told()}
