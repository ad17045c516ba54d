"""Withdrawals: those that there are, and the way to one's own."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import Scope
from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Slots
from yesand.heidi.tools.asker import Asker, page
from yesand.people.sight import visible

MOST = 6


def withdraw(asker: Asker, _slots: Slots) -> Reply:
    """List what was withdrawn, and show a performer the page that says what one would do."""
    rows = visible(Withdrawal, asker.sight).select_related("performer").order_by("-entry_id")
    if asker.sight.performer is None and not asker.sight.everything:
        return Reply(
            _("A withdrawal is a performer’s own: you have no performer’s seat."),
            links=(Link(_("How a withdrawal works"), _questions("withdrawal")),),
        )
    told = [_counted(rows)] if rows.exists() or asker.sight.everything else []
    if asker.sight.performer is None:
        links: tuple[Link, ...] = (Link(_("How a withdrawal works"), _questions("withdrawal")),)
        return Reply(" ".join(told), rows=_listed(asker, rows), links=links)
    words, links = _way()
    offers = not page("withdrawal_preview")
    return Reply(
        " ".join([*told, words]), rows=_listed(asker, rows), links=links, offers_human=offers
    )


def _counted(rows: QuerySet[Withdrawal]) -> str:
    number = rows.count()
    if not number:
        return _("Nothing has been withdrawn in this house.")
    return ngettext("There is %(n)d withdrawal.", "There are %(n)d withdrawals.", number) % {
        "n": number
    }


def _listed(asker: Asker, rows: QuerySet[Withdrawal]) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{row.at:%Y-%m-%d}, {row.performer}"
            if asker.sight.everything
            else f"{row.at:%Y-%m-%d}",
            _("everything") if Scope.parse(row.scope) == Scope() else _("a part"),
            reverse("withdrawal", args=[row.digest]),
        )
        for row in rows[:MOST]
    )


def _way() -> tuple[str, tuple[Link, ...]]:
    address = page("withdrawal_preview")
    if address:
        return _(
            "You may withdraw at any time, whole or in part, and need not say why. This page "
            "first shows exactly what it will do; nothing happens until you confirm it there."
        ), (Link(_("See what a withdrawal will do"), address),)
    return _(
        "You may withdraw at any time, whole or in part, and need not say why. In this house "
        "the producer does it for you: `yesand withdraw`. Shall I write to them?"
    ), (Link(_("How a withdrawal works"), _questions("withdrawal")),)


def _questions(anchor: str) -> str:
    return f"{reverse('help_page', args=['questions'])}#{anchor}"
