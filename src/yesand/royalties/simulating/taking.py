"""The oracle's way from earned to paid: advances, agents, tax, thresholds, and the sums.

Written apart from ``deducting`` and ``statement``; docs/royalties.md says what is right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

from yesand.royalties.simulating.decreed import last_day
from yesand.royalties.simulating.month import EXPONENTS, Deal, Month, Row
from yesand.royalties.simulating.owing import ON_TOP, Key, owed, signed, whose
from yesand.royalties.simulating.picture import AdvanceSeen, LineSeen, StatementSeen, TakenSeen
from yesand.royalties.simulating.sharing import nearest

#: Lines that pay no advance back unless terms name them, and the advance itself.
_GUARANTEED = {"minimum", "session-fee"}


def statements(
    month: Month,
    corrections: Mapping[Key, Iterable[LineSeen]],
    stated: Callable[[str, str], tuple[int, int]],
) -> dict[Key, StatementSeen]:
    """Return everybody's statement of a month, by (handle, currency).

    Parameters
    ----------
    corrections : what is taken back and stated again of earlier months, a key for each statement
        of them.
    stated : what came into dispute since the statement before, and what came out of it.
    """
    lines, keys = owed(month), set(corrections)
    keys |= {(handle, currency) for handle, each in whose(month).items() for currency in each}
    deals, found = [month.deals[name] for name in signed(month)], {}
    for key in sorted(keys):
        desk = _Desk(month, key, [deal for deal in deals if deal.handle == key[0]])
        desk.lines = [*lines.get(key, []), *desk.advanced(), *corrections.get(key, ())]
        desk.recoup()
        desk.deduct()
        found[key] = desk.summed(*stated(*key))
    return found


def lacking(month: Month) -> bool:
    """Tell whether a tariff, a tax table or an exchange rate is missing that the month needs."""
    under: dict[str, set[str]] = defaultdict(set)
    for _, name, model in month.near_under:
        under[model].add(name)
    day = last_day(month.period)
    taxed = {month.deals[name].pay["withhold"] for name in signed(month)} - {""}
    if any(month.decreed.table(country, day) is None for country in taxed):
        return True
    for row in month.rows:
        payer = month.payer_of(row)
        for model in {month.model_of(r) for r in month.rows if month.payer_of(r) == payer}:
            own = model == month.model_of(row)
            pays = [month.deals[name].pay for name in under[model]]
            if any(_unpriced(month, pay, row, own=own) for pay in pays):
                return True
    return False


def _unpriced(month: Month, pay: Mapping[str, Any], row: Row, *, own: bool) -> bool:
    """Tell whether terms lack a price of a row, or a rate; ``own``: of the very model used."""
    if own and month.prices(pay, row.month) is None:
        return True
    asks = pay["one_currency"] and row.currency and (own or pay["pool"] == "licensee")
    if not asks or row.currency == pay["currency"]:
        return False
    return month.decreed.rate(row.month, str(row.currency), pay["currency"]) is None


@dataclass
class _Open:
    """An advance as a month finds it, and what becomes of it."""

    name: tuple[str, str]
    deal: Deal
    granted: int
    opening: int
    over: int
    since: str
    paid: int
    left: int = 0

    def __post_init__(self) -> None:
        """Begin with what is open, and what is paid now."""
        self.left = self.opening + self.paid

    def seen(self) -> AdvanceSeen:
        """Return where it stands."""
        back = self.opening + self.paid - self.left
        sums = self.granted + self.paid, self.opening, self.paid, back, self.left, self.over
        return AdvanceSeen(*self.name, self.deal.name, *sums, self.since)


def _as_they_came(
    lines: Iterable[LineSeen], advances: list[_Open]
) -> Iterator[tuple[list[LineSeen], list[_Open]]]:
    """Yield lines with the advances that were there when they were, or should have been, earned."""
    by_number: dict[int, list[LineSeen]] = defaultdict(list)
    for line in lines:
        there = [one for one in advances if not line.of or one.since <= line.of]
        by_number[len(there)].append(line)
    for number, own in sorted(by_number.items()):
        first = sorted(advances, key=lambda one: one.since)[:number]
        yield own, [one for one in advances if one in first]


def _recoupable(lines: Iterable[LineSeen], pot: str, deal: Deal) -> int:
    never = {"advance", *ON_TOP} | _GUARANTEED - set(deal.pay["recoup_from"])
    return sum(x.micro for x in lines if x.agreement == pot and x.kind not in never)


@dataclass
class _Desk:
    """One performer's statement in one currency, as it comes about.

    ``own`` are the performer's agreements that have a part in the month.
    """

    month: Month
    key: Key
    own: list[Deal]
    lines: list[LineSeen] = field(default_factory=list)
    taken: list[TakenSeen] = field(default_factory=list)
    advances: list[AdvanceSeen] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def _promises(self) -> Iterator[tuple[tuple[str, str], Deal]]:
        """Yield each advance that terms name in this currency, under the first that names it."""
        seen = set()
        for deal in self.own:
            advance, name = deal.pay["advance"], (deal.producer, deal.pay["advance_name"])
            mine = advance and advance["currency"] == self.key[1]
            if mine and self.month.begun(deal.name, self.month.period) and name not in seen:
                seen.add(name)
                yield name, deal

    def advanced(self) -> list[LineSeen]:
        """Return the advances that no statement before has paid."""
        known = self.month.advances.get(self.key, {})
        return [
            LineSeen(
                "advance", name[0], deal.name, "", "", "", False, -1, -1,
                deal.pay["advance"]["micro"],
            )
            for name, deal in self._promises()
            if name not in known
        ]  # fmt: skip

    def recoup(self) -> None:
        """Pay advances back; what no standing terms name stays open."""
        before = dict(self.month.advances.get(self.key, {}))
        # The older advance first: agreements change their order when one is amended.
        age = {name: n for n, name in enumerate(before)}
        open_ones = []
        for name, deal in sorted(self._promises(), key=lambda one: age.get(one[0], len(age))):
            was = before.pop(name, (0, 0, 0, self.month.period))
            fresh = [x for x in self.lines if (x.kind, x.agreement) == ("advance", deal.name)]
            open_ones.append(_Open(name, deal, *was, paid=sum(x.micro for x in fresh)))
        for lines, those in _as_they_came(self.lines, open_ones):
            kept: dict[str, int] = defaultdict(int)
            for one in those:
                self._recoup(one, lines, kept)
        self.advances = [one.seen() for one in open_ones]
        for (payer, called), (granted, left, over, since) in before.items():
            never = payer, called, "", granted, left, 0, 0, left, over, since
            self.advances.append(AdvanceSeen(*never))
        later = len(age)
        self.advances.sort(key=lambda one: age.get((one.payer, one.name), later))

    def _recoup(self, one: _Open, lines: list[LineSeen], kept: dict[str, int]) -> None:
        deal = one.deal
        for pot in self._pots(one.name, deal):
            base = _recoupable(lines, pot, deal) - kept[pot]
            wanted = nearest(Fraction(base * deal.pay["recoup_ppm"], 10**6))
            if wanted >= 0:
                micro = min(wanted, one.left)
                one.over += wanted - micro
            else:
                # First goes what was paid out, then what was paid back, and never more than that.
                paid_out = min(-wanted, one.over)
                one.over -= paid_out
                micro = -min(-wanted - paid_out, one.granted + one.paid - one.left)
            if micro:
                about = "recoupment", f"licensee:{one.name[0]}", pot
                self.taken.append(TakenSeen(*about, base, deal.pay["recoup_ppm"], micro))
                self.kept[pot] += micro
                kept[pot] += micro
                one.left -= micro

    def _pots(self, name: tuple[str, str], deal: Deal) -> Iterator[str]:
        for other in self.own:
            same = other.pay["advance"] is not None and other.pay["advance_name"] == name[1]
            if other.producer == name[0] and (deal.pay["cross_collateral"] or same):
                yield other.name

    def deduct(self) -> None:
        """Take the agent's part and the tax off, agreement by agreement."""
        earned: dict[str, int] = defaultdict(int)
        for line in self.lines:
            if line.kind not in ON_TOP:
                earned[line.agreement] += line.micro
        for name, micro in earned.items():
            self._agent(name, micro - self.kept[name])
            self._withhold(name)

    def _agent(self, name: str, base: int) -> None:
        pay = self.month.deals[name].pay
        to, ppm = pay["agent"], pay["agent_ppm"]
        directed = self.month.decreed.directed(self.key[0], last_day(self.month.period))
        if directed is not None:
            to, ppm = directed.to, directed.ppm
        self._take("agent", f"agent:{to}", name, base, ppm)

    def _withhold(self, name: str) -> None:
        day = last_day(self.month.period)
        country = self.month.deals[name].pay["withhold"]
        table = self.month.decreed.table(country, day)
        if table is None:
            return
        lives = self.month.decreed.residence(self.key[0], day)
        rates = dict(table.rows)
        ppm = table.backup_ppm if lives is None else rates.get(lives, table.default_ppm)
        those = [x for x in self.lines if x.agreement == name and x.kind not in ON_TOP]
        base = sum(x.micro for x in those if x.kind in table.kinds)
        # What pays an advance back was taxed when the advance was paid.
        base -= self.kept[name] if "advance" in table.kinds else 0
        self._take("withholding", f"tax:{country}", name, base, ppm)

    def _take(self, kind: str, account: str, name: str, base: int, ppm: int) -> None:
        micro = nearest(Fraction(base * ppm, 10**6))
        if micro:
            self.taken.append(TakenSeen(kind, account, name, base, ppm, micro))

    def summed(self, held: int, released: int) -> StatementSeen:
        """Return the statement: what is due is paid in whole minor units, the rest is carried."""
        earned = sum(x.micro for x in self.lines if x.kind not in ON_TOP)
        on_top = sum(x.micro for x in self.lines if x.kind == "contribution")
        brought = self.month.carried.get(self.key, 0)
        due = brought + earned - sum(x.micro for x in self.taken) - held + released
        least, unit = self._least(), 10 ** (6 - EXPONENTS[self.key[1]])
        minor = floor(Fraction(due, unit)) if due > 0 and due >= least else 0
        return StatementSeen(
            lines=tuple(self.lines),
            taken=tuple(self.taken),
            advances=tuple(self.advances),
            least_micro=least,
            held_micro=held,
            released_micro=released,
            brought_micro=brought,
            total_micro=earned,
            contributions_micro=on_top,
            payable_minor=minor,
            carried_micro=due - minor * unit,
        )

    def _least(self) -> int:
        pays = [deal.pay for deal in self.own if deal.pay["currency"] == self.key[1]]
        return min(
            (p["least_payout"]["micro"] if p["least_payout"] else 0 for p in pays), default=0
        )
