"""The room's links in the frame."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy

from yesand.people.acting import WITHDRAW
from yesand.people.frame import AUDITOR, LICENSEE, PRODUCER, Link


def _(words: str) -> str:
    return cast(str, gettext_lazy(words))


MENU = (
    Link(_("Withdraw"), "withdrawal_preview", (), place=45, rights=(WITHDRAW,)),
    Link(_("Checks"), "checks", (AUDITOR,), place=60),
    Link(_("Findings"), "findings", (AUDITOR,), place=65, home=(PRODUCER,)),
    Link(_("Obligations"), "obligations", (AUDITOR,), place=70),
    Link(_("Revocations"), "revocations", (), place=72, home=(LICENSEE, PRODUCER, AUDITOR)),
)
