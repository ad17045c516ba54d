"""Who acts for a person, and for whom they act: until when, and what they may do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.reply import Row
from yesand.heidi.tools.asker import Asker
from yesand.people.models import Delegation


def acting(asker: Asker) -> Iterator[Row]:
    """Yield those who act for the person at present, and those for whom they act."""
    performer, now = asker.sight.performer, asker.place.clock.now()
    if performer is not None:
        rows = Delegation.objects.filter(performer=performer, ended_at=None, until__gt=now)
        for row in rows.select_related("user").order_by("pk"):
            who = row.user.username if row.user else _("not taken up yet")
            yield Row(
                _("Acts for you"), _told(who, row.kind, row.until), reverse("account_delegates")
            )
    for each in asker.sight.acting:
        told = _told(str(each.performer), each.kind, each.until)
        yield Row(_("You act for"), told, reverse("account_delegates"))


def _told(who: str, kind: str, until: datetime) -> str:
    told = {"who": who, "kind": _(kind), "date": f"{until:%Y-%m-%d}"}
    return _("%(who)s (%(kind)s), until %(date)s") % told
