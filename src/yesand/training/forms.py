"""Registering a model that was trained elsewhere, and putting one in service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from yesand.corpus.models import Manifest
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.people.models import Organisation
from yesand.people.sight import Sight, visible
from yesand.training import digest
from yesand.training.models import TrainedModel

#: Statements, records and cards are small; weights never come here.
LARGEST = 2 * 1024 * 1024


class ModelForm(forms.Form):
    """A model by the digests of its files, its manifest, and what its makers say of it."""

    manifest = forms.ModelChoiceField(
        Manifest.objects.none(), label=gettext_lazy("Trained from this manifest")
    )
    name = forms.SlugField(label=gettext_lazy("Name"), max_length=120)
    statement = forms.FileField(
        label=gettext_lazy("Model-signing statement (model.sig, JSON)"),
        help_text=gettext_lazy("It lists every file with its SHA-256. The weights stay with you."),
    )
    run = forms.FileField(label=gettext_lazy("Run record (JSON), if you have one"), required=False)
    card = forms.CharField(
        label=gettext_lazy("Model card, if you like"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, sight: Sight, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible(Manifest, sight).filter(licensee__in=sight.licensees)
        self.fields["manifest"].queryset = rows.order_by("-at")  # type: ignore[attr-defined]

    def clean_statement(self) -> dict[str, str]:
        """Read the files that the statement lists."""
        found: dict[str, str] = _said(
            lambda: digest.of_statement(_json(self.cleaned_data["statement"]))
        )
        return found

    def clean_run(self) -> dict[str, Any]:
        """Read the run record, a JSON object."""
        given = self.cleaned_data["run"]
        found = _said(lambda: _json(given)) if given else {}
        if not isinstance(found, dict):
            raise forms.ValidationError(gettext_lazy("The run record is not a JSON object."))
        return found


class ServiceForm(forms.Form):
    """Which model serves from when, under which name."""

    model = forms.ModelChoiceField(
        TrainedModel.objects.none(), label=gettext_lazy("Model"), to_field_name="digest"
    )
    licensee = forms.ModelChoiceField(
        Organisation.objects.none(), label=gettext_lazy("In service by"), to_field_name="slug"
    )
    name = forms.SlugField(
        label=gettext_lazy("Name"),
        max_length=160,
        help_text=gettext_lazy("Usage events name it so, as their subject."),
    )
    since = forms.DateField(
        label=gettext_lazy("Since"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, sight: Sight, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = visible(TrainedModel, sight).filter(manifest__licensee__in=sight.licensees)
        self.fields["model"].queryset = models.order_by("name")  # type: ignore[attr-defined]
        mine = Organisation.objects.filter(pk__in=sight.licensees)
        self.fields["licensee"].queryset = mine.order_by("slug")  # type: ignore[attr-defined]
        if mine.count() == 1:
            self.fields["licensee"].initial = mine.get().slug


def _json(file: Any) -> Any:
    if (file.size or 0) > LARGEST:
        raise BadInput("The file is larger than 2 MiB", where=str(file.name)[:80])
    return parse(file.read(), where=str(file.name)[:80])


def _said(read: Any) -> Any:
    try:
        return read()
    except BadInput as fault:
        raise forms.ValidationError(str(fault)) from fault
