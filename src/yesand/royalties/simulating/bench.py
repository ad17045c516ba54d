"""A house of pure core modules alone: lines, statements, ledger, payouts, without a database.

What gathers records is done here in the plainest way; all that computes money is the real code.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import singledispatchmethod

from yesand.agreements.terms import Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, YesAndError
from yesand.kernel.ids import digest_of
from yesand.royalties.delivery import Row
from yesand.royalties.events import TYPE, UsageEvent, event
from yesand.royalties.ledger import drafts_of
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.picture import Picture
from yesand.royalties.simulating.registry import Registry, Signed
from yesand.royalties.simulating.seen import statement_seen
from yesand.royalties.simulating.till import Till
from yesand.royalties.statement import parse_statement, recompute, statement
from yesand.royalties.totals import AFTER

DONE, REFUSED, BAD, IDLE = "done", "Refused", "BadInput", "idle"


@dataclass
class Bench(Registry):
    """Does steps by the pure core, and shows what they came to."""

    till: Till = field(default_factory=Till)

    def do(self, step: steps.Step) -> str:
        """Do a step; return what it comes to: done, idle, or the error's kind."""
        try:
            return self._do(step)
        except YesAndError as fault:
            return type(fault).__name__

    @singledispatchmethod
    def _do(self, step: steps.Step) -> str:
        raise TypeError(type(step).__name__)

    @_do.register
    def _(self, step: steps.Pass) -> str:
        self.now = max(self.now, step.until)
        return DONE

    @_do.register
    def _(self, step: steps.Join) -> str:
        self.joined.add(step.handle)
        return DONE

    @_do.register
    def _(self, step: steps.Agree) -> str:
        if step.handle not in self.joined or (step.follows and step.follows not in self.signed):
            return IDLE
        terms = Terms(valid_from=step.valid_from, pay=step.pay)
        again = Terms.parse(terms.as_json())
        self.signed.setdefault(step.name, Signed(step.handle, again, self.now, step.follows))
        return DONE

    @_do.register
    def _(self, step: steps.Give) -> str:
        given = [row for row in step.given if row[1] in self.signed]
        if given:
            self.models[step.model] = given
        return DONE if given else IDLE

    @_do.register
    def _(self, step: steps.Deploy) -> str:
        if step.model not in self.models:
            return IDLE
        self.serving[step.name] = (step.model, step.licensee, step.since)
        return DONE

    @_do.register
    def _(self, step: steps.Retire) -> str:
        if step.deployment not in self.serving:
            return IDLE
        if step.until < self.serving[step.deployment][2]:
            return BAD
        return (
            DONE
            if self.ends.setdefault(step.deployment, step.until) == step.until
            else "AlreadyEnded"
        )

    @_do.register
    def _(self, step: steps.Measure) -> str:
        if step.model not in self.models:
            return IDLE
        if step.sets_shares:
            self.reports.setdefault(step.model, []).append((self.now, dict(step.shares)))
        return DONE

    @_do.register
    def _(self, step: steps.Withdraw) -> str:
        # Royalties go on, withdrawn or not: nothing here asks for it.
        if step.handle not in self.joined:
            return IDLE
        return DONE if any(s.handle == step.handle for s in self.signed.values()) else REFUSED

    @_do.register
    def _(self, step: steps.Perform) -> str:
        if step.agreement not in self.signed:
            return IDLE
        self.sessions.setdefault(step.session, (step.agreement, step.at))
        return DONE

    @_do.register
    def _(self, step: steps.Deliver) -> str:
        if not step.uses:
            return BAD
        batch: list[UsageEvent] = []
        for number, use in enumerate(step.uses, 1):
            found = event(
                Row(number, canonical(use.cloud_event(TYPE))), self.now + timedelta(days=1)
            )
            if isinstance(found, UsageEvent) and not self._known(found, batch):
                batch.append(found)
        if batch:
            self.batches.append(batch)
        return DONE

    def _known(self, one: UsageEvent, batch: list[UsageEvent]) -> bool:
        owner = self._owner(one.deployment)
        return any(
            other.key == one.key and self._owner(other.deployment) == owner
            for some in (*self.batches, batch)
            for other in some
        )

    def _owner(self, deployment: str) -> str:
        return self.serving[deployment][1] if deployment in self.serving else ""

    @_do.register
    def _(self, step: steps.Settle) -> str:
        period = Period.parse(step.period)
        if step.period in self.settled:
            return DONE
        if self.now < period.end or (self.settled and max(self.settled) > step.period):
            return REFUSED
        self._settle(period)
        return DONE

    def _settle(self, period: Period) -> None:
        settled = self.settling(period)
        name = digest_of(settled.model_dump(mode="json"))
        desk = list(self.cases(period, settled))
        for handle, facts, terms, shares in desk:
            made = statement(facts, settled, name, terms, shares)
            again = parse_statement(made.model_dump(mode="json"))
            recompute(again, settled, name, terms, shares, self.previous(facts))
            self.issued[str(period), handle, facts.currency] = again
            signed = digest_of(again.model_dump(mode="json"))
            self.carried[handle, facts.currency] = signed, again.carried_micro
            for draft in drafts_of(again, signed):
                self.till.post(draft)
        self.settled[str(period)] = settled
        for total in settled.usage:
            self.marks[total.deployment, total.usage_period] = len(self.batches)
            ended = frozenset(self.ends)
            self.marked.append((total.deployment, total.usage_period, len(self.batches), ended))
        due = [n for n, (_, at) in self.sessions.items() if at < period.end and self.fee(n)]
        self.paid_sessions.update(due)

    @_do.register
    def _(self, step: steps.Bank) -> str:
        if step.handle not in self.joined:
            return IDLE
        self.till.name(f"performer:{step.handle}", step.number)
        return DONE

    @_do.register
    def _(self, step: steps.Hold) -> str:
        return self.till.hold(f"performer:{step.handle}", held=step.held)

    @_do.register
    def _(self, step: steps.Prepare) -> str:
        return self.till.prepare(step.currency)

    @_do.register
    def _(self, step: steps.Decide) -> str:
        return self.till.decide(step.currency, approved=step.approved)

    @_do.register
    def _(self, step: steps.Tell) -> str:
        return self.till.tell(step, self.now.date())

    @_do.register
    def _(self, step: steps.Void) -> str:
        return self.till.void(step.payout)

    @_do.register
    def _(self, step: steps.Rot) -> str:
        return IDLE

    def check(self) -> None:
        """Check what must hold within: every transaction balances, and is posted once."""
        for draft in self.till.posted.values():
            if sum(side.micro for side in draft.sides):
                raise CheckFailed("A transaction does not balance", where=draft.memo)

    def picture(self) -> Picture:
        """Return what can be seen now."""
        names = {self.digest(name): name for name in self.signed}
        return Picture(
            statements={key: statement_seen(made, names) for key, made in self.issued.items()},
            accounts=self.till.balances(),
            payouts=self.till.standing(),
            escrow=self._escrow(),
            uses=sum(map(len, self.batches)),
            problems=dict(Counter(self.till.problems)),
        )

    def _escrow(self) -> dict[tuple[str, str, str, str], tuple[int, int]]:
        found: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        for number, batch in enumerate(self.batches, 1):
            for one in batch:
                month, why = f"{one.at:%Y-%m}", self.why_not(one)
                if why is None or (why == AFTER and self._counted(one.deployment, month, number)):
                    continue
                key = one.deployment, month, one.unit, why
                quantity, events = found.get(key, (0, 0))
                found[key] = quantity + one.quantity, events + 1
        return found

    def _counted(self, deployment: str, month: str, number: int) -> bool:
        """Tell whether a settlement counted a batch's use before the deployment's end was known."""
        return any(
            (name, period) == (deployment, month) and number <= up_to and name not in ended
            for name, period, up_to, ended in self.marked
        )
