"""The oracle: what a house should show after every step, kept in plain lists and dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import singledispatchmethod

from yesand.agreements.pay import Pay
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.amending import has, recounted
from yesand.royalties.simulating.audits import Audit, Audits
from yesand.royalties.simulating.disputed import Disputes
from yesand.royalties.simulating.knowing import Known, after, starts
from yesand.royalties.simulating.month import Deal, Month, Row
from yesand.royalties.simulating.moving import Bill, Bills, Move, Moves, Sanction
from yesand.royalties.simulating.paid import Payments
from yesand.royalties.simulating.picture import Agreed, Picture, StatementSeen
from yesand.royalties.simulating.sharing import asks_signal
from yesand.royalties.simulating.taking import lacking, statements

DONE, REFUSED, BAD, MISSING, IDLE = "done", "Refused", "BadInput", "NotFound", "idle"
#: What terms say where they say nothing.
_UNSAID = {name: each.default for name, each in Pay.model_fields.items()}
#: Whose account gets what is not the performer's.
_FUNDS = {"contribution": "fund", "uncertainty": "fund:uncertainty"}


@dataclass
class Oracle(Known):
    """Does steps, and shows what they should have come to."""

    payments: Payments = field(default_factory=Payments)
    disputes: Disputes = field(default_factory=Disputes)
    audits: Audits = field(default_factory=Audits)
    moves: Moves = field(default_factory=Moves)
    bills: Bills = field(default_factory=Bills)
    agreed: Agreed = field(default_factory=dict)

    @singledispatchmethod
    def do(self, step: steps.Step) -> str:
        """Do a step; return what it comes to: done, idle, or the error's kind."""
        raise TypeError(type(step).__name__)

    @do.register
    def _(self, step: steps.Pass) -> str:
        self.now = max(self.now, step.until)
        return DONE

    @do.register
    def _(self, step: steps.Join) -> str:
        self.joined.add(step.handle)
        return DONE

    @do.register
    def _(self, step: steps.Agree) -> str:
        before = self.deals.get(step.follows)
        if step.handle not in self.joined or (step.follows and before is None):
            return IDLE
        if step.name in self.deals:
            return DONE
        self.deals[step.name] = Deal(
            name=step.name,
            handle=step.handle,
            pay={**_UNSAID, **step.pay.model_dump()},
            valid_from=step.valid_from,
            signed_at=self.now,
            follows=step.follows,
            producer=step.producer,
        )
        return DONE

    @do.register
    def _(self, step: steps.Give) -> str:
        given = [row for row in step.given if row[1] in self.deals]
        if not given:
            return IDLE
        self.models[step.model] = given
        return DONE

    @do.register
    def _(self, step: steps.Descend) -> str:
        parents = tuple(name for name in step.parents if name in self.models)
        if step.model not in self.models or not parents:
            return IDLE
        self.parents.setdefault(step.model, parents)
        return DONE

    @do.register
    def _(self, step: steps.Deploy) -> str:
        if step.model not in self.models:
            return IDLE
        self.serving[step.name] = (step.model, step.licensee, step.since)
        return DONE

    @do.register
    def _(self, step: steps.Retire) -> str:
        if step.deployment not in self.serving:
            return IDLE
        if step.until < self.serving[step.deployment][2]:
            return BAD
        end = self.ends.setdefault(step.deployment, step.until)
        return DONE if end == step.until else "AlreadyEnded"

    @do.register
    def _(self, step: steps.Measure) -> str:
        if step.model not in self.models:
            return IDLE
        if step.sets_shares:
            told = self.reports.setdefault(step.model, [])
            told += [(self.now, step.intervals)] * ((self.now, step.intervals) not in told)
        return DONE

    @do.register
    def _(self, step: steps.Withdraw) -> str:
        signed = any(deal.handle == step.handle for deal in self.deals.values())
        if step.handle not in self.joined:
            return IDLE
        return DONE if signed else REFUSED

    @do.register
    def _(self, step: steps.Perform) -> str:
        if step.agreement not in self.deals:
            return IDLE
        self.sessions.setdefault(step.session, (step.agreement, step.at, False))
        return DONE

    @do.register
    def _(self, step: steps.Deliver) -> str:
        for use in step.uses:
            self.receive(use)
        return DONE if step.uses else BAD

    @do.register
    def _(self, step: steps.Settle) -> str:
        if self.now < starts(after(step.period)):
            return REFUSED if step.period not in self.settled else DONE
        if step.period in self.settled:
            return DONE
        if self.settled and max(self.settled) > step.period:
            return REFUSED
        return self._settle(step.period)

    def _settle(self, period: str) -> str:
        month = self.month(period)
        if lacking(month):
            return REFUSED
        mended = [each for each in self.amended.waiting() if not self._followed(each, month.ends)]
        month = replace(month, counted=self.counted(mended))
        found = statements(month, self.amended.lines_due(mended), self.disputes.stated)
        for (handle, currency), made in found.items():
            self.statements[period, handle, currency] = made
            self._post(f"performer:{handle}", currency, made)
        self.amended.carry_out(mended)
        self.amended.settled(month, found)
        for kept in self.due(period):
            kept.settled = period
        for name in self.fees(month.ends):
            agreement, at, _ = self.sessions[name]
            self.sessions[name] = agreement, at, True
        self.settled.append(period)
        self.payments.least = {
            (f"performer:{handle}", currency): made.least_micro
            for (at, handle, currency), made in self.statements.items()
            if at == period and not made.payable_minor and made.carried_micro > 0
        }
        return DONE

    def _post(self, account: str, currency: str, made: StatementSeen) -> None:
        for line in made.lines:
            self.payments.post(f"licensee:{line.licensee}", currency, line.micro)
            self.payments.post(_FUNDS.get(line.kind, account), currency, -line.micro)
        for taken in made.taken:
            self.payments.post(account, currency, taken.micro)
            self.payments.post(taken.account, currency, -taken.micro)

    @do.register
    def _(self, step: steps.Publish) -> str:
        return self.decreed.publish(step, self.settled)

    @do.register
    def _(self, step: steps.Tax | steps.Quote) -> str:
        return self.decreed.enter(step)

    @do.register
    def _(self, step: steps.Certify | steps.Direct) -> str:
        return self.decreed.enter(step) if step.handle in self.joined else IDLE

    @do.register
    def _(self, step: steps.Remeasure) -> str:
        told = self.reports.get(step.model, [])
        if not told:
            return IDLE
        month = self.amended.months.get(step.month)
        if month is None or step.model not in month.models:
            return MISSING
        report = told[step.report % len(told)][1]
        within = {handle for handle, _, _ in month.models[step.model]}
        passed_on = month.ancestors[step.model] or {*report} - within
        barred = self.moves.bars(step.month) or self._followed(step.month)
        if passed_on or asks_signal(month, step.model) or barred:
            return REFUSED
        self.amended.enter(step, self.now.date(), report)
        return DONE

    @do.register
    def _(self, step: steps.Recount) -> str:
        month, row = self.amended.months.get(step.month), recounted(step)
        if month is None or not has(month, row):
            return MISSING
        since = (each for at, each in self.amended.months.items() if at >= step.month)
        barred = self.moves.bars(step.month) or self._followed(step.month)
        if any(_waited_for(each, row) for each in since) or barred:
            return REFUSED
        self.amended.enter(step, self.now.date(), None)
        return DONE

    @do.register
    def _(self, step: steps.Dispute) -> str:
        return self.disputes.open(step, self.statements, self.payments)

    @do.register
    def _(self, step: Audit) -> str:
        return self.audits.record(step, self.deals, self.payments)

    @do.register
    def _(self, step: steps.Answer) -> str:
        return self.disputes.answer(step, self.payments)

    @do.register
    def _(self, step: Move) -> str:
        return self.moves.propose(step, self.statements, self.joined, self._whole)

    @do.register
    def _(self, step: Sanction) -> str:
        return self.moves.decide(step, self.payments, self._whole)

    @do.register
    def _(self, step: Bill) -> str:
        return self.bills.issue(step, self.settled, self.statements)

    def _whole(self, of: tuple[str, str, str], line: int) -> bool:
        """Tell whether a line is still what was stated, and all of it the performer's."""
        made, (month, handle, currency) = self.statements[of], of
        told = sorted(made.lines)[line]
        if any(x.agreement == told.agreement and x.micro for x in made.taken):
            return False
        if any(row.holds and (row.of, row.line) == (of, line) for row in self.disputes.rows):
            return False
        about = told.of or month
        if about in self.amended.waiting():
            return False
        return self.amended.stands(about, (handle, currency), told)

    def _followed(self, period: str, before: datetime | None = None) -> bool:
        """Tell whether others followed terms under which something was taken off in a month."""
        deals = self.deals.values()
        gone = {deal.follows for deal in deals if before is None or deal.signed_at < before}
        made = [seen for (at, _, _), seen in self.statements.items() if at == period]
        under = {x.agreement for seen in made for x in seen.taken}
        under |= {x.agreement for seen in made for x in seen.advances}
        return bool((under - {""}) & gone)

    @do.register
    def _(self, step: steps.Bank) -> str:
        if step.handle not in self.joined and ":" not in step.handle:
            return IDLE
        self.payments.name(step.account, step.number)
        return DONE

    @do.register
    def _(self, step: steps.Hold) -> str:
        return self.payments.hold(f"performer:{step.handle}", held=step.held)

    @do.register
    def _(self, step: steps.Prepare) -> str:
        return self.payments.prepare(step.currency)

    @do.register
    def _(self, step: steps.Decide) -> str:
        return self.payments.decide(step.currency, approved=step.approved)

    @do.register
    def _(self, step: steps.Tell) -> str:
        return self.payments.tell(step, self.now.date())

    @do.register
    def _(self, step: steps.Void) -> str:
        return self.payments.void(step.payout)

    @do.register
    def _(self, step: steps.Rot) -> str:
        return IDLE

    def picture(self) -> Picture:
        """Return what a house should show now."""
        escrow: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
        for k in self.kept:
            why = self.why_not(k.use) if k.settled is None else None
            if why is not None:
                use = k.use
                escrow[use.deployment, f"{use.at:%Y-%m}", use.unit, why].append(use.quantity)
        return Picture(
            statements=dict(self.statements),
            accounts=self.payments.balances(),
            payouts=self.payments.standing(),
            escrow={key: (sum(each), len(each)) for key, each in escrow.items()},
            uses=len(self.kept),
            problems=dict(Counter(self.payments.problems)),
            audited=self.audits.standing(),
            invoices=dict(self.bills.made),
        )


def _waited_for(month: Month, row: Row) -> bool:
    """Tell whether a month has counted such use for a bonus."""
    models = {
        month.model_of(each)
        for each in month.rows
        if (each.deployment, each.unit, each.currency) == (row.deployment, row.unit, row.currency)
    }
    pays = (month.deals[name].pay for _, name, of in month.near_under if of in models)
    return any(
        pay["bonus"] and pay["bonus_unit"] == row.unit and row.currency in {None, pay["currency"]}
        for pay in pays
    )
