"""From which models one was made, as its licensee tells it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from yesand.people.sight import Sight, visible
from yesand.training.lineage import BILLION
from yesand.training.models import Descent, TrainedModel


class DescentForm(forms.Form):
    """How, from which, and how much of it comes from them."""

    how = forms.ChoiceField(
        label=gettext_lazy("It is a"),
        choices=[
            (
                Descent.How.FINE_TUNE,
                gettext_lazy("fine-tune: trained on from where another ended"),
            ),
            (Descent.How.STUDENT, gettext_lazy("student: it learned from another’s answers")),
            (Descent.How.MERGE, gettext_lazy("merge: its weights are a mean of others’")),
        ],
    )
    parents = forms.CharField(
        label=gettext_lazy("Made from"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4000,
        help_text=gettext_lazy(
            "The names of models, one a line; of a merge with their weights: voice = 3"
        ),
    )
    declared = forms.DecimalField(
        label=gettext_lazy("How much of it comes from them, in %, if you know"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("It holds until it is measured, or bounded by its answers."),
    )

    def __init__(self, sight: Sight, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sight = sight

    def clean_parents(self) -> dict[TrainedModel, float | None]:
        """Read the lines; a model that the person may not see is none."""
        rows, found = visible(TrainedModel, self.sight), dict[TrainedModel, float | None]()
        for line in filter(None, map(str.strip, self.cleaned_data["parents"].splitlines())):
            name, equals, weight = (part.strip() for part in line.partition("="))
            model = rows.filter(name=name).first() or rows.filter(digest=name).first()
            if model is None:
                raise forms.ValidationError(gettext("No model called %(name)s") % {"name": name})
            try:
                found[model] = float(weight) if equals else None
            except ValueError as fault:
                said = gettext("The weight of %(name)s is no number") % {"name": name}
                raise forms.ValidationError(said) from fault
        return found

    def clean_declared(self) -> int | None:
        """Return it in parts per billion."""
        told = self.cleaned_data["declared"]
        return None if told is None else int(told * BILLION / 100)
