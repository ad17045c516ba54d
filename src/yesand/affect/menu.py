"""The room's links in the frame."""

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, PRODUCER, RATER, Link

MENU = (
    Link(_("Rate takes"), "rate", (RATER,), 20),
    Link(_("Ratings"), "ratings", (), 27, home=(PRODUCER, AUDITOR)),
)
