"""A house of pure core modules alone: lines, statements, ledger, payouts, without a database.

What gathers records is done here in the plainest way; all that computes money is the real code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from typing import Any

from yesand.agreements.chain import heads
from yesand.agreements.terms import Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, YesAndError
from yesand.kernel.ids import digest_of
from yesand.royalties.delivery import Row
from yesand.royalties.events import TYPE, UsageEvent, event
from yesand.royalties.facts import (
    Facts,
    ModelBasis,
    Service,
    SessionHeld,
    Settled,
    UsageTotal,
    places,
)
from yesand.royalties.ledger import drafts_of
from yesand.royalties.lines import Part, Reliance, Weight
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.oracle import PRODUCER
from yesand.royalties.simulating.picture import Picture
from yesand.royalties.simulating.seen import statement_seen
from yesand.royalties.simulating.till import Till
from yesand.royalties.statement import Statement, parse_statement, recompute, statement
from yesand.royalties.totals import AFTER, BEFORE, UNKNOWN

DONE, REFUSED, BAD, IDLE = "done", "Refused", "BadInput", "idle"


@dataclass
class _Signed:
    handle: str
    terms: Terms
    at: datetime
    follows: str


@dataclass
class Bench:
    """Does steps by the pure core, and shows what they came to."""

    now: datetime
    signed: dict[str, _Signed] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    models: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    serving: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    reports: dict[str, list[tuple[datetime, dict[str, int]]]] = field(default_factory=dict)
    batches: list[list[UsageEvent]] = field(default_factory=list)
    marks: dict[tuple[str, str], int] = field(default_factory=dict)
    marked: list[tuple[str, str, int, frozenset[str]]] = field(default_factory=list)
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    paid_sessions: set[str] = field(default_factory=set)
    settled: dict[str, Settled] = field(default_factory=dict)
    issued: dict[tuple[str, str, str], Statement] = field(default_factory=dict)
    carried: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    till: Till = field(default_factory=Till)

    @staticmethod
    def digest(name: str) -> str:
        """Return an agreement's digest by its name."""
        return digest_of(["agreement", name])

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
        self.signed.setdefault(step.name, _Signed(step.handle, again, self.now, step.follows))
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
        settled = self._settled(period)
        name = digest_of(settled.model_dump(mode="json"))
        desk = list(self._cases(period, settled))
        for handle, facts, terms, shares in desk:
            made = statement(facts, settled, name, terms, shares)
            again = parse_statement(made.model_dump(mode="json"))
            recompute(again, settled, name, terms, shares, self._previous(facts))
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
        due = [n for n, (_, at) in self.sessions.items() if at < period.end and self._fee(n)]
        self.paid_sessions.update(due)

    def _previous(self, facts: Facts) -> Statement | None:
        if facts.previous is None:
            return None
        months = [m for m, h, c in self.issued if (h, c) == (facts.performer, facts.currency)]
        return self.issued[max(months), facts.performer, facts.currency]

    def _settled(self, period: Period) -> Settled:
        covers = self._covers(period)
        used = tuple(self._due(str(period)))
        services = tuple(self._services(covers))
        models = sorted({u.model for u in used} | {s.model for s in services})
        return Settled(
            house="simulated",
            period=str(period),
            covers=covers,
            previous=None,
            trial=False,
            synthetic=False,
            usage=used,
            services=services,
            models=tuple(self._basis(name, period) for name in models),
            batches=(),
            agreements=digest_of([]),
        )

    def _covers(self, period: Period) -> tuple[str, ...]:
        first = period
        if self.settled:
            first = Period.parse(max(self.settled)).next()
        elif self.serving:
            first = min(Period.of(min(since for _, _, since in self.serving.values())), period)
        months = [first]
        while months[-1] < period:
            months.append(months[-1].next())
        return tuple(map(str, months))

    def _due(self, last: str) -> Iterator[UsageTotal]:
        quantities, events = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
        for number, batch in enumerate(self.batches, 1):
            for one in batch:
                month = f"{one.at:%Y-%m}"
                counted = self.marks.get((one.deployment, month), 0) >= number
                if month <= last and not counted and self._why_not(one) is None:
                    key = one.deployment, one.unit, one.currency or "", one.realtime, month
                    quantities[key] += one.quantity
                    events[key] += 1
        for key in sorted(quantities):
            deployment, unit, currency, realtime, month = key
            model, licensee, _ = self.serving[deployment]
            yield UsageTotal(
                deployment=deployment,
                model=digest_of(model),
                licensee=licensee,
                unit=unit,
                currency=currency or None,
                realtime=realtime,
                usage_period=month,
                quantity=quantities[key],
                events=events[key],
            )

    def _why_not(self, one: UsageEvent) -> str | None:
        if one.deployment not in self.serving:
            return UNKNOWN
        at, end = one.at.replace(tzinfo=UTC), self.ends.get(one.deployment)
        if at < self.serving[one.deployment][2]:
            return BEFORE
        return AFTER if end is not None and at >= end else None

    def _services(self, covers: tuple[str, ...]) -> Iterator[Service]:
        for name, (model, licensee, since) in sorted(self.serving.items()):
            end = self.ends.get(name)
            months = tuple(
                month
                for month in covers
                if since < Period.parse(month).end
                and (end is None or end > Period.parse(month).start)
            )
            if months:
                yield Service(
                    deployment=name, model=digest_of(model), licensee=licensee, months=months
                )

    def _basis(self, model: str, period: Period) -> ModelBasis:
        given = next(g for name, g in self.models.items() if digest_of(name) == model)
        name = next(name for name in self.models if digest_of(name) == model)
        return ModelBasis(
            model=model,
            manifest=digest_of(["manifest", name]),
            performers=len({handle for handle, _, _ in given}),
            duration_ms=sum(ms for _, _, ms in given),
            report=self._report(name, period) if name in self.reports else None,
        )

    def _report(self, model: str, period: Period) -> str:
        return digest_of(["report", model, sorted(self._measured(model, period).items())])

    def _measured(self, model: str, period: Period) -> dict[str, int]:
        """Return the last report before a month's end; of a model measured later, the first."""
        told = self.reports[model]
        return ([shares for at, shares in told if at < period.end] or [told[0][1]])[-1]

    def _cases(
        self, period: Period, settled: Settled
    ) -> Iterator[tuple[str, Facts, dict[str, Terms], dict[str, Reliance]]]:
        weights = self._weights(period, settled)
        fees = [n for n, (_, at) in sorted(self.sessions.items()) if at < period.end]
        fees = [n for n in fees if n not in self.paid_sessions and self._fee(n)]
        whose = {*weights, *(self.signed[self.sessions[n][0]].handle for n in fees)}
        for handle in sorted(whose):
            mine = [n for n in fees if self.signed[self.sessions[n][0]].handle == handle]
            yield from self._of(handle, weights.get(handle, []), mine, settled)

    def _of(
        self, handle: str, weights: list[Weight], fees: list[str], settled: Settled
    ) -> Iterator[tuple[str, Facts, dict[str, Terms], dict[str, Reliance]]]:
        named = {self.digest(name): name for name in self.signed}
        digests = {p.agreement for w in weights for p in w.parts}
        digests |= {self.digest(self.sessions[n][0]) for n in fees}
        terms = {digest: self.signed[named[digest]].terms for digest in sorted(digests)}
        mine = {w.model for w in weights}
        revenue = {u.currency for u in settled.usage if u.model in mine and u.currency}
        for currency in sorted({t.pay.currency for t in terms.values()} | revenue):
            previous, carried = self.carried.get((handle, currency), (None, 0))
            facts = Facts(
                period=settled.period,
                performer=handle,
                performer_key=digest_of(handle),
                currency=currency,
                trial=False,
                synthetic=False,
                weights=tuple(weights),
                sessions=tuple(self._held(n) for n in fees if self._fee(n) == currency),
                brought_forward_micro=carried,
                previous=previous,
            )
            yield handle, facts, terms, self._shares(handle, weights, Period.parse(settled.period))

    def _held(self, name: str) -> SessionHeld:
        agreement, at = self.sessions[name]
        return SessionHeld(
            session=name, agreement=self.digest(agreement), payer=PRODUCER, on=f"{at:%Y-%m-%d}"
        )

    def _shares(self, handle: str, weights: list[Weight], period: Period) -> dict[str, Reliance]:
        found = {}
        for name in self.reports:
            ppb = self._measured(name, period).get(handle, 0)
            if digest_of(name) in {w.model for w in weights}:
                found[digest_of(name)] = Reliance(
                    report=self._report(name, period),
                    method="simulated",
                    share_ppb=ppb,
                    low_ppb=ppb * 9 // 10,
                    high_ppb=ppb * 11 // 10,
                )
        return found

    def _weights(self, period: Period, settled: Settled) -> dict[str, list[Weight]]:
        signed = {n: s.follows or None for n, s in self.signed.items() if s.at < period.end}
        stand, found = heads(signed), dict[str, list[Weight]]()
        for basis in settled.models:
            name = next(name for name in self.models if digest_of(name) == basis.model)
            given: dict[str, list[Part]] = {}
            for handle, agreement, ms in self.models[name]:
                standing = self.digest(stand.get(agreement, agreement))
                part = Part(agreement=standing, takes=1, duration_ms=ms)
                given.setdefault(handle, []).append(part)
            for handle, weight in places(basis.model, basis.manifest, given).items():
                found.setdefault(handle, []).append(weight)
        return found

    def _fee(self, session: str) -> str | None:
        fee = self.signed[self.sessions[session][0]].terms.pay.session_fee
        return fee.currency if fee else None

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
                month, why = f"{one.at:%Y-%m}", self._why_not(one)
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
