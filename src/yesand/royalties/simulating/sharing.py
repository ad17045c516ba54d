"""The oracle's shares: who has which part of a model's pools, before and after what noise does.

Exact fractions, over all performers of a model at once; nothing of the code under test is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise
from math import floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yesand.royalties.simulating.month import Month

_ALL = 10**9
#: Share, low, high of a report, in parts per billion.
Interval = tuple[int, int, int]


def nearest(value: Fraction) -> int:
    """Round to the nearest whole number, a half to the even one."""
    return round(value)


def cut(whole: int, sizes: Sequence[int]) -> list[int]:
    """Cut a whole by sizes: the knife falls at the floor of each exact place."""
    if not sizes:
        return []
    total = sum(sizes)
    places = [floor(Fraction(whole * at, total)) for at in accumulate(sizes, initial=0)]
    return [after - before for before, after in pairwise(places)]


@dataclass(frozen=True)
class Part:
    """One agreement's part of a model's pools, in parts per billion.

    Attributes
    ----------
    pays, point : what pays, and what was measured; ``bound``: whether a fund gets what is between.
    equal : its part of what all share equally.
    via : the model through which its performer is in this one.
    sizes, place : of all agreements of its performer in the model, and which of them it is.
    """

    pays: int
    point: int
    bound: bool
    equal: int
    sizes: tuple[int, ...]
    place: int
    via: str = ""

    def own(self, whole: int) -> int:
        """Return this agreement's slice of what its performer gets alone."""
        return cut(whole, self.sizes)[self.place]


def parts_of(month: Month, model: str) -> dict[tuple[str, str], Part]:
    """Return each (handle, standing agreement)'s part in a model.

    Who has a share through a model that this one was made from has what the report says, and
    nothing of what goes by minutes or heads.
    """
    found = _within(month, model, model)
    for ancestor, handles in month.ancestors[model].items():
        parts = _within(month, model, ancestor)
        found |= {key: part for key, part in parts.items() if key[0] in handles}
    return found


def _within(month: Month, model: str, source: str) -> dict[tuple[str, str], Part]:
    """Return the parts in a model of all who gave to another, or to itself."""
    given: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for handle, agreement, ms in month.given[source]:
        given[handle][month.stands(agreement)] += ms
    handles = sorted(given)
    spent = [sum(given[handle].values()) for handle in handles]
    equal = cut(_ALL, [1] * len(handles))
    minutes = cut(_ALL, spent) if sum(spent) else equal
    if source != model:
        equal = minutes = [0 for _ in handles]
    report = month.shares.get(model)
    drawn = dict(zip(handles, _drawn(month, model, handles, equal), strict=True))
    found = {}
    for n, handle in enumerate(handles):
        names = sorted(given[handle], key=month.digest)
        sizes = [given[handle][name] for name in names]
        sizes = sizes if sum(sizes) else [1] * len(sizes)
        for place, name in enumerate(names):
            told = report.get(handle, (0, 0, 0)) if report is not None else None
            slot = _Slot(month.deals[name].pay, minutes[n], equal[n], tuple(sizes), place)
            part = slot.part(told, drawn[handle])
            found[handle, name] = replace(part, via=source if source != model else "")
    return found


@dataclass(frozen=True)
class _Slot:
    pay: Mapping[str, Any]
    minutes: int
    equal: int
    sizes: tuple[int, ...]
    place: int

    def part(self, told: Interval | None, drawn: int | None) -> Part:
        """Return the part: as measured, at its lower bound, or drawn towards the equal one."""
        if told is None or not self.pay["basis"]["reliance"]:
            fallback = self.minutes if self.pay["fallback"] == "minutes" else self.equal
            return self._made(self._mine(fallback), self._mine(fallback), bound=False)
        point, low = self._mine(told[0]), self._mine(told[1])
        if self.pay["uncertainty"] == "lower-bound":
            return self._made(min(point, low), point, bound=True)
        if self.pay["uncertainty"] == "shrunk" and drawn is not None:
            return self._made(self._mine(drawn), point, bound=False)
        return self._made(point, point, bound=False)

    def _made(self, pays: int, point: int, *, bound: bool) -> Part:
        equal = cut(self.equal, self.sizes)[self.place]
        return Part(pays, point, bound, equal, self.sizes, self.place)

    def _mine(self, measured: int) -> int:
        weights = self.pay["basis"]
        whole = nearest(
            Fraction(weights["reliance"] * measured, 10**6)
            + Fraction(weights["minutes"] * self.minutes, 10**6)
            + Fraction(weights["equal"] * self.equal, 10**6)
        )
        return cut(whole, self.sizes)[self.place]


def asks_signal(month: Month, model: str) -> bool:
    """Tell whether anybody's terms have the shares of a model drawn by their noise."""
    stand = {month.stands(agreement) for _, agreement, _ in month.models[model]}
    return any(month.deals[name].pay["uncertainty"] == "shrunk" for name in stand)


def _drawn(
    month: Month, model: str, handles: Sequence[str], equal: Sequence[int]
) -> list[int] | list[None]:
    """Return every share drawn towards the equal one: λ·s + (1 − λ)/n, λ in thousandths."""
    # What is passed on has the interval of a bound or of a word, which is no noise.
    passed = bool(month.ancestors[model])
    if passed or model not in month.shares or not asks_signal(month, model):
        return [None for _ in handles]
    report = [month.shares[model].get(handle, (0, 0, 0)) for handle in handles]
    signal = _signal(report)
    mixed = [signal * s + (1000 - signal) * e for (s, _, _), e in zip(report, equal, strict=True)]
    places = [floor(Fraction(at, 1000)) for at in accumulate(mixed, initial=0)]
    return [after - before for before, after in pairwise(places)]


def _signal(report: Sequence[Interval]) -> int:
    """Return λ = 1 − noise / spread in whole thousandths, at least nothing.

    Noise is the mean variance of errors whose 95 % intervals are 2 × 1.96 standard errors wide.
    """
    n = len(report)
    spread = sum((Fraction(s) - Fraction(_ALL, n)) ** 2 for s, _, _ in report) / n
    noise = sum((Fraction(high - low) / Fraction(392, 100)) ** 2 for _, low, high in report) / n
    return max(0, floor(1000 * (1 - noise / spread))) if spread else 0
