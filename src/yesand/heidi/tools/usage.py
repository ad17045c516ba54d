"""Usage that waits or is missing, and everything else that waits for a person."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Issued, Slots
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.people.speaking import in_words
from yesand.royalties.attesting.missing.services import month
from yesand.royalties.claiming.services import seen
from yesand.royalties.closing.queueing.services import exceptions as waiting
from yesand.royalties.models import Estimate
from yesand.training.models import Deployment

MOST = 6


def escrow(asker: Asker, _slots: Slots) -> Reply:
    """List the usage that nobody can be billed for yet, and why; others see what is unclaimed."""
    sight = asker.sight
    if not (sight.everything or sight.licensees or sight.performer):
        return Reply(_("Usage in escrow is seen by the house, by licensees and by performers."))
    rows = seen(asker.place, sight)
    link = Link(_("Usage in escrow"), reverse("claims"))
    if not rows:
        return Reply(_("No usage waits in escrow."), links=(link,))
    text = ngettext(
        "%(n)d row of usage waits in escrow. No money moves until its deployment is registered.",
        "%(n)d rows of usage wait in escrow. No money moves until its deployment is registered.",
        len(rows),
    )
    told = tuple(
        Row(
            f"{row.deployment}, {row.period}",
            f"{row.quantity:,} × {row.unit}: {_(row.reason)}",
            link.address,
        )
        for row in rows[:MOST]
    )
    return Reply(text % {"n": len(rows)}, rows=told, links=(link,))


def missing(asker: Asker, slots: Issued) -> Reply:
    """Tell what of a month's usage did not come in or is not attested, and what was estimated."""
    sight = asker.sight
    if not (sight.everything or sight.licensees):
        return Reply(
            _(
                "Usage is attested by licensees. A line of your statement that rests on an "
                "estimate says so, and real usage takes its place when it comes."
            ),
            links=(Link(_("All statements"), reverse("statements")),),
        )
    now = asker.month
    try:
        period = Period.parse(slots.month) if slots.month else now.previous()
    except BadInput:
        period = now.previous()
    address = f"{reverse('attested')}?period={period}"
    found = month(asker.place, period, None if sight.everything else sight.licensees)
    rows = [Row(row.deployment, _(row.what.value), address) for row in found.missing]
    rows += _estimates(asker, period, address)
    link = Link(_("Attested usage, and what is missing"), address)
    if not rows:
        text = _("Of %(month)s nothing is missing, and nothing was estimated.")
    else:
        text = _("Of %(month)s this is missing or estimated:")
    return Reply(text % {"month": period}, rows=tuple(rows[: 2 * MOST]), links=(link,))


def _estimates(asker: Asker, period: Period, address: str) -> Iterator[Row]:
    rows = Estimate.objects.filter(period=str(period)).order_by("deployment")
    if not asker.sight.everything:
        own = Deployment.objects.filter(licensee__in=asker.sight.licensees)
        rows = rows.filter(deployment__in=own.values("name"))
    for row in rows:
        told = ", ".join(f"{total['quantity']:,} × {total['unit']}" for total in row.rows)
        yield Row(_("ESTIMATE of %(name)s") % {"name": row.deployment}, told, address)


def exceptions(asker: Asker, _slots: Slots) -> Reply:
    """List everything that waits for a person: escrow, held, returned, unmatched."""
    if not asker.sight.everything:
        return Reply(
            _("What does not fit is seen to by the producer; what is yours, you are told.")
        )
    rows = waiting(asker.place)
    link = Link(_("What waits"), reverse("exceptions"))
    if not rows:
        return Reply(_("Nothing waits for a person."), links=(link,))
    text = ngettext("%(n)d thing waits for a person:", "%(n)d things wait for a person:", len(rows))
    told = tuple(
        Row(_(row.kind), (f"{row.money}: " if row.money else "") + in_words(row.said), row.address)
        for row in rows[: 2 * MOST]
    )
    return Reply(text % {"n": len(rows)}, rows=told, links=(link,))
