"""Dealing a history: everything that happens follows from one seed.

To let more happen, add a way to ``WAYS`` (what one month may bring); what terms may promise is
dealt in ``promising``, and what a house decrees in ``decreeing``. The oracle has to know it too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from yesand.royalties.simulating import steps
from yesand.royalties.simulating.audits import Audit
from yesand.royalties.simulating.decreeing import decree, instruct
from yesand.royalties.simulating.hand import BEGINS, UNITS, Hand
from yesand.royalties.simulating.knowing import after, starts
from yesand.royalties.simulating.month import EXPONENTS
from yesand.royalties.simulating.moving import Bill, Move, Sanction
from yesand.royalties.simulating.promising import AGENTS, promised
from yesand.royalties.simulating.steps import PRODUCERS, History, Use

HANDLES = ("Ann", "Bob", "Cleo", "Dora", "Émile")
LICENSEES = ("acme", "acme", "play", "zeta")
#: Who pays for audits.
UNIONS = ("union", "guild")
_REASONS = ("AC04", "MS03", "AM09", "AC06")
#: By which part of themselves shares are unsure, in a report's intervals.
_SPREADS = (0, 10_000, 100_000, 500_000, 1_000_000)


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
    decree(hand)
    for handle in hand.handles:
        hand.deal(steps.Join(handle))
        for _ in range(random.choice((1, 1, 1, 2))):
            _agree(hand, handle)
        if random.random() < 0.8:
            hand.deal(steps.Bank(handle, random.randrange(3)))
    for payee in (*(f"agent:{agent}" for agent in AGENTS), *(f"audit:{one}" for one in UNIONS)):
        if random.random() < 0.5:
            hand.deal(steps.Bank(payee, random.randrange(3)))
    for _ in range(random.randint(1, 3)):
        _train(hand)
    for _ in range(random.randint(1, 3)):
        _deploy(hand)


def _agree(hand: Hand, handle: str, follows: str = "") -> None:
    name = hand.next(f"{handle}-")
    before = hand.currency_of(follows) if follows else None
    since = date(2025, 10, 1) + timedelta(days=hand.random.choice((0, 0, 80, 92, 140)))
    producer = hand.producer_of(follows) if follows else hand.random.choice(PRODUCERS)
    hand.deal(steps.Agree(name, handle, promised(hand, before), since, follows, producer))
    hand.agreements[name] = handle
    hand.heads.pop(follows, None)
    hand.heads[name] = handle


def _train(hand: Hand) -> None:
    random = hand.random
    few = random.sample(sorted(hand.agreements), random.randint(1, len(hand.agreements)))
    given = tuple((hand.agreements[n], n, random.choice((0, 1, 999, 40_000))) for n in few)
    name = hand.next("model-")
    hand.deal(steps.Give(name, given))
    hand.models[name] = hand.taught[name] = sorted({handle for handle, _, _ in given})
    others = sorted(hand.models.keys() - {name})
    if others and random.random() < 0.7:
        parents = random.sample(others, random.randint(1, min(2, len(others))))
        hand.deal(steps.Descend(name, tuple(parents)))
        every = {*hand.models[name], *(who for each in parents for who in hand.taught[each])}
        hand.taught[name] = sorted(every)
    if random.random() < 0.7:
        _measure(hand, name)


def _measure(hand: Hand, model: str | None = None) -> None:
    random = hand.random
    model = model or random.choice(sorted(hand.models))
    who = hand.taught[model] if random.random() < 0.8 else hand.models[model]
    cuts = sorted(random.randint(0, 10**9) for _ in who[1:])
    sizes = [b - a for a, b in zip([0, *cuts], [*cuts, 10**9], strict=True)]
    shares = tuple(zip(who, sizes, strict=True))
    spread = random.choice(_SPREADS)
    hand.deal(steps.Measure(model, shares, random.random() < 0.8, spread))


def _deploy(hand: Hand) -> None:
    random = hand.random
    # What was used before anybody registered it may be registered late.
    late = hand.unknown.pop() if hand.unknown and random.random() < 0.7 else ""
    name, licensee = late or hand.next("serve-"), random.choice(LICENSEES)
    since = hand.now - timedelta(days=random.randint(0, 40), hours=random.randint(0, 20))
    model = random.choice([*hand.models, *[*hand.models][-1:]])
    hand.deal(steps.Deploy(name, model, licensee, since))
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
    if random.random() < 0.5:
        _amend(hand)
    if random.random() < 0.3:
        _dispute(hand)
    if random.random() < 0.3 and hand.settled:
        hand.settle(random.choice(hand.settled))
    for _ in range(random.choice((0, 0, 1, 2))):
        _audit(hand)
    for _ in range(random.choice((0, 1, 2, 4))):
        _move(hand)
    if random.random() < 0.4:
        _bill(hand)
    for currency in sorted({hand.currency_of(name) for name in hand.agreements}):
        if random.random() < 0.7:
            _pay(hand, currency)


def _pay(hand: Hand, currency: str) -> None:
    random = hand.random
    hand.deal(steps.Prepare(currency))
    if random.random() < 0.25:
        random.choice((_bank, _hold))(hand)
    if random.random() < 0.9:
        hand.deal(steps.Decide(currency, approved=random.random() < 0.9))
    for _ in range(random.randint(0, 4)):
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
    revenue = random.random() < 0.25
    quantity = random.choice((1, 7, random.randint(1, 5_000), random.randint(1, 10**6)))
    if random.random() < 0.02:
        quantity = 0
    return Use(
        id=hand.next(f"{name}-use-"),
        deployment=name,
        at=at.replace(microsecond=0),
        unit="revenue" if revenue else random.choice(UNITS),
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
    if hand.told and random.random() < 0.35:
        again = random.choice(hand.told)
        other = "camt.053" if again.kind == "camt.054" else "camt.054"
        hand.deal(replace(again, kind=random.choice((again.kind, other))))
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


def _amend(hand: Hand) -> None:
    """Correct a settled month: by another report, or by another count of some use."""
    random = hand.random
    if not hand.settled:
        return
    if hand.amended and random.random() < 0.6:
        # What was put right once is put right again.
        step = random.choice(hand.amended)
        if isinstance(step, steps.Recount):
            hand.deal(replace(step, quantity=random.randint(1, 10**6)))
        else:
            hand.deal(replace(step, report=random.randrange(4)))
        return
    if random.random() < 0.4 or not hand.booked:
        model, month = random.choice(sorted(hand.models)), random.choice(hand.settled)
        hand.amended.append(steps.Remeasure(month, model, random.randrange(4)))
        hand.deal(hand.amended[-1])
        return
    month, use = random.choice(hand.booked)
    used = f"{use.at:%Y-%m}"
    quantity = random.choice((0, use.quantity, random.randint(1, 10**6)))
    about = use.deployment, use.unit, use.currency, use.realtime
    hand.amended.append(steps.Recount(month, *about, used, quantity))
    hand.deal(hand.amended[-1])


def _dispute(hand: Hand) -> None:
    """Dispute a line of a statement, or say a word in a dispute; now and then out of turn."""
    random = hand.random
    if hand.disputed and random.random() < 0.6:
        word = random.choice(("answered", "replied", "upheld", "rejected", "withdrawn"))
        hand.deal(steps.Answer(random.randrange(hand.disputed), word))
    elif hand.settled:
        month, name = random.choice(hand.settled), random.choice(sorted(hand.agreements))
        about = hand.agreements[name], hand.currency_of(name)
        hand.deal(steps.Dispute(month, *about, random.randrange(20)))
        hand.disputed += 1


def _move(hand: Hand) -> None:
    """Propose that a line is another's, or decide a proposal; now and then once more."""
    random = hand.random
    if hand.moved and random.random() < 0.6:
        hand.deal(Sanction(random.randrange(hand.moved), approved=random.random() < 0.7))
    elif hand.settled:
        every = sorted(hand.agreements)
        name = random.choice([each for each in every if hand.paid_whole(each)] or every)
        about = hand.agreements[name], hand.currency_of(name), random.randrange(9)
        part = random.choice((10**6, 600_000, 500_000, random.randint(0, 1_100_000)))
        step = Move(random.choice(hand.settled), *about, random.choice(hand.handles), part)
        hand.deal(step)
        if random.random() < 0.4:
            hand.deal(replace(step, part_ppm=500_000))
        hand.moved += 2


def _bill(hand: Hand) -> None:
    hand.deal(Bill(hand.random.choice(hand.settled or [hand.month])))


def _audit(hand: Hand) -> None:
    """Record an audit: past the clause, just at it, or of figures that cannot be."""
    random = hand.random
    if hand.audits and random.random() < 0.2:
        again = random.choice(hand.audits)
        hand.deal(replace(again, cost=random.choice((again.cost, again.cost + 1))))
        return
    every = sorted(hand.agreements)
    agreement = random.choice([name for name in every if hand.clause_of(name)] or every)
    theirs = [x for x in hand.audits if hand.agreements[x.agreement] == hand.agreements[agreement]]
    due = random.choice((0, 1_000_000, random.randint(1, 10**9)))
    clause = due * hand.clause_of(agreement) // 10**6
    since = random.choice(hand.settled or [hand.month])
    made = Audit(
        name=hand.next("audit-"),
        agreement=agreement,
        since=since,
        until=hand.month if random.random() < 0.95 else "2025-01",
        due=due,
        unpaid=random.choice((0, clause, clause + 1, due, random.randint(0, due), due + 1)),
        cost=random.choice((0, *(random.randint(1, 10**8) for _ in range(3)))),
        cost_currency=random.choice(sorted(EXPONENTS)),
        paid_by=random.choice((*UNIONS, *UNIONS, *PRODUCERS)),
        replaces=_replaced(random, theirs or hand.audits),
    )
    hand.audits.append(made)
    hand.deal(made)


def _replaced(random: Random, audits: list[Audit]) -> str:
    return random.choice(audits).name if audits and random.random() < 0.6 else ""


def _retire(hand: Hand) -> None:
    random = hand.random
    until = hand.now + timedelta(days=random.randint(-20, 20))
    hand.deal(steps.Retire(random.choice(sorted(hand.deployments)), until))


#: What a month may bring, and how often.
WAYS: tuple[tuple[Callable[[Hand], None], int], ...] = (
    (_deliver, 10),
    (instruct, 4),
    (_amend, 3),
    (_dispute, 3),
    (_audit, 2),
    (_move, 3),
    (_bill, 1),
    (_measure, 3),
    (_withdraw, 2),
    (_follow, 2),
    (_perform, 2),
    (_deploy, 2),
    (_retire, 1),
    (_bank, 1),
    (_hold, 1),
    (_train, 2),
)
