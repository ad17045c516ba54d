"""The closed list of usage units. To add one, add a row here, and how an agreement words it.

The wording is in ``agreements.pay_wording``; nothing else knows the list.

Terms may then name a price for it (``Pay.per_unit``), events may count in it, and statements show
it. A unit that is not here is refused with its row, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from yesand.royalties.lines import REVENUE


@dataclass(frozen=True)
class Unit:
    """A countable use of a deployment.

    Attributes
    ----------
    code : as events and terms write it.
    what : what one unit is, for people.
    most : the largest quantity one event may carry; more is taken for a mistake.
    """

    code: str
    what: str
    most: int = 10**9


_ALL = (
    Unit("request", "one call that was answered"),
    Unit("inference-second", "one second of input that a model listened to or looked at"),
    Unit("output-second", "one second of speech or video that a model made"),
    Unit("character", "one Unicode character of text that was spoken or read"),
    # A declared amount, not a count: its quantity is micro-units of the event's ``currency``.
    Unit(REVENUE, "one micro-unit of declared revenue", most=10**15),
)
UNITS = {unit.code: unit for unit in _ALL}
