"""The room's links in the frame; to Heidi herself leads the dock, which is on every page."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import LICENSEE, PERFORMER, PRODUCER, RATER, Link

MENU = [
    Link(cast(str, _("Letters")), "letters", (), 81, home=(PRODUCER, PERFORMER, LICENSEE, RATER)),
]
