"""Dealing a history: everything that happens follows from one seed.

To let more happen, add a way to ``WAYS`` (what one month may bring) or to ``promised`` (what terms
may promise); the oracle has to know it too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from yesand.agreements.pay import MILLION, Amount, Basis, Pay
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.oracle import after, starts
from yesand.royalties.simulating.owing import EXPONENTS
from yesand.royalties.simulating.steps import Act, History, Step, Use

HANDLES = ("Ann", "Bob", "Cleo", "Dora", "Émile")
LICENSEES = ("acme", "play", "zeta")
BEGINS = datetime(2026, 1, 3, 9, tzinfo=UTC)
_UNITS = ("request", "inference-second", "output-second", "character")
_REASONS = ("AC04", "MS03", "AM09", "AC06")
#: How many durable writes an attempt may live; most steps have between two and sixty.
_LIVES = (1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)


@dataclass
class Hand:
    """What was dealt so far, as far as later steps hang on it."""

    random: Random
    now: datetime = BEGINS
    acts: list[Act] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    agreements: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    models: dict[str, list[str]] = field(default_factory=dict)
    deployments: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    files: list[steps.Deliver] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    told: list[steps.Tell] = field(default_factory=list)
    count: int = 0

    def deal(self, step: Step) -> None:
        """Let a step happen; one in four is killed once or more on its way."""
        kills: tuple[int, ...] = ()
        if not isinstance(step, steps.Pass | steps.Rot) and self.random.random() < 0.25:
            kills = tuple(self.random.choices(_LIVES, k=self.random.choice((1, 1, 1, 2, 3))))
        self.acts.append(Act(step, kills))

    def next(self, prefix: str) -> str:
        """Return a name that nothing has yet."""
        self.count += 1
        return f"{prefix}{self.count}"

    @property
    def month(self) -> str:
        """The month that it is."""
        return f"{self.now:%Y-%m}"

    def settle(self, month: str, workers: int = 1) -> None:
        """Settle a month."""
        self.deal(steps.Settle(month, workers))
        if self.now >= starts(after(month)) and month > max(self.settled, default=""):
            self.settled.append(month)


def history(seed: int) -> History:
    """Return the history of a seed."""
    hand = Hand(Random(f"yesand {seed}"))
    _begin(hand)
    for _ in range(hand.random.randint(2, 4)):
        _month(hand)
    return History(seed, BEGINS, tuple(hand.acts))


def _begin(hand: Hand) -> None:
    random = hand.random
    hand.handles = list(HANDLES[: random.randint(1, len(HANDLES))])
    for handle in hand.handles:
        hand.deal(steps.Join(handle))
        for _ in range(random.choice((1, 1, 1, 2))):
            _agree(hand, handle)
        if random.random() < 0.8:
            hand.deal(steps.Bank(handle, random.randrange(3)))
    for _ in range(random.randint(1, 2)):
        _train(hand)
    for _ in range(random.randint(1, 3)):
        _deploy(hand)


def _agree(hand: Hand, handle: str, follows: str = "") -> None:
    name = hand.next(f"{handle}-")
    before = _pay_currency(hand, follows) if follows else None
    since = date(2025, 10, 1) + timedelta(days=hand.random.choice((0, 0, 80, 92, 140)))
    hand.deal(steps.Agree(name, handle, promised(hand.random, before), since, follows))
    hand.agreements[name] = handle
    hand.heads.pop(follows, None)
    hand.heads[name] = handle


def _pay_currency(hand: Hand, name: str) -> str:
    signed = (a.step for a in hand.acts if isinstance(a.step, steps.Agree))
    return next(s.pay.currency for s in signed if s.name == name)


def promised(random: Random, currency: str | None = None) -> Pay:
    """Return what one agreement promises."""
    currency = currency or random.choice(("EUR", "EUR", "EUR", *EXPONENTS))
    told: dict[str, Any] = {"currency": currency, "basis": _basis(random)}
    prices = random.sample(_UNITS, random.randint(1, 4))
    told["per_unit"] = {unit: _amount(random, currency, 0, 40_000) for unit in prices}
    told["fallback"] = random.choice(("minutes", "equal"))
    if random.random() < 0.5:
        told["revenue_share_ppm"] = random.randint(0, 400_000)
    if random.random() < 0.5:
        told["realtime_multiple_ppm"] = random.randint(MILLION, 9 * MILLION)
    if random.random() < 0.3:
        told["minimum_per_period"] = _amount(random, currency, 0, 9_000_000)
    if random.random() < 0.3:
        told["session_fee"] = _amount(random, currency, 0, 200_000_000)
    if random.random() < 0.4:
        told["contribution_ppm"] = random.randint(1, 300_000)
    return Pay(**told)


def _amount(random: Random, currency: str, least: int, most: int) -> Amount:
    return Amount(currency=currency, micro=random.randint(least, most))


def _basis(random: Random) -> Basis:
    if random.random() < 0.5:
        return Basis()
    first, second = sorted(random.randint(0, MILLION) for _ in range(2))
    return Basis(reliance=first, minutes=second - first, equal=MILLION - second)


def _train(hand: Hand) -> None:
    random = hand.random
    few = random.sample(sorted(hand.agreements), random.randint(1, len(hand.agreements)))
    given = tuple((hand.agreements[n], n, random.choice((0, 1, 999, 40_000))) for n in few)
    name = hand.next("model-")
    hand.deal(steps.Give(name, given))
    hand.models[name] = sorted({handle for handle, _, _ in given})
    if random.random() < 0.7:
        _measure(hand, name)


def _measure(hand: Hand, model: str | None = None) -> None:
    random = hand.random
    model = model or random.choice(sorted(hand.models))
    who = hand.models[model]
    cuts = sorted(random.randint(0, 10**9) for _ in who[1:])
    sizes = [b - a for a, b in zip([0, *cuts], [*cuts, 10**9], strict=True)]
    shares = tuple(zip(who, sizes, strict=True))
    hand.deal(steps.Measure(model, shares, sets_shares=random.random() < 0.8))


def _deploy(hand: Hand) -> None:
    random = hand.random
    # What was used before anybody registered it may be registered late.
    late = hand.unknown.pop() if hand.unknown and random.random() < 0.7 else ""
    name, licensee = late or hand.next("serve-"), random.choice(LICENSEES)
    since = hand.now - timedelta(days=random.randint(0, 40), hours=random.randint(0, 20))
    hand.deal(steps.Deploy(name, random.choice(sorted(hand.models)), licensee, since))
    hand.deployments[name] = licensee


def _month(hand: Hand) -> None:
    """Deal one month: what happens in it, then what happens when it is over."""
    random = hand.random
    for _ in range(random.randint(2, 6)):
        _pass(hand, hand.now + timedelta(hours=random.randint(1, 120)), within=True)
        random.choices([way for way, _ in WAYS], [weight for _, weight in WAYS])[0](hand)
    month = hand.month
    if random.random() < 0.2:
        hand.settle(month)
    _pass(hand, starts(after(month)) + timedelta(hours=random.randint(0, 200)))
    if random.random() < 0.3:
        _deliver(hand)
    if random.random() < 0.1:
        hand.deal(steps.Rot(random.randrange(9), random.randrange(1_000), month))
    if random.random() < 0.85:
        hand.settle(month, random.randint(1, 3))
    _after(hand)


def _after(hand: Hand) -> None:
    random = hand.random
    if random.random() < 0.3 and hand.settled:
        hand.settle(random.choice(hand.settled))
    for currency in sorted({_pay_currency(hand, name) for name in hand.agreements}):
        if random.random() < 0.6:
            _pay(hand, currency)


def _pay(hand: Hand, currency: str) -> None:
    random = hand.random
    hand.deal(steps.Prepare(currency))
    if random.random() < 0.25:
        random.choice((_bank, _hold))(hand)
    if random.random() < 0.9:
        hand.deal(steps.Decide(currency, approved=random.random() < 0.9))
    for _ in range(random.randint(0, 3)):
        _tell(hand)
    if random.random() < 0.15:
        hand.deal(steps.Void(random.randrange(20)))


def _pass(hand: Hand, until: datetime, *, within: bool = False) -> None:
    last = starts(after(hand.month)) - timedelta(hours=1)
    hand.now = min(until, last) if within and until > last else until
    hand.deal(steps.Pass(hand.now))


def _deliver(hand: Hand) -> None:
    """Deliver new usage with repeats, in any order; now and then the same file again."""
    random = hand.random
    if hand.files and random.random() < 0.25:
        hand.deal(random.choice(hand.files))
        return
    new = [_use(hand) for _ in range(random.randint(1, 12))]
    old = random.sample(hand.uses, min(len(hand.uses), random.randint(0, 4)))
    rows = [*new, *old, *random.choices(new, k=random.randint(0, 3))]
    rows += [_other(random, use) for use in random.choices(rows, k=random.choice((0, 0, 1, 2)))]
    random.shuffle(rows)
    file = steps.Deliver(tuple(rows))
    hand.files.append(file)
    hand.uses += new
    hand.deal(file)


def _use(hand: Hand) -> Use:
    random = hand.random
    name = random.choice(sorted(hand.deployments))
    if random.random() < 0.08:
        hand.unknown = hand.unknown or [hand.next("serve-")]
        name = hand.unknown[0]
    at = hand.now - timedelta(seconds=random.randint(0, 55 * 86_400))
    if random.random() < 0.03:
        at = hand.now + timedelta(days=random.choice((0, 3)))
    revenue = random.random() < 0.2
    quantity = random.choice((1, 7, random.randint(1, 5_000), random.randint(1, 10**6)))
    if random.random() < 0.02:
        quantity = 0
    return Use(
        id=hand.next(f"{name}-use-"),
        deployment=name,
        at=at.replace(microsecond=0),
        unit="revenue" if revenue else random.choice(_UNITS),
        quantity=quantity * 1_000 if revenue else quantity,
        currency=random.choice(sorted(EXPONENTS)) if revenue else None,
        realtime=not revenue and random.random() < 0.3,
    )


def _other(random: Random, use: Use) -> Use:
    """Return an event of the same name and other content: it must be kept apart."""
    return replace(use, quantity=use.quantity + random.randint(1, 9))


def _bank(hand: Hand) -> None:
    hand.deal(steps.Bank(hand.random.choice(hand.handles), hand.random.randrange(3)))


def _hold(hand: Hand) -> None:
    handle = hand.random.choice(hand.handles)
    hand.deal(steps.Hold(handle, held=hand.random.random() < 0.5))


def _tell(hand: Hand) -> None:
    """Let the bank tell of payouts; now and then the same file again."""
    random = hand.random
    if hand.told and random.random() < 0.25:
        hand.deal(random.choice(hand.told))
        return
    step = steps.Tell(
        payouts=tuple(random.randrange(30) for _ in range(random.randint(1, 5))),
        back=random.random() < 0.3,
        reason=random.choice(_REASONS),
        kind=random.choice(("camt.053", "camt.054")),
        reference=random.choice(("R", "R", "S")),
        off=random.choice((0,) * 9 + (1,)),
    )
    hand.told.append(step)
    hand.deal(step)


def _withdraw(hand: Hand) -> None:
    hand.deal(steps.Withdraw(hand.random.choice(hand.handles)))


def _follow(hand: Hand) -> None:
    name = hand.random.choice(sorted(hand.heads))
    _agree(hand, hand.heads[name], name)


def _perform(hand: Hand) -> None:
    name = hand.random.choice(sorted(hand.agreements))
    hand.deal(steps.Perform(hand.next("session-"), name, hand.now))


def _retire(hand: Hand) -> None:
    random = hand.random
    until = hand.now + timedelta(days=random.randint(-20, 20))
    hand.deal(steps.Retire(random.choice(sorted(hand.deployments)), until))


#: What a month may bring, and how often.
WAYS: tuple[tuple[Callable[[Hand], None], int], ...] = (
    (_deliver, 10),
    (_measure, 3),
    (_withdraw, 2),
    (_follow, 2),
    (_perform, 2),
    (_deploy, 2),
    (_retire, 1),
    (_bank, 1),
    (_hold, 1),
    (_train, 1),
)
