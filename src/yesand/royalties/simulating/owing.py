"""The oracle's lines: what is owed, from scratch, in fractions, over all performers at once.

Written apart from ``lines``, ``reckoning`` and ``statement`` and by another way: nothing here is
incremental or clever, and nothing of theirs is used. A new kind of line gets a function in
``KINDS``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from yesand.royalties.simulating.month import Month, Row
from yesand.royalties.simulating.picture import LineSeen
from yesand.royalties.simulating.sharing import Part, cut, nearest, parts_of

_ALL = 10**9
#: What stands on a statement and goes to a fund.
ON_TOP = ("contribution", "uncertainty")
Key = tuple[str, str]


@dataclass
class Sheet:
    """Everybody's lines, by (handle, currency)."""

    month: Month
    lines: dict[Key, list[LineSeen]] = field(default_factory=dict)
    parts: dict[str, dict[tuple[str, str], Part]] = field(default_factory=dict)

    def add(self, handle: str, currency: str, line: LineSeen) -> None:
        """Write a line down."""
        self.lines.setdefault((handle, currency), []).append(line)


def owed(month: Month) -> dict[Key, list[LineSeen]]:
    """Return what the month alone brings everybody: no advances, corrections or deductions."""
    sheet = Sheet(month)
    for model in month.models:
        parts = parts_of(month, model).items()
        paying = ((k, p) for k, p in parts if not p.via or month.deals[k[1]].pay["descendants"])
        sheet.parts[model] = dict(paying)
    for kind in KINDS:
        kind(sheet)
    return sheet.lines


def whose(month: Month) -> dict[str, set[str]]:
    """Return who gets a statement, in each currency of their terms and of revenue near them."""
    held: dict[str, set[str]] = defaultdict(set)
    for name in signed(month):
        held[month.deals[name].handle].add(month.deals[name].pay["currency"])
    for handle, name, model in month.paid_under:
        if not month.deals[name].pay["one_currency"]:
            payers = {month.payer_of(r) for r in month.rows if month.model_of(r) == model}
            near = (r for r in month.rows if r.currency and month.payer_of(r) in payers)
            held[handle] |= {str(r.currency) for r in near}
    return held


def signed(month: Month) -> list[str]:
    """Return the agreements that have a part in the month, in the order of their digests.

    Those under which something was given, a session's fee is due, or an advance is promised.
    """
    found = {name for _, name, _ in month.paid_under} | {*month.sessions}
    for deal in month.deals.values():
        before = deal.signed_at < month.ends and month.begun(deal.name, month.period)
        if deal.pay["advance"] and before and month.stands(deal.name) == deal.name:
            found.add(deal.name)
    return sorted(found, key=month.digest)


def _royalties(sheet: Sheet) -> None:
    month = sheet.month
    for model, parts in sheet.parts.items():
        for (handle, name), part in parts.items():
            pay = month.deals[name].pay
            for row in _rows_for(month, model, pay):
                _royalty(sheet, handle, name, part, row)


def _rows_for(month: Month, model: str, pay: Mapping[str, Any]) -> Iterator[Row]:
    """Yield what terms pay for: of a licensee's pool its division, in place of what it divides."""
    for row in month.rows:
        if month.model_of(row) == model and not _divisible(month, row, pay):
            yield row
    pooled = [row for row in month.rows if _divisible(month, row, pay)]
    for payer, currency in sorted({(month.payer_of(r), str(r.currency)) for r in pooled}):
        those = [r for r in pooled if (month.payer_of(r), r.currency) == (payer, currency)]
        used = _use(month, payer, pay["pool_unit"])
        pieces = cut(sum(r.quantity for r in those), list(used.values()))
        for deployment, piece in zip(used, pieces, strict=True):
            if month.deployments[deployment][0] == model:
                yield replace(those[0], deployment=deployment, quantity=piece)


def _divisible(month: Month, row: Row, pay: Mapping[str, Any]) -> bool:
    if pay["pool"] != "licensee" or row.unit != "revenue" or row.month != month.period:
        return False
    return bool(_use(month, month.payer_of(row), pay["pool_unit"]))


def _use(month: Month, payer: str, unit: str) -> dict[str, int]:
    """Return how much of each of a licensee's deployments was used in the month itself."""
    found: dict[str, int] = defaultdict(int)
    for row in month.rows:
        if (month.payer_of(row), row.unit, row.month) == (payer, unit, month.period):
            found[row.deployment] += row.quantity
    return {name: found[name] for name in sorted(found) if found[name]}


def _royalty(sheet: Sheet, handle: str, name: str, part: Part, row: Row) -> None:
    month, pay = sheet.month, sheet.month.deals[name].pay
    pool, currency = _pool(month, pay, row), pay["currency"]
    earned_in = ""
    if row.unit == "revenue" and row.currency and row.currency != currency:
        if pay["one_currency"]:
            rate = month.decreed.rate(row.month, row.currency, currency)
            assert rate is not None
            pool, earned_in = nearest(pool * rate), row.currency
        else:
            currency = row.currency
    line = LineSeen(
        kind="royalty" if row.month == month.period else "late",
        licensee=month.payer_of(row),
        agreement=name,
        deployment=row.deployment,
        month=row.month,
        unit=row.unit,
        realtime=row.realtime,
        quantity=row.quantity,
        share_ppb=part.pays,
        micro=0,
        earned_in=earned_in,
        via=part.via,
    )
    _shared(sheet, handle, currency, line, pool, part)


def _shared(
    sheet: Sheet, handle: str, currency: str, line: LineSeen, pool: int, part: Part
) -> None:
    """Write down a part of a pool: the performer's own, the equal part, and the fund's."""
    ppm = sheet.month.deals[line.agreement].pay["non_featured_ppm"]
    equally = nearest(Fraction(pool * ppm, 10**6))
    paid = nearest(Fraction((pool - equally) * part.pays, _ALL))
    measured = nearest(Fraction((pool - equally) * part.point, _ALL))
    sheet.add(handle, currency, replace(line, micro=paid))
    if equally and not part.via:
        each = nearest(Fraction(equally * part.equal, _ALL))
        told = replace(line, kind="non-featured", share_ppb=part.equal, micro=each)
        sheet.add(handle, currency, told)
    if part.bound and measured != paid:
        between = part.point - part.pays
        told = replace(line, kind="uncertainty", share_ppb=between, micro=measured - paid)
        sheet.add(handle, currency, told)


def _pool(month: Month, pay: Mapping[str, Any], row: Row) -> int:
    by = month.prices(pay, row.month)
    assert by is not None
    if row.unit == "revenue":
        return nearest(Fraction(row.quantity * by.revenue_share_ppm, 10**6))
    times = Fraction(by.realtime_multiple_ppm if row.realtime else 10**6, 10**6)
    return row.quantity * nearest(by.per_unit.get(row.unit, 0) * times)


def _fees(sheet: Sheet) -> None:
    """What each month in service pays: into the pool, or to each performer alone."""
    month = sheet.month
    for deployment, months in month.serving.items():
        model, licensee = month.deployments[deployment]
        for (handle, name), part in sheet.parts[model].items():
            pay = month.deals[name].pay
            for each in (m for m in months if month.begun(name, m)):
                by = month.prices(pay, each)
                line = _plain("period-fee", licensee, name, 0, deployment, each)
                if by is not None and by.fee:
                    told = replace(line, unit="month", quantity=1, share_ppb=part.pays)
                    told = replace(told, via=part.via)
                    _shared(sheet, handle, pay["currency"], told, by.fee, part)
                alone = pay["period_fee"] and pay["period_fee_to"] == "performer"
                if alone and not part.via:
                    micro = part.own(pay["period_fee"]["micro"])
                    sheet.add(handle, pay["currency"], replace(line, micro=micro))


def _bonuses(sheet: Sheet) -> None:
    """What is paid once: with the settlement in which all use so far has come to a threshold."""
    month = sheet.month
    for model, parts in sheet.parts.items():
        for (handle, name), part in parts.items():
            pay = month.deals[name].pay
            money = pay["currency"] if pay["bonus_unit"] == "revenue" else None
            for deployment, (of, licensee) in sorted(month.deployments.items()):
                if not pay["bonus"] or of != model or part.via:
                    continue
                before = month.counted.get((deployment, pay["bonus_unit"], money), 0)
                new = sum(
                    r.quantity
                    for r in month.rows
                    if (r.deployment, r.unit, r.currency) == (deployment, pay["bonus_unit"], money)
                )
                if new and before < pay["bonus_after"] <= before + new:
                    micro = part.own(pay["bonus"]["micro"])
                    line = _plain("bonus", licensee, name, micro, deployment)
                    line = replace(line, unit=pay["bonus_unit"], quantity=before + new)
                    sheet.add(handle, pay["currency"], line)


def _minimums(sheet: Sheet) -> None:
    """What is lacking to a promised minimum, by all in whose service the performer's models are."""
    month = sheet.month
    under: dict[tuple[str, str], set[str]] = defaultdict(set)
    for handle, name, model in month.given_under:
        under[handle, name].add(model)
    made = []
    for (handle, name), models in under.items():
        least = month.deals[name].pay["minimum_per_period"]
        for each in month.covers if least else ():
            if not month.begun(name, each):
                continue
            there = sheet.lines.get((handle, least["currency"]), [])
            there = [x for x in there if x.kind not in ON_TOP]
            got = sum(x.micro for x in there if (x.agreement, x.month) == (name, each))
            names = sorted(d for d, months in month.serving.items() if each in months)
            serving = [d for d in names if month.deployments[d][0] in models]
            lacking = max(0, least["micro"] - got)
            for d, micro in zip(serving, cut(lacking, [1] * len(serving)), strict=True):
                if lacking:
                    line = _plain("minimum", month.deployments[d][1], name, micro, d, each)
                    made.append((handle, least["currency"], line))
    for handle, currency, line in made:
        sheet.add(handle, currency, line)


def _session_fees(sheet: Sheet) -> None:
    for name in sheet.month.sessions:
        deal = sheet.month.deals[name]
        fee = deal.pay["session_fee"]
        line = _plain("session-fee", deal.producer, name, fee["micro"])
        sheet.add(deal.handle, fee["currency"], line)


def _contributions(sheet: Sheet) -> None:
    for (handle, currency), lines in sheet.lines.items():
        bases: dict[tuple[str, str], int] = defaultdict(int)
        for line in (each for each in lines if each.kind not in ON_TOP):
            bases[line.agreement, line.licensee] += line.micro
        for (name, payer), micro in bases.items():
            ppm = sheet.month.deals[name].pay["contribution_ppm"]
            if ppm:
                on_top = nearest(Fraction(micro * ppm, 10**6))
                sheet.add(handle, currency, _plain("contribution", payer, name, on_top))


def _plain(
    kind: str, payer: str, agreement: str, micro: int, deployment: str = "", month: str = ""
) -> LineSeen:
    return LineSeen(kind, payer, agreement, deployment, month, "", False, -1, -1, micro)


#: Kinds of lines, in the order in which one needs those before it.
KINDS: tuple[Callable[[Sheet], None], ...] = (
    _royalties,
    _fees,
    _bonuses,
    _minimums,
    _session_fees,
    _contributions,
)
