"""What a producer says when they offer an agreement."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.offering.services import GUARDIAN, TEMPLATES
from yesand.agreements.tongue import LANGUAGES
from yesand.people.models import Performer

REPLICA = "standard/replica"


class OfferForm(forms.Form):
    """To whom, which of the standards, and who stands by them."""

    performer = forms.ModelChoiceField(
        Performer.objects.none(), label=_("Performer"), to_field_name="handle"
    )
    template = forms.ChoiceField(label=_("Agreement"), choices=[(t, t) for t in TEMPLATES])
    stands_by = forms.ChoiceField(
        label=_("Who stands by the performer"),
        choices=[
            ("none", _("nobody")),
            ("counsel", _("a lawyer of their own")),
            ("union", _("their union")),
            (GUARDIAN, _("a parent or guardian, who then signs")),
        ],
    )
    minor = forms.BooleanField(label=_("The performer is a minor"), required=False)
    comes_of_age = forms.DateField(
        label=_("When a minor comes of age"),
        required=False,
        help_text=_("From that day on nothing is allowed until they have signed for themselves."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=list(LANGUAGES.items()),
        required=False,
        help_text=_("The agreement is signed in this language."),
    )
    project = forms.CharField(label=_("Project, for a replica"), max_length=200, required=False)
    use = forms.CharField(
        label=_("What a replica is for"),
        max_length=1_000,
        required=False,
        help_text=_("Exactly, in one sentence: a replica is licensed for this and nothing else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = Performer.objects.filter(user__isnull=False)  # who can log in, and so sign
        self.fields["performer"].queryset = able.order_by("handle")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Have a guardian stand by a minor."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("minor") and told.get("stands_by") != GUARDIAN:
            self.add_error("stands_by", _("For a minor a parent or guardian signs."))
        if bool(told.get("minor")) != bool(told.get("comes_of_age")):
            self.add_error("comes_of_age", _("Name this day for a minor, and for nobody else."))
        if told.get("template") == REPLICA:
            for name in ("project", "use"):
                if not told.get(name):
                    self.add_error(name, _("A replica needs this."))
        return told

    def query(self) -> str:
        """Return what was said, as the query of an address."""
        return urlencode({n: v for n, v in self.data.items() if n in self.fields and v})

    def rest(self) -> dict[str, Any]:
        """Return what was said beside performer and template."""
        told = self.cleaned_data
        names = ("stands_by", "minor", "comes_of_age")
        variables = {name: told[name] for name in ("project", "use")}
        language = told["language"] or "en"
        return {**{n: told[n] for n in names}, "language": language, "variables": variables}
