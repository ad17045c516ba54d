"""The room's link in the frame."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, LICENSEE, PERFORMER, PRODUCER, RATER, Link

MENU = [
    Link(
        cast(str, _("Meetings")),
        "meetings",
        (PERFORMER, PRODUCER, RATER),
        place=30,
        home=(LICENSEE, AUDITOR),
    ),
]
