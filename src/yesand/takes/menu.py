"""The room's links in the frame."""

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, PERFORMER, PRODUCER, Link

MENU = (
    Link(_("Scenes"), "scenes", (PERFORMER,), 20, home=(PRODUCER,)),
    Link(_("My takes"), "takes", (), 21, home=(PERFORMER,)),
    Link(_("Projects"), "projects", (PRODUCER,), 22),
    Link(_("Queue"), "queue", (PRODUCER,), 24, home=(AUDITOR,)),
    Link(_("Corpus"), "overview", (), 26, home=(PRODUCER, AUDITOR)),
)
