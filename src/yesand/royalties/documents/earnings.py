"""A picture of what each model brought, month by month, for a statement's document. Pure."""

from __future__ import annotations

from typing import Any

from babel.dates import format_date

from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.royalties.documents.figures import exact, places_of, spaced
from yesand.royalties.documents.tongue import Tongue
from yesand.royalties.stacked import BESIDES, OTHERS, Series, Stacked


def pictured(picture: Stacked | None, _: Tongue) -> dict[str, Any] | None:
    """Return the picture in words and hundredths; none of one month alone."""
    if picture is None or sum(any(m.micro for m in months) for _p, months in picture.rows) < 2:
        return None
    micros = [money.micro for row in picture.series for money in row.months]
    places = places_of(picture.currency, micros)
    most = {"most": spaced(picture.most, _)}
    return {
        "heading": _("By model and month"),
        "lead": _("Earned by model and month; the tallest bar is %(most)s.") % most,
        "columns": [
            {
                "month": format_date(Period.parse(each.period).start, "LLL", locale=_.language),
                "year": each.year,
                "x": each.x,
                "width": each.width,
                "parts": [[part.fill, part.y, part.height] for part in each.parts],
            }
            for each in picture.columns
        ],
        "keys": [row.fill for row in picture.series],
        "head": [
            f"{_('Month')}, {picture.currency}",
            *(_name(row, _) for row in picture.series),
        ],
        "rows": [
            [_.month(period), *(_bare(money, places, _) for money in months)]
            for period, months in picture.rows
            if any(money.micro for money in months)
        ],
    }


def _bare(money: Money, places: int, _: Tongue) -> str:
    """Write an amount without its currency: six columns of them share a page's width."""
    return exact(money.currency, money.micro, places, _).partition("\u00a0")[0]


def _name(row: Series, _: Tongue) -> str:
    known = {OTHERS: _("Other models"), BESIDES: _("Not for a model")}
    return known.get(row.key) or row.name or row.key[:12]
