"""What the assistant may answer from in this room: the public register, to whoever is a visitor.

Who is signed in is told of models by what they may see, which is more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.people.sight import Request
from yesand.site.register import Credited, credited
from yesand.site.templatetags.writing import plain


@dataclass(frozen=True)
class Passage:
    """A piece of text with where it stands."""

    title: str
    text: str
    url: str


def passages(request: Request) -> Iterator[Passage]:
    """Yield each model in service as the register shows it; and that there is none, if so."""
    if request.user.is_authenticated:
        return
    models, address = credited(), reverse("register")
    for model in models:
        yield Passage(
            _("Models in service: %(name)s") % {"name": model.name}, _told(model), address
        )
    if not models:
        yield Passage(_("Models in service"), _("No model is in service at present."), address)


def _told(model: Credited) -> str:
    """Tell of a model in service what its card in the register tells."""
    serving = _("%(names)s has it in service since %(date)s, for %(purpose)s (%(use)s).") % {
        "names": ", ".join(model.serving),
        "date": f"{model.since:%Y-%m-%d}",
        "purpose": plain(model.purpose),
        "use": plain(model.use_class),
    }
    taught = ngettext(
        "%(n)d performer taught it.", "%(n)d performers taught it.", model.performers
    ) % {"n": model.performers}
    named = _("Named by their wish: %(names)s.") % {"names": ", ".join(model.names)}
    return " ".join(filter(None, (serving, taught, named if model.names else "")))
