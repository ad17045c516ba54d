"""The room's links in the frame."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext_lazy

from yesand.people.frame import AUDITOR, LICENSEE, PERFORMER, PRODUCER, Link


def _(words: str) -> str:
    return cast(str, gettext_lazy(words))


MENU = (
    Link(_("Balance"), "balance", (PERFORMER,), place=50),
    Link(_("Books"), "books", (), place=52, home=(AUDITOR, PRODUCER)),
    Link(_("Tariffs"), "tariffs", (), place=53, home=(AUDITOR, PRODUCER, LICENSEE)),
    Link(_("Audits of pay"), "pay_audits", (), place=53, home=(PERFORMER, AUDITOR, PRODUCER)),
    Link(_("Disputes"), "disputes", (), place=53, home=(PERFORMER, AUDITOR, PRODUCER)),
    Link(_("Invoices"), "invoices", (), place=51, home=(LICENSEE, AUDITOR, PRODUCER)),
    Link(_("Close a month"), "closing", (), place=54, home=(PRODUCER,)),
    Link(_("Raters’ pay"), "rater_rates", (), place=53, home=(AUDITOR, PRODUCER)),
    Link(_("Reconciliation"), "reconciliation", (), place=55, home=(AUDITOR,)),
    Link(_("Usage"), "usage", (LICENSEE,), place=50),
)
