"""The room's links in the frame."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, PRODUCER, Link

MENU = (
    Link(cast(str, _("People")), "people", (PRODUCER,), place=35, home=(AUDITOR,)),
    Link(cast(str, _("Invitations")), "invitations", (), place=86, home=(PRODUCER,)),
)
