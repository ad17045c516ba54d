"""The room's links in the frame."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy

from yesand.people.frame import LICENSEE, Link


def _(words: str) -> str:
    return cast(str, gettext_lazy(words))


MENU = (Link(_("Corpora"), "manifests", (LICENSEE,), place=20),)
