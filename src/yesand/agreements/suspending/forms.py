"""What one fills in to suspend a class of agreements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.collective.models import Collective
from yesand.agreements.offering.services import TEMPLATES
from yesand.agreements.suspending.suspension import LONGEST_REASON, Reach
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.people.models import Organisation


def _ticked(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=[(str(c), str(c).replace("-", " ")) for c in choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class SuspensionForm(forms.Form):
    """Who calls it, why, and which class it reaches; what is left empty narrows nothing."""

    caller = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Called by"), to_field_name="slug", empty_label=None
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        help_text=_("One sentence; everybody here may read it."),
    )
    collective = forms.ModelChoiceField(
        Collective.objects.none(),
        label=_("Only agreements that this one covers"),
        required=False,
        to_field_name="digest",
    )
    templates = _ticked(_("Only these standard agreements"), TEMPLATES)
    use_classes = _ticked(_("Only these kinds of use"), UseClass)
    purposes = _ticked(_("Only these purposes"), Purpose)
    licensees = forms.ModelMultipleChoiceField(
        Organisation.objects.none(),
        label=_("Only use by these licensees"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, callers: Any, data: Any = None) -> None:
        super().__init__(data)
        signed = Collective.objects.filter(countersignature__isnull=False)
        labs = Organisation.objects.filter(kind=Organisation.Kind.LICENSEE).order_by("name")
        rows = {"caller": callers, "collective": signed, "licensees": labs}
        for name, found in rows.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]

    def reach(self) -> Reach:
        """Return the class that was named."""
        told = self.cleaned_data
        return Reach.parse(
            {
                "collective": told["collective"].digest if told["collective"] else "",
                "licensees": [each.slug for each in told["licensees"]],
                **{name: told[name] for name in ("templates", "use_classes", "purposes")},
            }
        )
