"""The room's links in the frame."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, EVERYONE, PRODUCER, Link

MENU = [
    Link(cast(str, _("Newsroom")), "newsroom", (EVERYONE,), place=80),
    Link(cast(str, _("Editorial")), "desk", (), place=82, home=(PRODUCER, AUDITOR)),
]
