"""What terms promise beside a share of use: minimums, fees, bonuses, contributions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from yesand.agreements.terms import MILLION, Pay, Terms
from yesand.kernel.clock import Period
from yesand.kernel.money import Money, part
from yesand.royalties import reasons
from yesand.royalties.facts import Facts, Service, Settled, UsageTotal
from yesand.royalties.lines import (
    ON_TOP,
    REVENUE,
    Kind,
    Line,
    Weight,
    of_agreement,
    slice_of,
)


def begun(terms: Terms, month: str) -> bool:
    """Tell whether an agreement begins before a month is over."""
    return terms.valid_from < Period.parse(month).end.date()


def serving(facts: Facts, settled: Settled) -> Iterator[tuple[Weight, str, Service, str]]:
    """Yield every agreement with every month of every deployment that it has a part in.

    A performer has none whose part came from another model: that one's own deployments promise.
    """
    weights = [w for w in facts.weights if w.via is None]
    for service in settled.services:
        for weight in weights:
            if weight.model == service.model:
                for given in weight.parts:
                    for month in service.months:
                        yield weight, given.agreement, service, month


def own_fees(facts: Facts, settled: Settled, terms: Mapping[str, Terms]) -> Iterator[Line]:
    """Yield what each month of a deployment in service pays to the performer alone."""
    for weight, agreement, service, month in serving(facts, settled):
        pay = terms[agreement].pay
        if pay.period_fee is None or pay.period_fee_to != "performer":
            continue
        if pay.currency != facts.currency or not begun(terms[agreement], month):
            continue
        amount = of_agreement(pay.period_fee.micro, weight, agreement)
        yield Line(
            kind=Kind.PERIOD_FEE,
            licensee=service.licensee,
            agreement=agreement,
            micro=amount,
            why=reasons.own_fee(Money(pay.currency, amount), month, service.deployment),
            deployment=service.deployment,
            model=service.model,
            usage_period=month,
        )


def bonuses(facts: Facts, settled: Settled, terms: Mapping[str, Terms]) -> Iterator[Line]:
    """Yield every bonus whose threshold this settlement's usage has passed.

    What was counted before is in the settlement, and each use is settled once: so each threshold
    of an agreement is passed once. A bonus is of no month, and lowers no minimum.
    """
    for weight in facts.weights:
        if weight.via is None:
            for given in weight.parts:
                pay = terms[given.agreement].pay
                if pay.bonus is not None and pay.currency == facts.currency:
                    for licensee, deployment, reached in _passed(pay, weight.model, settled):
                        micro = of_agreement(pay.bonus.micro, weight, given.agreement)
                        amount = Money(pay.currency, micro)
                        about = pay.bonus_unit, pay.bonus_after, reached, deployment
                        yield Line(
                            kind=Kind.BONUS,
                            licensee=licensee,
                            agreement=given.agreement,
                            micro=micro,
                            why=reasons.bonus(amount, *about),
                            deployment=deployment,
                            model=weight.model,
                            unit=pay.bonus_unit,
                            quantity=reached,
                            threshold=pay.bonus_after,
                        )


def _passed(pay: Pay, model: str, settled: Settled) -> Iterator[tuple[str, str, int]]:
    """Yield who owes it, for which deployment, and how much use that has reached."""
    new = Counter[tuple[str, str]]()
    for row in settled.usage:
        if row.model == model and counts(pay, row):
            new[row.licensee, row.deployment] += row.quantity
    currency = pay.currency if pay.bonus_unit == REVENUE else None
    for (licensee, deployment), quantity in sorted(new.items()):
        about = deployment, pay.bonus_unit, currency
        before = sum(
            c.quantity for c in settled.counted if (c.deployment, c.unit, c.currency) == about
        )
        if before < pay.bonus_after <= before + quantity:
            yield licensee, deployment, before + quantity


def counts(pay: Pay, row: UsageTotal) -> bool:
    """Tell whether a row of usage counts towards the bonus."""
    same = row.unit != REVENUE or row.currency == pay.currency
    return row.unit == pay.bonus_unit and same


def minimums(
    facts: Facts, settled: Settled, terms: Mapping[str, Terms], lines: Iterable[Line]
) -> list[Line]:
    """Return what tops each covered month up to what each agreement guarantees."""
    earned = Counter[tuple[str, str]]()
    for line in lines:
        if line.kind not in ON_TOP:
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
    if least is None or least.currency != facts.currency or not begun(terms, month):
        return []
    owing = [s for _, a, s, m in serving(facts, settled) if (a, m) == (agreement, month)]
    lacking = max(0, least.micro - earned[agreement, month])
    # What is lacking is owed by all whose deployments were in service, in equal slices.
    cut = f" The rest is due in {len(owing)} equal slices, and this is one." * (len(owing) > 1)
    return [
        Line(
            kind=Kind.MINIMUM,
            licensee=s.licensee,
            agreement=agreement,
            micro=slice_of(lacking, i, 1, len(owing)),
            why=(
                f"Your terms promise {least.money()} for a month in service; {month} earned "
                f"{Money(facts.currency, earned[agreement, month])}.{cut}"
            ),
            deployment=s.deployment,
            model=s.model,
            usage_period=month,
        )
        for i, s in enumerate(owing)
        if lacking
    ]


def session_fees(facts: Facts, terms: Mapping[str, Terms]) -> list[Line]:
    """Return the fees of the sessions that are due."""
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


def contributions(lines: Iterable[Line], terms: Mapping[str, Terms]) -> list[Line]:
    """Return what goes to the fund on top of what each payer owes the performer."""
    base = Counter[tuple[str, str]]()
    for line in lines:
        if line.kind not in ON_TOP:
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
