"""What a simulated house knows, and what a month's settlement is computed from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from yesand.agreements.chain import heads
from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest_of
from yesand.royalties.events import UsageEvent
from yesand.royalties.facts import (
    Ancestor,
    ModelBasis,
    Service,
    Settled,
    UsageTotal,
)
from yesand.royalties.shrinking import Measured
from yesand.royalties.simulating import stated
from yesand.royalties.simulating.contested import Contested
from yesand.royalties.simulating.entered import Entered
from yesand.royalties.simulating.mending import Mending
from yesand.royalties.statement import Statement
from yesand.royalties.totals import AFTER, BEFORE, UNKNOWN


@dataclass
class Signed:
    handle: str
    terms: Terms
    at: datetime
    follows: str
    producer: str


@dataclass
class Registry:
    """Performers, agreements, models, deployments, usage; and what was settled of it."""

    now: datetime
    signed: dict[str, Signed] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    models: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    serving: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    reports: dict[str, list[tuple[datetime, dict[str, Measured]]]] = field(default_factory=dict)
    batches: list[list[UsageEvent]] = field(default_factory=list)
    marks: dict[tuple[str, str], int] = field(default_factory=dict)
    marked: list[tuple[str, str, int, frozenset[str]]] = field(default_factory=list)
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    entered: Entered = field(default_factory=Entered)
    mending: Mending = field(default_factory=Mending)
    contested: Contested = field(default_factory=Contested)
    paid_sessions: set[str] = field(default_factory=set)
    settled: dict[str, Settled] = field(default_factory=dict)
    issued: dict[tuple[str, str, str], tuple[str, Statement]] = field(default_factory=dict)
    carried: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def digest(self, name: str) -> str:
        """Return an agreement's digest by its name, or a model's."""
        return digest_of(name) if name in self.models else digest_of(["agreement", name])

    def names(self) -> dict[str, str]:
        """Return the names of agreements and models by their digests."""
        return {self.digest(name): name for name in (*self.signed, *self.models)}

    def last(self, performer: str, currency: str) -> Statement | None:
        """Return a performer's statement before."""
        months = [m for m, h, c in self.issued if (h, c) == (performer, currency)]
        return self.issued[max(months), performer, currency][1] if months else None

    def settling(self, period: Period) -> Settled:
        covers = self._covers(period)
        used = tuple(self._due(str(period)))
        services = tuple(self._services(covers))
        models = sorted({u.model for u in used} | {s.model for s in services})
        found = {model: self.basis(model, period) for model in models}
        asked = {model: self.asked(basis, period) for model, basis in found.items()}
        corrected = self.mending.months(self.settled, self.followed(period.end))
        return Settled(
            house="simulated",
            period=str(period),
            covers=covers,
            previous=None,
            trial=False,
            synthetic=False,
            usage=used,
            services=services,
            models=tuple(self._drawn(found[m], asked[m], period) for m in models),
            batches=(),
            agreements=digest_of([]),
            tariffs=stated.tariffs(self.entered, asked, used, services),
            counted=stated.counted(asked, used, self.settled, corrected),
            rates=stated.rates(self.entered, asked, used),
            corrections=corrected,
        )

    def followed(self, before: datetime) -> set[str]:
        """Return the months in which something was taken off under terms followed by then."""
        signed = (each for each in self.signed.values() if each.follows and each.at < before)
        gone = {self.digest(each.follows) for each in signed}
        found = set()
        for (month, _, _), (_, made) in self.issued.items():
            under = {each.agreement for each in made.deductions}
            if gone & (under | {each.agreement for each in made.accounts}):
                found.add(month)
        return found

    def name_of(self, model: str) -> str:
        """Return the name of a model by its digest."""
        return next(name for name in self.models if digest_of(name) == model)

    def measure(self, model: str, shares: dict[str, Measured]) -> None:
        """File a report that sets shares; the same at the same moment is the same."""
        told = self.reports.setdefault(model, [])
        if (self.now, shares) not in told:
            told.append((self.now, shares))
        self.mending.reports[report_named(model, shares)] = digest_of(model), shares

    def standing(self, period: Period) -> dict[str, str]:
        """Return, for every agreement, the one that stood when the month ended."""
        signed = {n: s.follows or None for n, s in self.signed.items() if s.at < period.end}
        stand = heads(signed)
        return {name: stand.get(name, name) for name in self.signed}

    def asked(self, basis: ModelBasis, period: Period) -> list[Terms]:
        """Return the terms that stood of all who gave to a model, or to what it was made from."""
        stand = self.standing(period)
        sources = {basis.model, *(one.model for one in basis.ancestors)}
        rows = (row for model in sources for row in self.models[self.name_of(model)])
        given = {stand[agreement] for _, agreement, _ in rows}
        return [self.signed[name].terms for name in sorted(given)]

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

    def basis(self, model: str, period: Period) -> ModelBasis:
        """Return what the sharing of a model's pools rests on, but for how noisy it is."""
        name = self.name_of(model)
        told = self.measured(name, period) if name in self.reports else {}
        return ModelBasis(
            **self._given(name),
            report=report_named(name, told) if told else None,
            ancestors=tuple(Ancestor(**self._given(one)) for one in self._above(name, {*told})),
        )

    def _given(self, name: str) -> dict[str, Any]:
        return {
            "model": digest_of(name),
            "manifest": digest_of(["manifest", name]),
            "performers": len(self.handles(name)),
            "duration_ms": sum(ms for _, _, ms in self.models[name]),
        }

    def handles(self, model: str) -> set[str]:
        """Return all who gave to a model."""
        return {handle for handle, _, _ in self.models[model]}

    def _above(self, name: str, named: set[str]) -> Iterator[str]:
        """Yield the models through which a report's performers have a share, the nearest first."""
        left, near, seen = named - self.handles(name), [name], {name}
        while near and left:
            above = {p for each in near for p in self.parents.get(each, ())} - seen
            seen |= above
            near = sorted(above, key=digest_of)
            for parent in near:
                if left & self.handles(parent):
                    yield parent
                    left -= self.handles(parent)

    def _drawn(self, basis: ModelBasis, asked: list[Terms], period: Period) -> ModelBasis:
        if basis.report is None or basis.ancestors:
            return basis
        told = self.measured(self.name_of(basis.model), period)
        handles = sorted(self.handles(self.name_of(basis.model)))
        shares = [told.get(handle, (0, 0, 0)) for handle in handles]
        return basis.model_copy(update={"signal": stated.signal_of(asked, shares)})

    def measured(self, model: str, period: Period) -> dict[str, Measured]:
        """Return the last report before a month's end; of a model measured later, the first."""
        told = self.reports[model]
        return ([shares for at, shares in told if at < period.end] or [told[0][1]])[-1]

    def due_fees(self, period: Period) -> list[str]:
        """Return the sessions whose fee a settlement of a month pays."""
        return [
            name
            for name, (_, at) in sorted(self.sessions.items())
            if at < period.end and name not in self.paid_sessions and self.fee(name)
        ]

    def fee(self, session: str) -> str | None:
        """Return the currency of a session's fee, if its agreement promises one."""
        fee = self.signed[self.sessions[session][0]].terms.pay.session_fee
        return fee.currency if fee else None


def report_named(model: str, told: Mapping[str, Measured]) -> str:
    """Return a report's name: it follows from what it says."""
    return digest_of(["report", model, sorted([who, *each] for who, each in told.items())])
