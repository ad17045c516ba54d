"""What a performer tells when they withdraw, read from the page's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

from yesand.agreements.clauses_of_use import AIMS, CHANNELS, USES
from yesand.agreements.models import Agreement
from yesand.agreements.scope import Scope
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput
from yesand.oversight.findings.services import LONGEST, check_about
from yesand.oversight.models import Finding
from yesand.people.models import Organisation, Performer
from yesand.takes.models import Take

WHOLE, PART = "whole", "part"
#: So many takes are listed to choose from; any other is taken back from its own page.
MOST_TAKES = 200


class ScopeForm(forms.Form):
    """How much is taken back: everything, or what is ticked."""

    how = forms.ChoiceField(
        choices=[
            (WHOLE, gettext_lazy("Everything")),
            (PART, gettext_lazy("Only a part of it")),
        ],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    purposes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    use_classes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    modalities = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    licensees = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    takes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, performer: Performer, data: QueryDict | None = None) -> None:
        super().__init__(data or None)
        chosen = data.getlist("takes") if data else []
        offered = {**offered_to(performer), "takes": takes_of(performer, chosen)}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[Any, Any]]:
        """The ways to narrow it that there are, each with its heading."""
        headings = {
            "purposes": gettext_lazy("For these purposes"),
            "use_classes": gettext_lazy("In these kinds of system"),
            "modalities": gettext_lazy("Through these channels"),
            "licensees": gettext_lazy("By these licensees"),
        }
        fields: dict[str, Any] = dict(self.fields)
        return [(words, self[name]) for name, words in headings.items() if fields[name].choices]

    def clean(self) -> dict[str, Any]:
        """Ask for a tick where only a part is taken back."""
        told: dict[str, Any] = super().clean() or {}
        ticked = any(told.get(name) for name in Scope.model_fields)
        if told.get("how") == PART and not ticked:
            raise forms.ValidationError(
                gettext_lazy("Tick what you take back, or choose everything.")
            )
        return told

    @property
    def scope(self) -> Scope:
        """What was chosen; call it once the form is valid."""
        told = self.cleaned_data
        if told["how"] == WHOLE:
            return Scope()
        return Scope.parse({name: told.get(name, []) for name in Scope.model_fields})


class FindingForm(forms.Form):
    """What an auditor notes."""

    about = forms.CharField(
        label=gettext_lazy("About"),
        max_length=220,
        help_text=gettext_lazy("house, or a kind and what names it, such as take:3f2a…"),
    )
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=Finding.Severity.choices)
    text = forms.CharField(
        label=gettext_lazy("What you found"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean_about(self) -> str:
        """Check that there is such a record."""
        about = str(self.cleaned_data["about"]).strip()
        try:
            check_about(about)
        except BadInput as fault:
            raise forms.ValidationError(str(fault)) from fault
        return about


def offered_to(performer: Performer) -> dict[str, list[tuple[str, str]]]:
    """Return what a performer can narrow a withdrawal to: what their agreements ever named."""
    agreements = Agreement.objects.filter(performer=performer)
    terms = [Terms.parse(each) for each in agreements.values_list("terms", flat=True)]
    holders = Organisation.objects.filter(manifests__performers__performer=performer)
    return {
        "purposes": _words(AIMS, [t.purposes for t in terms]),
        "use_classes": _words(USES, [t.use_classes for t in terms]),
        "modalities": _words(CHANNELS, [t.modalities for t in terms]),
        "licensees": [(o.slug, o.name) for o in holders.distinct().order_by("name")],
    }


def takes_of(performer: Performer, chosen: Iterable[str]) -> list[tuple[str, str]]:
    """Return a performer's takes to choose from: the newest, and what was chosen from elsewhere."""
    rows = Take.objects.filter(performer=performer).order_by("-recorded_at", "-entry_id")
    newest = list(rows[:MOST_TAKES])
    beyond = rows.filter(sha256__in=list(chosen)).exclude(pk__in=[t.pk for t in newest])
    return [(take.sha256, _called(take)) for take in [*beyond, *newest]]


def _called(take: Take) -> str:
    emotion, day = gettext(take.emotion.replace("-", " ")), date_format(take.recorded_at)
    return f"{day}, {emotion} ({take.sha256[:8]})"


def _words(words: Mapping[Any, str], named: list[frozenset[Any]]) -> list[tuple[str, str]]:
    there = frozenset().union(*named) if named else frozenset()
    return [(each.value, gettext(said)) for each, said in words.items() if each in there]
