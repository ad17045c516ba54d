"""Dealing what a house decrees: tariffs, tax tables, certificates, directions, exchange rates."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from yesand.agreements.pay import MILLION
from yesand.royalties.lines import Kind
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.decreed import first_day, last_day
from yesand.royalties.simulating.hand import UNITS, Hand
from yesand.royalties.simulating.knowing import after
from yesand.royalties.simulating.month import EXPONENTS
from yesand.royalties.simulating.promising import AGENTS

#: Whose tax may be withheld, and where somebody may be resident.
COUNTRIES, RESIDENCES = ("US", "DE"), ("US", "DE", "FR", "JP")
_EARLY, _LATE = date(2025, 10, 1), date(2026, 2, 10)
#: What one euro is about, in millionths.
_ABOUT = {"USD": 1_082_300, "JPY": 163_450_000, "KWD": 333_300}
_TAXABLE = tuple(kind.value for kind in Kind if kind not in {Kind.CONTRIBUTION, Kind.UNCERTAINTY})


def decree(hand: Hand) -> None:
    """Deal what is there before the first agreement: now and then too late for the first month."""
    random = hand.random
    for currency in ("EUR", *EXPONENTS):
        if random.random() < 0.2 and f"film-{currency.lower()}" not in hand.tariffs:
            publish(hand, currency, _since(random))
    for country in COUNTRIES:
        if random.random() < 0.3:
            hand.countries.append(country)
            hand.deal(_table(random, country, _since(random)))
    if random.random() < 0.4:
        hand.quoted = True
        hand.deal(_quote(random, _EARLY))


def _since(random: Random) -> date:
    return _LATE if random.random() < 0.05 else _EARLY


def publish(hand: Hand, currency: str, effective: date) -> None:
    """Deal the next version of a tariff."""
    random, name = hand.random, f"film-{currency.lower()}"
    there = hand.tariffs.setdefault(name, [])
    units = sorted(random.sample(UNITS, random.randint(1, 4)))
    step = steps.Publish(
        name=name,
        version=len(there) + 1,
        effective=effective,
        currency=currency,
        per_unit=tuple((unit, random.randint(0, 40_000)) for unit in units),
        revenue_share_ppm=random.choice((0, random.randint(0, 400_000))),
        realtime_multiple_ppm=random.randint(MILLION, 9 * MILLION),
        period_fee_micro=random.choice((0, random.randint(0, 5_000_000))),
    )
    hand.deal(step)
    # Whoever is refused tries the same number again.
    month = max(hand.settled, default="")
    follows = not there or effective > there[-1].effective
    if follows and not (there and month and effective <= first_day(month)):
        there.append(step)


def _table(random: Random, country: str, effective: date) -> steps.Tax:
    some = random.sample(RESIDENCES, random.randint(0, 3))
    return steps.Tax(
        country=country,
        effective=effective,
        kinds=tuple(sorted(random.sample(_TAXABLE, random.randint(1, len(_TAXABLE))))),
        rows=tuple((c, random.choice((0, 150_000, random.randint(0, MILLION)))) for c in some),
        default_ppm=random.randint(0, 400_000),
        backup_ppm=random.randint(0, 400_000),
    )


def _quote(random: Random, effective: date) -> steps.Quote:
    """Deal a rate for the last day of each month; now and then a day or a currency is missing."""
    days, month = list[tuple[date, tuple[tuple[str, int], ...]]](), "2025-10"
    while month < "2026-08":
        rates = [(code, micro + random.randint(0, micro // 10)) for code, micro in _ABOUT.items()]
        if random.random() < 0.01:
            rates.pop(random.randrange(len(rates)))
        if random.random() > 0.01:
            days.append((last_day(month), tuple(rates)))
        month = after(month)
    return steps.Quote("EUR", effective, tuple(days))


def instruct(hand: Hand) -> None:
    """Deal something that changes what is taken off, or what is paid, from some day on."""
    random = hand.random
    handle = random.choice(hand.handles)
    day = hand.now.date() + timedelta(days=random.randint(-40, 40))
    way = random.randrange(6)
    if way == 0 and hand.tariffs:
        name = random.choice(sorted(hand.tariffs))
        publish(hand, name.rpartition("-")[2].upper(), day)
    elif way == 1 and hand.countries:
        hand.deal(_table(random, random.choice(hand.countries), day))
    elif way == 2 and hand.quoted:
        hand.deal(_quote(random, day))
    elif way == 3:
        until = day + timedelta(days=random.choice((20, 60, 1_000)))
        hand.deal(steps.Certify(handle, random.choice(RESIDENCES), day, until))
    elif way == 4:
        to = random.choice(("", *AGENTS))
        hand.deal(steps.Direct(handle, to, random.randint(1, 400_000) if to else 0, day))
    else:
        hand.deal(steps.Bank(f"agent:{random.choice(AGENTS)}", random.randrange(3)))
