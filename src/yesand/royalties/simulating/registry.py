"""What a simulated house knows, and what a month's settlement is computed from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from yesand.agreements.chain import heads
from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest_of
from yesand.royalties.events import UsageEvent
from yesand.royalties.facts import (
    Facts,
    ModelBasis,
    Service,
    SessionHeld,
    Settled,
    UsageTotal,
    places,
)
from yesand.royalties.lines import Part, Reliance, Weight
from yesand.royalties.simulating.oracle import PRODUCER
from yesand.royalties.statement import Statement
from yesand.royalties.totals import AFTER, BEFORE, UNKNOWN


@dataclass
class Signed:
    handle: str
    terms: Terms
    at: datetime
    follows: str


@dataclass
class Registry:
    """Performers, agreements, models, deployments, usage; and what was settled of it."""

    now: datetime
    signed: dict[str, Signed] = field(default_factory=dict)
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

    @staticmethod
    def digest(name: str) -> str:
        """Return an agreement's digest by its name."""
        return digest_of(["agreement", name])

    def previous(self, facts: Facts) -> Statement | None:
        if facts.previous is None:
            return None
        months = [m for m, h, c in self.issued if (h, c) == (facts.performer, facts.currency)]
        return self.issued[max(months), facts.performer, facts.currency]

    def settling(self, period: Period) -> Settled:
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
                if month <= last and not counted and self.why_not(one) is None:
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

    def why_not(self, one: UsageEvent) -> str | None:
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

    def cases(
        self, period: Period, settled: Settled
    ) -> Iterator[tuple[str, Facts, dict[str, Terms], dict[str, Reliance]]]:
        weights = self._weights(period, settled)
        fees = [n for n, (_, at) in sorted(self.sessions.items()) if at < period.end]
        fees = [n for n in fees if n not in self.paid_sessions and self.fee(n)]
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
                sessions=tuple(self._held(n) for n in fees if self.fee(n) == currency),
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

    def fee(self, session: str) -> str | None:
        fee = self.signed[self.sessions[session][0]].terms.pay.session_fee
        return fee.currency if fee else None
