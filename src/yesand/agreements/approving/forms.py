"""What a performer fills in to agree to a single use."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.approving.words import Use
from yesand.agreements.comparing.values import Voice, words
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.people.models import Organisation


class ApprovalForm(forms.Form):
    """By whom, what for, of which kind, until when: only what the terms have asked for."""

    licensee = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("By whom"), to_field_name="slug", empty_label=None
    )
    purpose = forms.ChoiceField(label=_("What for"))
    use_class = forms.ChoiceField(label=_("Kind of use"))
    until = forms.DateField(
        label=_("Until"),
        help_text=_("The last day on which a new corpus may be asked for."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, terms: Terms, voice: Voice, data: Any = None) -> None:
        super().__init__(data)
        labs = Organisation.objects.filter(kind=Organisation.Kind.LICENSEE).order_by("name")
        self.fields["licensee"].queryset = labs  # type: ignore[attr-defined]
        offered = {"purpose": terms.purposes, "use_class": asked(terms)}
        for name, some in offered.items():
            choices = [(str(word), words([word], voice)) for word in sorted(some)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def use(self) -> Use:
        """Return what was filled in."""
        told = self.cleaned_data
        until: date = told["until"]
        purpose, use_class = Purpose(told["purpose"]), UseClass(told["use_class"])
        return Use(told["licensee"].slug, purpose, use_class, until)


def asked(terms: Terms) -> frozenset[UseClass]:
    """Return the kinds of use that are licensed and asked for each time."""
    return terms.approval_per_use & terms.licensed
