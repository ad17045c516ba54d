"""The room's link in the frame."""

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, PRODUCER, Link

MENU = (Link(_("Ratings"), "ratings", (), 27, home=(PRODUCER, AUDITOR)),)
