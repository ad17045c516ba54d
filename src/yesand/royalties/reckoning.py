"""From facts to lines: royalties, minimums, session fees and contributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from yesand.agreements.terms import MILLION, Terms
from yesand.kernel.clock import Period
from yesand.kernel.money import Money, part
from yesand.royalties.facts import Facts, Settled, UsageTotal
from yesand.royalties.lines import (
    BILLION,
    REVENUE,
    Kind,
    Line,
    Part,
    Reliance,
    Weight,
    pool_of,
    price_of,
    sentence,
    share_of,
    slice_of,
)


def lines_for(
    facts: Facts,
    settled: Settled,
    terms: Mapping[str, Terms],
    shares: Mapping[str, Reliance],
) -> tuple[Line, ...]:
    """Return every line of one performer in one currency.

    Parameters
    ----------
    terms : agreement digest → its terms.
    shares : model digest → the performer's share in the report that the settlement names for it.
    """
    weights = {w.model: w for w in facts.weights}
    lines = [
        _royalty(facts, row, weights[row.model], p, terms[p.agreement], shares.get(row.model))
        for row in settled.usage
        if row.model in weights
        for p in weights[row.model].parts
        if _currency(row, terms[p.agreement]) == facts.currency
    ]
    lines += _minimums(facts, settled, terms, lines)
    lines += _session_fees(facts, terms)
    return (*lines, *_contributions(lines, terms))


def _royalty(
    facts: Facts, row: UsageTotal, weight: Weight, mine: Part, terms: Terms, rel: Reliance | None
) -> Line:
    pay, share = terms.pay, share_of(weight, mine.agreement, terms.pay, rel)
    pool = pool_of(pay, row.unit, row.realtime, row.quantity)
    late = row.usage_period != facts.period
    why = sentence(pay, facts.currency, row.unit, row.realtime, row.quantity, share)
    return Line(
        kind=Kind.LATE if late else Kind.ROYALTY,
        licensee=row.licensee,
        agreement=mine.agreement,
        micro=part(pool, share.ppb, BILLION),
        why=f"Usage of {row.usage_period}, which came in late: {why}" if late else why,
        deployment=row.deployment,
        model=row.model,
        usage_period=row.usage_period,
        unit=row.unit,
        realtime=row.realtime,
        quantity=row.quantity,
        price_micro=price_of(pay, row.unit, row.realtime),
        pool_micro=pool,
        basis=share.basis,
        share_ppb=share.ppb,
        low_ppb=share.low_ppb,
        high_ppb=share.high_ppb,
        method=share.method,
        report=share.report,
    )


def _currency(row: UsageTotal, terms: Terms) -> str:
    # A part of declared revenue is paid in the currency it was earned in: no rate is needed.
    return row.currency if row.unit == REVENUE and row.currency else terms.pay.currency


def _minimums(
    facts: Facts, settled: Settled, terms: Mapping[str, Terms], lines: Iterable[Line]
) -> list[Line]:
    earned = Counter[tuple[str, str]]()
    for line in lines:
        earned[line.agreement, line.usage_period or ""] += line.micro
    made: list[Line] = []
    for agreement in facts.agreements:
        for month in settled.covers:
            made += _minimum(facts, settled, agreement, terms[agreement], month, earned)
    return made


def _minimum(
    facts: Facts,
    settled: Settled,
    agreement: str,
    terms: Terms,
    month: str,
    earned: Mapping[tuple[str, str], int],
) -> list[Line]:
    least = terms.pay.minimum_per_period
    if least is None or least.currency != facts.currency:
        return []
    if terms.valid_from >= Period.parse(month).end.date():
        return []
    models = {w.model for w in facts.weights if agreement in {p.agreement for p in w.parts}}
    serving = [s for s in settled.services if s.model in models and month in s.months]
    lacking = max(0, least.micro - earned[agreement, month])
    # What is lacking is owed by all whose deployments were in service, in equal slices.
    cut = f" The rest is due in {len(serving)} equal slices, and this is one." * (len(serving) > 1)
    return [
        Line(
            kind=Kind.MINIMUM,
            licensee=s.licensee,
            agreement=agreement,
            micro=slice_of(lacking, i, 1, len(serving)),
            why=(
                f"Your terms promise {least.money()} for a month in service; {month} earned "
                f"{Money(facts.currency, earned[agreement, month])}.{cut}"
            ),
            deployment=s.deployment,
            model=s.model,
            usage_period=month,
        )
        for i, s in enumerate(serving)
        if lacking
    ]


def _session_fees(facts: Facts, terms: Mapping[str, Terms]) -> list[Line]:
    due = [(s, terms[s.agreement].pay.session_fee) for s in facts.sessions]
    return [
        Line(
            kind=Kind.SESSION_FEE,
            licensee=held.payer,
            agreement=held.agreement,
            micro=fee.micro,
            why=f"The fee for the session of {held.on} ({held.session}).",
            session=held.session,
        )
        for held, fee in due
        if fee is not None and fee.currency == facts.currency
    ]


def _contributions(lines: Iterable[Line], terms: Mapping[str, Terms]) -> list[Line]:
    base = Counter[tuple[str, str]]()
    for line in lines:
        base[line.agreement, line.licensee] += line.micro
    return [
        Line(
            kind=Kind.CONTRIBUTION,
            licensee=payer,
            agreement=agreement,
            micro=part(micro, terms[agreement].pay.contribution_ppm, MILLION),
            why=(
                f"{terms[agreement].pay.contribution_ppm / 10_000:g} % of what {payer} owes you, "
                "on top of it, to the pension and health fund."
            ),
        )
        for (agreement, payer), micro in sorted(base.items())
        if terms[agreement].pay.contribution_ppm
    ]
