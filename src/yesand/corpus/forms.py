"""A request at the gate, told in a form: every word is of the closed vocabulary."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from babel import Locale
from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy

from yesand.agreements.asking import request
from yesand.agreements.clause import Request
from yesand.agreements.terms import TERRITORIES, WORLD
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.corpus.exporting.formats import Name
from yesand.people.models import Organisation, Seat
from yesand.people.seats import HOUSE_LAB
from yesand.people.sight import Sight


def asking_for(sight: Sight) -> list[Organisation]:
    """Return whom a person may ask for: the licensees they sit for; a producer, the house's lab."""
    rows = Organisation.objects.filter(pk__in=sight.licensees)
    if Seat.Role.PRODUCER in sight.roles:
        rows = rows | Organisation.objects.filter(slug=HOUSE_LAB)
    return list(rows.distinct().order_by("slug"))


class RequestForm(forms.Form):
    """What is to be done with takes, where, and whether money is made with it."""

    licensee = forms.ChoiceField(label=gettext_lazy("For"))
    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"))
    use_class = forms.ChoiceField(label=gettext_lazy("Kind of system"))
    action = forms.ChoiceField(label=gettext_lazy("What is done"))
    modality = forms.ChoiceField(label=gettext_lazy("Channel"))
    material = forms.ChoiceField(label=gettext_lazy("As"))
    territory = forms.ChoiceField(label=gettext_lazy("Where"))
    commercial = forms.BooleanField(
        label=gettext_lazy("Money is made with it"), required=False, initial=True
    )

    def __init__(self, askers: list[Organisation], data: QueryDict | None = None) -> None:
        super().__init__(data)
        choices: dict[str, list[tuple[str, str]]] = {
            "licensee": [(each.slug, each.name) for each in askers],
            "purpose": _words(Purpose),
            "use_class": _words(UseClass),
            "action": _words(Action),
            "modality": _words(Modality),
            "material": list(reversed(_words(Material))),
            "territory": _places(),
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def request_at(self, moment: datetime) -> Request:
        """Return the request that was told; call it once the form is valid."""
        told = dict(self.cleaned_data)
        return request(told, licensee=told.pop("licensee"), at=moment)


class FormatForm(forms.Form):
    """In which form a corpus is wanted."""

    format = forms.ChoiceField(
        label=gettext_lazy("Format"),
        choices=[
            (Name.CROISSANT.value, gettext_lazy("Croissant: for any loader")),
            (Name.WEBDATASET.value, gettext_lazy("WebDataset: shards to stream")),
            (Name.PARQUET.value, gettext_lazy("Parquet: tables")),
            (Name.HUGGINGFACE.value, gettext_lazy("Hugging Face: a datasets folder")),
            (Name.TAR.value, gettext_lazy("Plain files: to train with Yes-And")),
        ],
    )


def _words(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, word.value.replace("-", " ")) for word in vocabulary]


def _places() -> list[tuple[str, str]]:
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    known = sorted((str(names.get(code, code)), code) for code in TERRITORIES)
    return [(WORLD, str(gettext_lazy("worldwide"))), *((code, name) for name, code in known)]
