"""What was dealt of a history so far, as far as later steps hang on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from yesand.royalties.simulating import steps
from yesand.royalties.simulating.audits import Audit
from yesand.royalties.simulating.knowing import after, starts
from yesand.royalties.simulating.steps import Act, Step, Use

BEGINS = datetime(2026, 1, 3, 9, tzinfo=UTC)
UNITS = ("request", "inference-second", "output-second", "character")
#: How many durable writes an attempt may live; most steps have between two and sixty.
_LIVES = (1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60)


@dataclass
class Hand:
    """What was dealt so far, and the dice.

    Attributes
    ----------
    models : who gave to each; ``taught``: who may have a share in it, through others too.
    booked : use that is settled, if nothing is against it, and with which month.
    countries : of which a tax table was entered. quoted : whether there are exchange rates.
    """

    random: Random
    now: datetime = BEGINS
    acts: list[Act] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    agreements: dict[str, str] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    models: dict[str, list[str]] = field(default_factory=dict)
    taught: dict[str, list[str]] = field(default_factory=dict)
    deployments: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    files: list[steps.Deliver] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    told: list[steps.Tell] = field(default_factory=list)
    tariffs: dict[str, list[steps.Publish]] = field(default_factory=dict)
    countries: list[str] = field(default_factory=list)
    quoted: bool = False
    disputed: int = 0
    moved: int = 0
    booked: list[tuple[str, Use]] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    amended: list[steps.Remeasure | steps.Recount] = field(default_factory=list)
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

    def currency_of(self, agreement: str) -> str:
        """Return what an agreement pays in."""
        return self._signed(agreement).pay.currency

    def clause_of(self, agreement: str) -> int:
        """Return from which shortfall an agreement's payer bears an audit's cost, in ppm."""
        return self._signed(agreement).pay.audit_shortfall_ppm

    def producer_of(self, agreement: str) -> str:
        """Return who signed an agreement with the performer."""
        return self._signed(agreement).producer

    def paid_whole(self, agreement: str) -> bool:
        """Tell whether an agreement has nothing taken off what it pays."""
        pay = self._signed(agreement).pay
        return pay.advance is None and not (pay.agent_ppm or pay.withhold)

    def _signed(self, name: str) -> steps.Agree:
        signed = (a.step for a in self.acts if isinstance(a.step, steps.Agree))
        return next(step for step in signed if step.name == name)

    def settle(self, month: str, workers: int = 1) -> None:
        """Settle a month."""
        self.deal(steps.Settle(month, workers))
        if self.now >= starts(after(month)) and month > max(self.settled, default=""):
            self.settled.append(month)
            known = {use.id for _, use in self.booked}
            due = (use for use in self.uses if f"{use.at:%Y-%m}" <= month)
            new = (use for use in due if use.deployment in self.deployments)
            self.booked += [(month, use) for use in new if use.id not in known]
