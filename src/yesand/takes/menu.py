"""The room's links in the frame."""

from django.utils.translation import gettext_lazy as _

from yesand.people.frame import AUDITOR, PERFORMER, PRODUCER, Link

MENU = (
    Link(_("Scenes"), "scenes", (PERFORMER, PRODUCER), 20),
    Link(_("Projects"), "projects", (PRODUCER,), 22),
    Link(_("Queue"), "queue", (PRODUCER, AUDITOR), 24),
    Link(_("Corpus"), "overview", (PRODUCER, AUDITOR), 26),
)
