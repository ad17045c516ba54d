"""The room's links in the frame."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy

from yesand.people.acting import READ, SIGN
from yesand.people.frame import (
    AUDITOR,
    LICENSEE,
    PERFORMER,
    PRODUCER,
    UNION,
    Link,
)


def _(words: str) -> str:
    return cast(str, gettext_lazy(words))


MENU = (
    Link(_("Agreements"), "agreements", (PERFORMER,), place=40, rights=(READ, SIGN)),
    Link(
        _("Collective agreements"),
        "collectives",
        (UNION,),
        place=41,
        home=(PERFORMER, PRODUCER, AUDITOR),
    ),
    Link(
        _("Suspensions"),
        "suspensions",
        (UNION,),
        place=42,
        home=(PERFORMER, PRODUCER, LICENSEE, AUDITOR),
    ),
    Link(_("My unions"), "unions", (), place=43, home=(PERFORMER,)),
)
