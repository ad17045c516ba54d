"""A house of pure core modules alone: lines, statements, ledger, payouts, without a database.

What gathers records is done here in the plainest way; all that computes money is the real code.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod

from yesand.agreements.terms import Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, NotFound, Refused, YesAndError
from yesand.kernel.ids import digest_of
from yesand.royalties.delivery import Row
from yesand.royalties.disputing.dispute import Word
from yesand.royalties.events import TYPE, UsageEvent, event
from yesand.royalties.facts import Settled, UsageTotal
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.ledger import Draft, drafts_of
from yesand.royalties.promised import counts
from yesand.royalties.simulating import moved, steps
from yesand.royalties.simulating.audited import Audited, asked_of
from yesand.royalties.simulating.audits import Audit
from yesand.royalties.simulating.desk import Desk
from yesand.royalties.simulating.entered import (
    own_of,
    rates_of,
    recount_of,
    remeasure_of,
    table_of,
)
from yesand.royalties.simulating.mending import row_of
from yesand.royalties.simulating.moving import Bill, Move, Sanction
from yesand.royalties.simulating.picture import Picture, StatementSeen
from yesand.royalties.simulating.registry import Registry, Signed, report_named
from yesand.royalties.simulating.seen import statement_seen
from yesand.royalties.simulating.stated import about
from yesand.royalties.simulating.till import Till
from yesand.royalties.statement import Statement, parse_statement, recompute, statement
from yesand.royalties.totals import AFTER

DONE, REFUSED, BAD, IDLE = "done", "Refused", "BadInput", "idle"


@dataclass
class Bench(Registry):
    """Does steps by the pure core, and shows what they came to."""

    till: Till = field(default_factory=Till)
    audited: Audited = field(default_factory=Audited)
    desk: moved.Desk = field(default_factory=moved.Desk)
    seen: dict[str, StatementSeen] = field(default_factory=dict)

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
        made = Signed(step.handle, again, self.now, step.follows, step.producer)
        self.signed.setdefault(step.name, made)
        return DONE

    @_do.register
    def _(self, step: steps.Give) -> str:
        given = [row for row in step.given if row[1] in self.signed]
        if given:
            self.models[step.model] = given
        return DONE if given else IDLE

    @_do.register
    def _(self, step: steps.Descend) -> str:
        parents = tuple(name for name in step.parents if name in self.models)
        if step.model not in self.models or not parents:
            return IDLE
        self.parents.setdefault(step.model, parents)
        return DONE

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
            self.measure(step.model, step.intervals)
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
        due, cases = self.due_fees(period), list(Desk(self, period, settled).cases())
        self.till.least.clear()
        for case in cases:
            facts, given = case.facts, (settled, name, case.terms, case.shares)
            made = statement(facts, *given, case.before)
            again = parse_statement(made.model_dump(mode="json"))
            recompute(again, *given, case.previous, case.before)
            signed = digest_of(again.model_dump(mode="json"))
            self.issued[str(period), facts.performer, facts.currency] = signed, again
            self.carried[facts.performer, facts.currency] = signed, again.carried_micro
            self.contested.stated(facts.performer, facts.currency)
            self.till.owe(again)
            for draft in drafts_of(again, signed):
                self.till.post(draft)
        self.settled[str(period)] = settled
        self.mending.carried.update(d for each in settled.corrections for d in each.records)
        for total in settled.usage:
            self.marks[total.deployment, total.usage_period] = len(self.batches)
            ended = frozenset(self.ends)
            self.marked.append((total.deployment, total.usage_period, len(self.batches), ended))
        self.paid_sessions.update(due)

    @_do.register
    def _(self, step: steps.Publish) -> str:
        return self.entered.publish(step, self.settled)

    @_do.register
    def _(self, step: steps.Tax) -> str:
        return self.entered.enter(table_of(step))

    @_do.register
    def _(self, step: steps.Quote) -> str:
        return self.entered.enter(rates_of(step))

    @_do.register
    def _(self, step: steps.Certify | steps.Direct) -> str:
        if step.handle not in self.joined:
            return IDLE
        return self.entered.enter(own_of(step, digest_of(step.handle)))

    @_do.register
    def _(self, step: steps.Remeasure) -> str:
        told = self.reports.get(step.model, [])
        if not told:
            return IDLE
        shares = told[step.report % len(told)][1]
        named = digest_of(step.model), report_named(step.model, shares)
        correction = remeasure_of(step, self.now.date(), *named)
        settled = self._settled(step.month)
        basis = next((m for m in settled.models if m.model == correction.model), None)
        if basis is None:
            raise NotFound("That month settled no such model", where=step.model)
        within = {handle for handle, _, _ in self.models[step.model]}
        asked = self.asked(basis, Period.parse(step.month))
        drawn = any(terms.pay.uncertainty == "shrunk" for terms in asked)
        if drawn or basis.ancestors or shares.keys() - within:
            raise Refused("Not corrected by a report", where=step.model)
        self._correct(correction)
        return DONE

    @_do.register
    def _(self, step: steps.Recount) -> str:
        correction = recount_of(step, self.now.date())
        settled = self._settled(step.month)
        row = row_of(correction, settled)
        if row is None:
            raise NotFound("That month settled no such usage", where=step.deployment)
        used = settled.usage[row]
        basis = next(m for m in settled.models if m.model == used.model)
        asked = self.asked(basis, Period.parse(step.month))
        waits = any(terms.pay.bonus and counts(terms.pay, used) for terms in asked)
        if waits or self._counted_since(step.month, used):
            raise Refused("Use that a bonus waits for is not corrected", where=step.deployment)
        self._correct(correction)
        return DONE

    def _counted_since(self, period: str, used: UsageTotal) -> bool:
        later = (settled for month, settled in self.settled.items() if month > period)
        return any(about(used) == about(one) for settled in later for one in settled.counted)

    def _settled(self, month: str) -> Settled:
        if month not in self.settled:
            raise NotFound("That month is not settled", where=month)
        return self.settled[month]

    def _correct(self, told: Correction) -> None:
        if self.desk.bars(told.month):
            raise Refused("A line of that month was moved, or may be", where=told.month)
        if told.month in self.followed(datetime.max.replace(tzinfo=UTC)):
            raise Refused("What was taken off under terms that others followed", where=told.month)
        self.mending.enter(told)

    @_do.register
    def _(self, step: steps.Dispute) -> str:
        digest, made = self.issued.get((step.month, step.handle, step.currency), ("", None))
        if made is None or not made.lines:
            return IDLE
        names = self.names()
        seen = self.shown(digest, made, names).lines
        line = moved.nth(seen, step.line)
        owed = -self.till.balances().get(f"performer:{step.handle}", {}).get(step.currency, 0)
        later = [
            each
            for (month, *whose), (_, each) in self.issued.items()
            if whose == [step.handle, step.currency] and month > step.month
        ]
        self._moved(self.contested.open(digest, made, line, owed, later))
        return DONE

    @_do.register
    def _(self, step: Move | Sanction | Bill) -> str:
        return moved.do(self, step)

    @_do.register
    def _(self, step: Audit) -> str:
        signed = self.signed.get(step.agreement)
        if signed is None:
            return IDLE
        told = asked_of(step, signed.handle, self.digest(step.agreement))
        about = digest_of(signed.handle), signed.producer, signed.terms.pay
        for draft in self.audited.record(told, *about):
            self.till.post(draft)
        return DONE

    @_do.register
    def _(self, step: steps.Answer) -> str:
        if not self.contested.rows:
            return IDLE
        self._moved(self.contested.say(step.number, Word(step.word)))
        return DONE

    def _moved(self, draft: Draft | None) -> None:
        if draft is not None:
            self.till.post(draft)

    @_do.register
    def _(self, step: steps.Bank) -> str:
        if step.handle not in self.joined and ":" not in step.handle:
            return IDLE
        self.till.name(step.account, step.number)
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
        names = self.names()
        return Picture(
            statements={key: self.shown(*issued, names) for key, issued in self.issued.items()},
            accounts=self.till.balances(),
            payouts=self.till.standing(),
            escrow=self._escrow(),
            uses=sum(map(len, self.batches)),
            problems=dict(Counter(self.till.problems)),
            audited=self.audited.standing(),
            invoices=dict(self.desk.invoices),
        )

    def shown(self, digest: str, made: Statement, names: dict[str, str]) -> StatementSeen:
        if digest not in self.seen:
            self.seen[digest] = statement_seen(made, names)
        return self.seen[digest]

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
