"""The frame's own links."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy

from yesand.people.acting import RIGHTS
from yesand.people.frame import AUDITOR, ROLES, Link


def _(words: str) -> str:
    return cast(str, gettext_lazy(words))


MENU = (
    Link(_("Home"), "me", ROLES, place=10, rights=tuple(RIGHTS)),
    Link(_("The log"), "log", (AUDITOR,), place=55),
)
