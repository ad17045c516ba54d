"""Prices in force, and what a licensee's bill would be at others."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.agreements.pay_wording import percent
from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Slots, Supposed
from yesand.heidi.tools.asker import Asker
from yesand.kernel.money import Money
from yesand.people.models import Organisation
from yesand.people.sight import visible
from yesand.royalties.invoicing.supposing.services import Asked, suppose
from yesand.royalties.models import TariffVersion
from yesand.royalties.tariffs.services import tariff_of
from yesand.royalties.tariffs.tariff import Tariff, standing
from yesand.royalties.units import UNITS

MOST = 6
MILLION = 10**6


def prices(asker: Asker, _slots: Slots) -> Reply:
    """Tell each tariff's prices as they are in force this month."""
    found: dict[str, list[Tariff]] = {}
    for row in visible(TariffVersion, asker.sight).order_by("name", "version"):
        found.setdefault(row.name, []).append(tariff_of(row))
    links = (Link(_("Tariffs"), reverse("tariffs")),) if asker.sight.roles else ()
    own = _("Where an agreement names prices of its own, they stand in its clause on pay.")
    if not found:
        return Reply(f"{_('No tariff is published.')} {own}", links=links)
    month = str(asker.month)
    rows = tuple(_tariff(standing(versions, month), name) for name, versions in found.items())
    text = _("These tariffs price %(month)s.") % {"month": month}
    return Reply(f"{text} {own}", rows=rows[:MOST], links=links)


def _tariff(told: Tariff | None, name: str) -> Row:
    address = reverse("tariff", args=[name])
    if told is None:
        return Row(name, _("none in force yet"), address)
    said = [f"{_(unit)} {Money(told.currency, m)}" for unit, m in sorted(told.per_unit.items())]
    if told.revenue_share_ppm:
        said.append(f"{_('part of revenue')} {percent(told.revenue_share_ppm)}")
    if told.period_fee_micro:
        said.append(f"{_('fee a month')} {Money(told.currency, told.period_fee_micro)}")
    return Row(told.called, "; ".join(said), address)


def supposed(asker: Asker, slots: Supposed) -> Reply:
    """Tell a licensee what its last settled month would cost at other prices or this use."""
    own = Organisation.objects.filter(pk__in=asker.sight.licensees).order_by("slug")
    if not own:
        return Reply(_("What a bill would be at other prices is computed for licensees."))
    factor = int(slots.percent or 100) * (MILLION // 100)
    factors = {unit: factor for unit in UNITS if slots.unit in ("", unit)}
    now = asker.month if slots.use == "now" else None
    rows = [
        row
        for each in own
        for asked in suppose(asker.place, each, factors, now)
        for row in _computed(asked)
    ]
    link = Link(_("What would it cost?"), reverse("what_if"))
    if not rows:
        return Reply(
            _("No month of yours is settled yet, so there is nothing to go by."), links=(link,)
        )
    text = _("At %(percent)s %% of the price, before tax, by your last settled month:") % {
        "percent": slots.percent or "100"
    }
    if now is not None:
        text = _("This month’s use so far, at %(percent)s %% of the price, before tax:") % {
            "percent": slots.percent or "100"
        }
    return Reply(text, rows=tuple(rows[: 2 * MOST]), links=(link,))


def _computed(asked: Asked) -> Iterator[Row]:
    address, answer = reverse("what_if"), asked.answer
    for row in answer.uses:
        told = {
            "was": Money(asked.currency, row.billed),
            "now": Money(asked.currency, row.supposed),
        }
        name = f"{row.use[0]}, {_(row.use[1])}"
        yield Row(name, _("%(now)s instead of %(was)s") % told, address)
    name = _("All of %(month)s") % {"month": asked.period}
    yield Row(name, str(Money(asked.currency, answer.total)), address)
