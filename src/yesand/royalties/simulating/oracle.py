"""The oracle: what a house should show after every step, kept in plain lists and dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod

from yesand.royalties.simulating import steps
from yesand.royalties.simulating.owing import Deal, Month, Row, statements
from yesand.royalties.simulating.paid import Payments
from yesand.royalties.simulating.picture import Picture, StatementSeen

DONE, REFUSED, BAD, MISSING, IDLE = "done", "Refused", "BadInput", "NotFound", "idle"
PRODUCER = "studio"
_AHEAD = timedelta(days=1)


@dataclass
class _Kept:
    """An event that counts, and the settlement that it is in."""

    use: steps.Use
    settled: str | None = None


def starts(month: str) -> datetime:
    """Return the first moment of a month such as ``2026-10``."""
    year, number = map(int, month.split("-"))
    return datetime(year, number, 1, tzinfo=UTC)


def after(month: str) -> str:
    """Return the month after one."""
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02d}"


@dataclass
class Oracle:
    """Does steps, and shows what they should have come to.

    Parameters
    ----------
    digest : the digest of an agreement by its name: it only orders agreements of one performer.
    """

    now: datetime
    digest: Callable[[str], str]
    deals: dict[str, Deal] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    models: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    serving: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    reports: dict[str, list[tuple[datetime, dict[str, int]]]] = field(default_factory=dict)
    kept: list[_Kept] = field(default_factory=list)
    sessions: dict[str, tuple[str, datetime, bool]] = field(default_factory=dict)
    settled: list[str] = field(default_factory=list)
    statements: dict[tuple[str, str, str], StatementSeen] = field(default_factory=dict)
    payments: Payments = field(default_factory=Payments)
    delivered: tuple[int, int, int, int] = (0, 0, 0, 0)

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
            pay=step.pay.model_dump(),
            valid_from=step.valid_from,
            signed_at=self.now,
            follows=step.follows,
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
            self.reports.setdefault(step.model, []).append((self.now, dict(step.shares)))
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
        new = same = other = bad = 0
        for use in step.uses:
            if use.quantity < 1 or use.at > self.now + _AHEAD:
                bad += 1
                continue
            known = self._known(use)
            if known is None:
                self.kept.append(_Kept(use))
                new += 1
            elif known == use:
                same += 1
            else:
                other += 1
        self.delivered = new, same, other, bad
        return DONE if step.uses else BAD

    def _known(self, use: steps.Use) -> steps.Use | None:
        """Return the event of that name which the same licensee sent first."""
        owner = self._owner(use.deployment)
        named = (k.use for k in self.kept if k.use.id == use.id)
        return next((u for u in named if self._owner(u.deployment) == owner), None)

    def _owner(self, deployment: str) -> str:
        return self.serving[deployment][1] if deployment in self.serving else ""

    @do.register
    def _(self, step: steps.Settle) -> str:
        if self.now < starts(after(step.period)):
            return REFUSED if step.period not in self.settled else DONE
        if step.period in self.settled:
            return DONE
        if self.settled and max(self.settled) > step.period:
            return REFUSED
        self._settle(step.period)
        return DONE

    def _settle(self, period: str) -> None:
        month = self._month(period)
        for (handle, currency), made in statements(month).items():
            self.statements[period, handle, currency] = made
            self.payments.post(f"performer:{handle}", currency, -made.total_micro)
            self.payments.post("fund", currency, -made.contributions_micro)
            for line in made.lines:
                self.payments.post(f"licensee:{line.licensee}", currency, line.micro)
        self.settled.append(period)

    def _month(self, period: str) -> Month:
        ends = starts(after(period))
        covers = {month: starts(after(month)) for month in self._covered(period)}
        due = [k for k in self.kept if self._is_due(k, period)]
        sums: dict[Row, int] = defaultdict(int)
        for k in due:
            k.settled = period
            use = k.use
            row = Row(
                use.deployment, use.unit, use.currency, use.realtime, f"{use.at:%Y-%m}", quantity=0
            )
            sums[row] += use.quantity
        rows = [Row(**{**row.__dict__, "quantity": q}) for row, q in sums.items()]
        serving = {
            name: [m for m, end in covers.items() if self._serves(name, m, end)]
            for name in self.serving
        }
        serving = {name: months for name, months in serving.items() if months}
        models = {self.serving[n][0] for n in {*serving, *(row.deployment for row in rows)}}
        return Month(
            period=period,
            ends=ends,
            covers=covers,
            models={model: self.models[model] for model in models},
            deployments={n: (m, licensee) for n, (m, licensee, _) in self.serving.items()},
            serving=serving,
            shares={model: _standing(told, ends) for model, told in self.reports.items()},
            rows=rows,
            sessions=self._fees(ends),
            deals=self.deals,
            carried=self._carried(),
            producer=PRODUCER,
            digest=self.digest,
        )

    def _covered(self, period: str) -> list[str]:
        first = period
        if self.settled:
            first = after(max(self.settled))
        elif self.serving:
            first = min(period, *(f"{since:%Y-%m}" for _, _, since in self.serving.values()))
        months = [first]
        while months[-1] < period:
            months.append(after(months[-1]))
        return months

    def _is_due(self, kept: _Kept, period: str) -> bool:
        use = kept.use
        return kept.settled is None and f"{use.at:%Y-%m}" <= period and self._why_not(use) is None

    def _why_not(self, use: steps.Use) -> str | None:
        if use.deployment not in self.serving:
            return "no deployment of that name is registered"
        if use.at < self.serving[use.deployment][2]:
            return "before the deployment was in service"
        end = self.ends.get(use.deployment)
        if end is not None and use.at >= end:
            return "after the deployment was decommissioned"
        return None

    def _serves(self, name: str, month: str, end: datetime) -> bool:
        until = self.ends.get(name)
        return self.serving[name][2] < end and (until is None or until > starts(month))

    def _fees(self, ends: datetime) -> list[str]:
        found = []
        for name, (agreement, at, paid) in sorted(self.sessions.items()):
            if not paid and at < ends and self.deals[agreement].pay["session_fee"]:
                self.sessions[name] = agreement, at, True
                found.append(agreement)
        return found

    def _carried(self) -> dict[tuple[str, str], int]:
        found = {}
        for (_, handle, currency), made in sorted(self.statements.items(), key=lambda x: x[0][0]):
            found[handle, currency] = made.carried_micro
        return found

    @do.register
    def _(self, step: steps.Bank) -> str:
        if step.handle not in self.joined:
            return IDLE
        self.payments.name(f"performer:{step.handle}", step.number)
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
            why = self._why_not(k.use) if k.settled is None else None
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
        )


def _standing(told: list[tuple[datetime, dict[str, int]]], ends: datetime) -> dict[str, int]:
    """Return the last report before a month's end; of a model measured later, the first."""
    before = [shares for at, shares in told if at < ends]
    return before[-1] if before else told[0][1]
