"""The room's links in the frame."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import PRODUCER, ROLES, Link

MENU = [
    Link(cast(str, _("Heidi")), "heidi", ROLES, place=80),
    Link(cast(str, _("Letters")), "letters", (PRODUCER,), place=81),
]
