"""What a licensee's bill of its last settled month would be at other prices, or at this use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.people.models import Organisation
from yesand.royalties.estimating.services import usage
from yesand.royalties.invoicing.services import owed_lines
from yesand.royalties.invoicing.whatif import Answer, Use, what_if
from yesand.royalties.models import Settlement
from yesand.training.models import Deployment


@dataclass(frozen=True)
class Asked:
    """What was supposed, of which month and in which currency."""

    period: str
    currency: str
    answer: Answer


def suppose(
    place: Place,
    licensee: Organisation,
    factors_ppm: Mapping[str, int],
    month: Period | None = None,
) -> list[Asked]:
    """Return what a licensee would owe, a bill a currency; nothing is kept.

    The shares, prices and terms are those of its last settled month.

    Parameters
    ----------
    factors_ppm : unit → price in parts per million of what terms name.
    month : whose metered use is billed instead of the settled one's.

    Raises
    ------
    BadInput : a negative price.
    """
    settlement = Settlement.objects.order_by("-period").first()
    if settlement is None:
        return []
    used = _used(place, licensee, month) if month else {}
    found = []
    for (slug, currency), lines in sorted(owed_lines(settlement).items()):
        if slug == licensee.slug:
            answer = what_if(lines, factors_ppm, {**used.get("", {}), **used.get(currency, {})})
            found.append(Asked(settlement.period, currency, answer))
    return found


def _used(place: Place, licensee: Organisation, month: Period) -> dict[str, dict[Use, int]]:
    names = list(Deployment.objects.filter(licensee=licensee).values_list("name", flat=True))
    found = dict[str, dict[Use, int]]()
    for (name, _month), used in usage(place, names, [str(month)]).items():
        for what, quantity in used.items():
            # Use that is no money is in every currency's bill, revenue in its own.
            found.setdefault(what.currency, {})[name, what.unit, what.realtime] = quantity
    return found
