"""What may happen in a history, step by step: plain data, by names that every engine understands.

A step that names something which is not there (because a shorter history lacks it) does nothing,
so that any part of a history is a history.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from yesand.agreements.pay import Pay

SOURCE = "https://gateway.example/usage"
#: Who performers sign with; the first is the one whom nothing else is said of.
PRODUCERS = ("studio", "films")


@dataclass(frozen=True)
class Step:
    """One thing that somebody does."""

    def __str__(self) -> str:
        """Write it in one line, for a trace."""
        told = ", ".join(f"{f.name}={_told(getattr(self, f.name))}" for f in fields(self))
        return f"{type(self).__name__}({told})"


@dataclass(frozen=True)
class Join(Step):
    """A performer joins."""

    handle: str


@dataclass(frozen=True)
class Agree(Step):
    """A performer signs an agreement named ``name``, which may follow another of theirs."""

    name: str
    handle: str
    pay: Pay
    valid_from: date
    follows: str = ""
    producer: str = PRODUCERS[0]


@dataclass(frozen=True)
class Give(Step):
    """A model is trained on what performers gave: (handle, agreement, milliseconds) each."""

    model: str
    given: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Descend(Step):
    """A model is registered as made from others."""

    model: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Deploy(Step):
    """A model goes into service."""

    name: str
    model: str
    licensee: str
    since: datetime


@dataclass(frozen=True)
class Retire(Step):
    """A deployment is decommissioned."""

    deployment: str
    until: datetime


@dataclass(frozen=True)
class Measure(Step):
    """A reliance report comes in: (handle, share in parts per billion) each.

    ``spread_ppm`` is by which part of itself a share may be less or more, in its interval.
    """

    model: str
    shares: tuple[tuple[str, int], ...]
    sets_shares: bool = True
    spread_ppm: int = 100_000

    @property
    def intervals(self) -> dict[str, tuple[int, int, int]]:
        """Return each handle's (share, low, high), in parts per billion."""
        return {
            handle: (
                ppb,
                ppb * (10**6 - self.spread_ppm) // 10**6,
                min(ppb * (10**6 + self.spread_ppm) // 10**6, 10**9),
            )
            for handle, ppb in self.shares
        }


@dataclass(frozen=True)
class Withdraw(Step):
    """A performer takes all permission back."""

    handle: str


@dataclass(frozen=True)
class Perform(Step):
    """A performer holds a session under an agreement."""

    session: str
    agreement: str
    at: datetime


@dataclass(frozen=True)
class Use:
    """One usage event, good or bad, as a licensee's gateway sends it."""

    id: str
    deployment: str
    at: datetime
    unit: str
    quantity: int
    currency: str | None = None
    realtime: bool = False

    def cloud_event(self, kind: str) -> dict[str, Any]:
        """Return it as a CloudEvent of that type."""
        data: dict[str, Any] = {"unit": self.unit, "quantity": self.quantity}
        if self.currency is not None:
            data["currency"] = self.currency
        if self.realtime:
            data["realtime"] = True
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE,
            "type": kind,
            "subject": self.deployment,
            "time": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "data": data,
        }


@dataclass(frozen=True)
class Deliver(Step):
    """Usage events arrive in one file, in this order."""

    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Settle(Step):
    """So many workers settle one month."""

    period: str
    workers: int = 1


@dataclass(frozen=True)
class Publish(Step):
    """A producer publishes a version of a tariff; amounts are micro-units."""

    name: str
    version: int
    effective: date
    currency: str
    per_unit: tuple[tuple[str, int], ...]
    revenue_share_ppm: int = 0
    realtime_multiple_ppm: int = 10**6
    period_fee_micro: int = 0


@dataclass(frozen=True)
class Tax(Step):
    """A country's table of withheld tax is entered: (residence, rate) each, and what else holds."""

    country: str
    effective: date
    kinds: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]
    default_ppm: int
    backup_ppm: int


@dataclass(frozen=True)
class Certify(Step):
    """A performer's residence is certified, from a day until a day."""

    handle: str
    country: str
    effective: date
    until: date


@dataclass(frozen=True)
class Direct(Step):
    """A performer directs a part to an agent, or (to nobody) no part any more."""

    handle: str
    to: str
    ppm: int
    effective: date


@dataclass(frozen=True)
class Quote(Step):
    """Exchange rates come in: day → what one of the base is in each currency, in millionths."""

    base: str
    effective: date
    days: tuple[tuple[date, tuple[tuple[str, int], ...]], ...]


@dataclass(frozen=True)
class Remeasure(Step):
    """A settled month should have been shared by another of a model's reports.

    ``report`` counts those that set shares, around and around.
    """

    month: str
    model: str
    report: int


@dataclass(frozen=True)
class Recount(Step):
    """Usage of a settled month should have been another quantity."""

    month: str
    deployment: str
    unit: str
    currency: str | None
    realtime: bool
    used: str
    quantity: int


@dataclass(frozen=True)
class Dispute(Step):
    """A performer disputes a line: counted in the lines' own order, around and around."""

    month: str
    handle: str
    currency: str
    line: int


@dataclass(frozen=True)
class Answer(Step):
    """A word is said in a dispute: counted in the order in which they were opened."""

    number: int
    word: str


@dataclass(frozen=True)
class Bank(Step):
    """A performer names a bank account, or an agent (``agent:…``): one of a few, by number."""

    handle: str
    number: int

    @property
    def account(self) -> str:
        """The payee's account in the books."""
        return self.handle if ":" in self.handle else f"performer:{self.handle}"


@dataclass(frozen=True)
class Hold(Step):
    """A performer's payouts are held, or released."""

    handle: str
    held: bool


@dataclass(frozen=True)
class Prepare(Step):
    """One producer prepares a payout run."""

    currency: str


@dataclass(frozen=True)
class Decide(Step):
    """Another producer approves or cancels the run that waits."""

    currency: str
    approved: bool


@dataclass(frozen=True)
class Tell(Step):
    """The bank's file tells of payouts.

    Attributes
    ----------
    payouts : which, counted in the order in which they were made, around and around.
    back : whether they came back, for that reason; otherwise they left.
    reason : an external return reason (ISO 20022).
    kind : ``camt.053`` or ``camt.054``.
    reference : the bank's own name for the movements.
    off : micro-units by which the amounts differ from the payouts'.
    """

    payouts: tuple[int, ...]
    back: bool = False
    reason: str = "MS03"
    kind: str = "camt.054"
    reference: str = "R"
    off: int = 0


@dataclass(frozen=True)
class Void(Step):
    """The bank never carried a payout out, says a producer."""

    payout: int


@dataclass(frozen=True)
class Pass(Step):
    """Time passes, until then."""

    until: datetime


@dataclass(frozen=True)
class Rot(Step):
    """A stored file of usage reads back otherwise than it was written; then it is restored.

    Attributes
    ----------
    file : which, counted around and around.
    place : which of its bytes changes, in parts in a thousand of its length.
    period : the month that somebody tries to settle on it.
    """

    file: int
    place: int
    period: str


@dataclass(frozen=True)
class Act:
    """A step, and after how many durable writes each attempt at it is killed before the last."""

    step: Step
    kills: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Write it in one line."""
        killed = f"  killed after {', '.join(map(str, self.kills))} writes" if self.kills else ""
        return f"{self.step}{killed}"


@dataclass(frozen=True)
class History:
    """Everything that happens, from a seed."""

    seed: int
    begins: datetime
    acts: tuple[Act, ...]


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S}"
    if isinstance(value, date):
        return f"{value}"
    if isinstance(value, Pay):
        changed = {k: getattr(value, k) for k in sorted(value.model_fields_set)}
        return f"Pay({', '.join(f'{k}={v}' for k, v in changed.items())})"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_told, value))}]"
    if isinstance(value, Use):
        live = " realtime" if value.realtime else ""
        money = f" {value.currency}" if value.currency else ""
        return (
            f"{value.id}: {value.quantity} {value.unit}{money}{live} of {value.deployment} "
            f"at {value.at:%Y-%m-%dT%H:%M:%S}"
        )
    return repr(value)
