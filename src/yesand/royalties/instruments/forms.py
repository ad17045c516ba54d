"""Forms of what is decreed, and of what a performer directs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.people.confirming import MOST
from yesand.people.models import Performer

#: What a producer enters: the shape that it has, and what it is called.
KINDS = (
    ("tax-table", _("a tax table")),
    ("rates", _("exchange rates")),
    ("certificate", _("a certificate of residence")),
    ("correction", _("a correction of a settled month")),
)
MILLION = 10**6


class InstrumentForm(forms.Form):
    """One document as JSON, of one kind."""

    kind = forms.ChoiceField(label=_("What it is"), choices=KINDS)
    document = forms.CharField(
        label=_("The document (JSON)"),
        max_length=MOST // 2,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("Its fields are in the documentation, with an example of each."),
    )

    def told(self, today: date) -> dict[str, Any]:
        """Return what was filled in, with what follows from it.

        Raises
        ------
        BadInput : no JSON object, or of no performer that is here.
        """
        given = parse(self.cleaned_data["document"].encode(), where="document")
        if not isinstance(given, dict):
            raise BadInput("That is no JSON object")
        kind = self.cleaned_data["kind"]
        more: dict[str, Any] = {}
        if kind == "certificate":
            named = str(given.get("performer", ""))
            # PostgreSQL takes no NUL in a text, and JSON can write one that the form does not see.
            found = None if "\0" in named else Performer.objects.filter(handle=named).first()
            more = {"performer_key": found.public_key if found else "0" * 64}
        if kind == "correction":
            more = {"effective": today.isoformat()}
        return {**given, **more, "kind": kind}


class DirectionForm(forms.Form):
    """Who else is paid of one's own pay, from a day on."""

    role = forms.ChoiceField(
        label=_("What for"),
        choices=(
            ("agent", _("an agent gets a part of it")),
            ("payee", _("all payouts go to a company or a beneficiary")),
        ),
    )
    to = forms.SlugField(
        label=_("To whom"),
        max_length=50,
        required=False,
        help_text=_("Small letters, digits and hyphens: best-voices. Empty: nobody from then on."),
    )
    percent = forms.DecimalField(
        label=_("Part (%), of an agent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
    )
    effective = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))

    def told(self, performer: Performer) -> dict[str, Any]:
        """Return what was filled in (`instruments.shapes.Direction`)."""
        told = self.cleaned_data
        part = told["percent"] if told["role"] == "agent" and told["to"] else 0
        return {
            "performer": performer.handle,
            "performer_key": performer.public_key,
            "role": told["role"],
            "to": told["to"],
            "ppm": int((part or 0) * (MILLION // 100)),
            "effective": told["effective"].isoformat(),
        }
