"""The least that is paid at once, so that no transfer costs more than it brings."""

from __future__ import annotations

import re

from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money

SETTING = "YESAND_PAYOUT_THRESHOLD"
_ONE = re.compile(r"\s*([A-Z]{3})\s+([0-9.]+)\s*\Z")


def thresholds(told: str) -> dict[str, Money]:
    """Read the house's thresholds, e.g. ``EUR 25, USD 30``; a currency that is not named has none.

    Raises
    ------
    BadInput : not of that form, or a currency twice.
    """
    found = dict[str, Money]()
    for part in filter(str.strip, told.split(",")):
        match = _ONE.match(part)
        if not match or match[1] in found:
            raise BadInput(
                f"{part.strip()[:40]!r} is no threshold, or its second",
                where=SETTING,
                remedy="Write currency and amount, such as `EUR 25, USD 30`.",
            )
        found[match[1]] = Money.of(match[1], match[2])
    return found
