"""The form of what raters are asked."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yesand.affect.questions.questions import PARTS, Questions


class QuestionsForm(forms.Form):
    """The page's three parts; of a project also whether it asks as the house does.

    Parameters
    ----------
    of_project : whether it is a project's.
    """

    as_house = forms.BooleanField(
        label=_("As the house asks"),
        required=False,
        help_text=_("What is chosen below does not count then."),
    )
    emotions = forms.BooleanField(label=_("Which emotions, and how strong"), required=False)
    axes = forms.BooleanField(
        label=_("How the person feels: pleasant, excited, in control"), required=False
    )
    line = forms.BooleanField(
        label=_("How that changes, drawn over the waveform"),
        help_text=_("Nobody has to draw one."),
        required=False,
    )

    def __init__(self, *given: Any, of_project: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        if not of_project:
            del self.fields["as_house"]

    def told(self) -> Questions | None:
        """Return what is asked; none: what the house asks.

        Raises
        ------
        BadInput : nothing is asked that has to be answered.
        """
        said = self.cleaned_data
        return None if said.get("as_house") else Questions(**{part: said[part] for part in PARTS})
