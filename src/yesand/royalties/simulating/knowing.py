"""The oracle's registry: who signed what, what is in service, what was used, what is due when."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from yesand.royalties.simulating import steps
from yesand.royalties.simulating.amending import Amended, Used
from yesand.royalties.simulating.decreed import Decreed
from yesand.royalties.simulating.month import Deal, Month, Row
from yesand.royalties.simulating.picture import StatementSeen
from yesand.royalties.simulating.sharing import Interval

_AHEAD = timedelta(days=1)


@dataclass
class Kept:
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
class Known:
    """All that was done so far, in plain lists and dictionaries.

    Parameters
    ----------
    digest : the digest of an agreement or a model by its name: it only orders agreements of one
        performer, and models of one generation.
    """

    now: datetime
    digest: Callable[[str], str]
    deals: dict[str, Deal] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    models: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    serving: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    reports: dict[str, list[tuple[datetime, dict[str, Interval]]]] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)
    sessions: dict[str, tuple[str, datetime, bool]] = field(default_factory=dict)
    decreed: Decreed = field(default_factory=Decreed)
    amended: Amended = field(default_factory=Amended)
    settled: list[str] = field(default_factory=list)
    statements: dict[tuple[str, str, str], StatementSeen] = field(default_factory=dict)

    def receive(self, use: steps.Use) -> None:
        """Take an event in, unless it cannot be or is known."""
        if use.quantity >= 1 and use.at <= self.now + _AHEAD and not self._is_known(use):
            self.kept.append(Kept(use))

    def _is_known(self, use: steps.Use) -> bool:
        """Tell whether the same licensee sent an event of that name."""
        owner = self._owner(use.deployment)
        named = (k.use for k in self.kept if k.use.id == use.id)
        return any(self._owner(u.deployment) == owner for u in named)

    def _owner(self, deployment: str) -> str:
        return self.serving[deployment][1] if deployment in self.serving else ""

    def month(self, period: str) -> Month:
        """Return what a settlement of a month is computed from."""
        ends = starts(after(period))
        covers = {month: starts(after(month)) for month in self._covered(period)}
        sums: dict[Row, int] = defaultdict(int)
        for use in (k.use for k in self.due(period)):
            about = use.deployment, use.unit, use.currency, use.realtime
            sums[Row(*about, f"{use.at:%Y-%m}", quantity=0)] += use.quantity
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
            models={model: self.models[model] for model in sorted(models)},
            given=self.models,
            parents=dict(self.parents),
            deployments={n: (m, licensee) for n, (m, licensee, _) in self.serving.items()},
            serving=serving,
            shares={model: _standing(told, ends) for model, told in self.reports.items()},
            rows=rows,
            sessions=[self.sessions[name][0] for name in self.fees(ends)],
            deals=self.deals,
            counted=self.counted(),
            carried=self._carried(),
            advances=self._advances(),
            decreed=self.decreed.copy(),
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

    def due(self, period: str) -> list[Kept]:
        """Return the events that a settlement of a month counts."""
        return [
            k
            for k in self.kept
            if k.settled is None and f"{k.use.at:%Y-%m}" <= period and self.why_not(k.use) is None
        ]

    def why_not(self, use: steps.Use) -> str | None:
        """Return why an event cannot be settled, if it cannot."""
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

    def fees(self, ends: datetime) -> list[str]:
        """Return the sessions whose fee is due."""
        return [
            name
            for name, (agreement, at, paid) in sorted(self.sessions.items())
            if not paid and at < ends and self.deals[agreement].pay["session_fee"]
        ]

    def counted(self, mended: Collection[str] = ()) -> dict[Used, int]:
        """Return what was settled so far, as it was put right, by deployment and unit."""
        found = Counter[Used](self.amended.recounted(mended))
        for use in (k.use for k in self.kept if k.settled is not None):
            found[use.deployment, use.unit, use.currency] += use.quantity
        return dict(found)

    def _carried(self) -> dict[tuple[str, str], int]:
        return {key: made.carried_micro for key, made in self.latest().items()}

    def latest(self) -> dict[tuple[str, str], StatementSeen]:
        """Return everybody's last statement, by (handle, currency)."""
        found = {}
        for (_, handle, currency), made in sorted(self.statements.items(), key=lambda x: x[0][0]):
            found[handle, currency] = made
        return found

    def _advances(self) -> dict[tuple[str, str], dict[tuple[str, str], tuple[int, int, int, str]]]:
        return {
            key: {(a.payer, a.name): (a.granted, a.closing, a.over, a.since) for a in made.advances}
            for key, made in self.latest().items()
        }


def _standing(
    told: list[tuple[datetime, dict[str, Interval]]], ends: datetime
) -> dict[str, Interval]:
    """Return the last report before a month's end; of a model measured later, the first."""
    before = [shares for at, shares in told if at < ends]
    return before[-1] if before else told[0][1]
