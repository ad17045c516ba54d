"""What a producer says when they offer an agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.agreements.offering.services import GUARDIAN, TEMPLATES
from yesand.people.models import Performer


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = Performer.objects.filter(user__isnull=False, synthetic=False)
        self.fields["performer"].queryset = able.order_by("handle")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Have a guardian stand by a minor."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("minor") and told.get("stands_by") != GUARDIAN:
            self.add_error("stands_by", _("For a minor a parent or guardian signs."))
        return told
