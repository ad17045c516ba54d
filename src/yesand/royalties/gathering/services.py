"""Gathering: the signed records that bear on a month, as facts that need no database.

Withdrawals are not asked for: royalties go on while a deployment is in service, withdrawn or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.db.models import QuerySet

from yesand.agreements.models import Agreement
from yesand.agreements.services import check
from yesand.agreements.terms import Terms
from yesand.corpus.models import ManifestPerformer
from yesand.kernel.clock import Period
from yesand.people.models import Performer
from yesand.reliance.models import Report
from yesand.royalties.correcting import Redone, agreements_of
from yesand.royalties.facts import (
    Facts,
    ModelBasis,
    Party,
    Service,
    SessionHeld,
    Settled,
    Taxed,
    UsageTotal,
    places,
)
from yesand.royalties.gathering.owing.services import holds_since, open_advances, promised
from yesand.royalties.gathering.resting.services import manifests, reports, standing
from yesand.royalties.instruments.services import in_force
from yesand.royalties.lines import Part, Reliance, Weight, equal_ppb
from yesand.royalties.models import Settlement, Statement
from yesand.royalties.redoing.services import Redoing, share_in
from yesand.royalties.shrinking import rests
from yesand.royalties.statement import Before
from yesand.royalties.totals import Total
from yesand.takes.models import Session
from yesand.training.models import Deployment

_CHUNK = 500


@dataclass(frozen=True)
class Case:
    """One performer in one currency: the facts, and the terms and shares they are priced by."""

    performer: Performer
    facts: Facts
    terms: Mapping[str, Terms]
    shares: Mapping[str, Reliance]
    before: Before


def trial() -> bool:
    """Tell whether anything in this house stands on trial terms."""
    return Agreement.objects.filter(kind=Agreement.Kind.TRIAL).exists()


def covered(period: Period) -> tuple[str, ...]:
    """Return the months whose minimums a settlement of ``period`` must see to."""
    last = Settlement.objects.order_by("-period").values_list("period", flat=True).first()
    since = Deployment.objects.order_by("since").values_list("since", flat=True).first()
    first = period
    if last is not None:
        first = Period.parse(last).next()
    elif since is not None:
        first = min(Period.of(since), period)
    months = [first]
    while months[-1] < period:
        months.append(months[-1].next())
    return tuple(map(str, months))


def services(covers: Iterable[str]) -> tuple[Service, ...]:
    """Return the deployments that were in service in any of the months."""
    months = [Period.parse(month) for month in covers]
    rows = Deployment.objects.select_related("licensee", "decommission").order_by("name")
    found = [
        Service(
            deployment=row.name,
            model=row.model_id,
            licensee=row.licensee.slug,
            months=tuple(str(m) for m in months if _serves(row, m)),
        )
        for row in rows
    ]
    return tuple(service for service in found if service.months)


def usage(totals: Iterable[Total]) -> tuple[UsageTotal, ...]:
    """Say of each total which model it used and who owes for it."""
    rows = Deployment.objects.values_list("name", "model_id", "licensee__slug")
    whose = {name: {"model": model, "licensee": licensee} for name, model, licensee in rows}
    return tuple(
        UsageTotal(
            deployment=t.deployment,
            unit=t.unit,
            currency=t.currency,
            realtime=t.realtime,
            usage_period=t.period,
            quantity=t.quantity,
            events=t.events,
            **whose[t.deployment],
        )
        for t in totals
    )


def agreements(period: Period, models: Iterable[ModelBasis]) -> list[str]:
    """Return the digests of all agreements that a settlement pays by, in order."""
    stands = standing(period)
    rows = ManifestPerformer.objects.filter(manifest__in=manifests(models))
    given = set(rows.values_list("agreement", flat=True))
    held = {session.agreement_id for session in sessions_due(period)}
    return sorted({stands.get(digest, digest) for digest in given} | held)


def synthetic(models: Iterable[ModelBasis]) -> bool:
    """Tell whether any voice in these models was made by code."""
    rows = Performer.objects.filter(synthetic=True)
    return rows.filter(manifests__manifest__in=manifests(models)).exists()


def cases(period: Period, settled: Settled) -> Iterator[Case]:
    """Yield every performer who is in a settled model or whose session's fee is due."""
    desk = _Desk(period, settled)
    whose = desk.whose()
    rows = Performer.objects.select_related("user").order_by("handle")
    # No more are asked for by name in one question than any database takes.
    those = (row for row in rows.iterator(chunk_size=_CHUNK) if row.pk in whose)
    while some := list(islice(those, _CHUNK)):
        desk.read(some)
        for performer in some:
            yield from desk.cases(performer)


def sessions_due(period: Period) -> list[Session]:
    """Return the sessions held before the month's end whose fee is on no statement yet."""
    rows = Session.objects.filter(at__lt=period.end, paid__isnull=True)
    rows = rows.select_related("agreement", "agreement__producer", "performer")
    return [row for row in rows.order_by("at", "slug") if _fee(row)]


class _Desk:
    """The registry's rows of one settlement, each read once, for all its performers."""

    def __init__(self, period: Period, settled: Settled) -> None:
        self.settled = settled
        self.reports = reports(period)
        self.stands = standing(period)
        self.weights = self._weights()
        self.sessions: dict[int, list[Session]] = defaultdict(list)
        for session in sessions_due(period):
            self.sessions[session.performer_id].append(session)
        self.carried = _carried()
        self.open = open_advances()
        self.promised = promised(period, self.stands)
        self.instruments = in_force((period.end - timedelta(days=1)).date())
        self.redoing = Redoing(settled.corrections)
        self.terms: dict[str, Terms] = {}
        self.payers: dict[str, str] = {}

    def whose(self) -> set[int]:
        return {*self.weights, *self.sessions, *self.promised, *self.redoing.whose()}

    def read(self, performers: Iterable[Performer]) -> None:
        """Read the agreements of some performers at once."""
        digests = {digest for row in performers for digest in self._signed(row)}
        for agreement in _agreements().filter(digest__in=digests - self.terms.keys()):
            self._read(agreement)

    def _signed(self, performer: Performer) -> set[str]:
        digests = {p.agreement for w in self.weights.get(performer.pk, ()) for p in w.parts}
        digests |= {s.agreement_id for s in self.sessions.get(performer.pk, ())}
        return digests | self.promised.get(performer.pk, set())

    def cases(self, performer: Performer) -> Iterator[Case]:
        weights = tuple(self.weights.get(performer.pk, ()))
        held = self.sessions.get(performer.pk, [])
        terms = {digest: self._terms(digest) for digest in sorted(self._signed(performer))}
        shares = {w.model: r for w in weights if (r := self._share(w.model, performer.handle))}
        currencies = {t.pay.currency for t in terms.values()} | self._revenue(weights, terms)
        currencies |= self.redoing.whose().get(performer.pk, set())
        for currency in sorted(currencies):
            redone = self.redoing.of(performer.pk, currency)
            priced = {d: self._terms(d) for d in sorted(agreements_of(redone))}
            every = {**terms, **priced}
            facts = self._facts(performer, currency, weights, held, terms)
            facts = facts.model_copy(update={"taxes": self._taxes(performer, every)})
            yield Case(performer, facts, every, shares, self._before(facts, redone))

    def _facts(
        self,
        performer: Performer,
        currency: str,
        weights: tuple[Weight, ...],
        held: list[Session],
        terms: Mapping[str, Terms],
    ) -> Facts:
        previous, carried = self.carried.get((performer.pk, currency), (None, 0))
        key = performer.public_key
        return Facts(
            period=self.settled.period,
            performer=performer.handle,
            performer_key=key,
            currency=currency,
            trial=self.settled.trial,
            synthetic=performer.synthetic,
            weights=weights,
            sessions=tuple(_held(s) for s in held if _fee(s) == currency),
            brought_forward_micro=carried,
            previous=previous,
            parties=tuple(Party(agreement=d, payer=self.payers[d]) for d in terms),
            advances=self.open.get(previous or "", ()),
            directions=self.instruments.directed(key),
            holds=holds_since(performer, currency, previous),
        )

    def _taxes(self, performer: Performer, terms: Mapping[str, Terms]) -> tuple[Taxed, ...]:
        """Return how tax is withheld by terms: also by those that only a corrected month has."""
        key = performer.public_key
        return tuple(
            Taxed(
                country=country,
                table=self.instruments.table(country),
                certificate=self.instruments.certificate(key),
            )
            for country in sorted({t.pay.withhold for t in terms.values() if t.pay.withhold})
        )

    def _before(self, facts: Facts, redone: tuple[Redone, ...]) -> Before:
        certified = (t.certificate for t in facts.taxes if t.certificate)
        named = [*facts.directions, *(t.table for t in facts.taxes), *certified]
        return Before(self.instruments.of(named), redone)

    def _weights(self) -> dict[int, list[Weight]]:
        found: dict[int, list[Weight]] = defaultdict(list)
        for basis in self.settled.models:
            given, who = self._given(basis.manifest)
            for handle, weight in self._placed(basis, given).items():
                found[who[handle]].append(weight)
            for pk, weight in self._beyond(basis, set(who)):
                found[pk].append(weight)
        return found

    def _given(self, manifest: str) -> tuple[dict[str, list[Part]], dict[str, int]]:
        """Return what each performer gave to a manifest, and the rows that they are."""
        given: dict[str, list[Part]] = defaultdict(list)
        who: dict[str, int] = {}
        rows = ManifestPerformer.objects.filter(manifest=manifest)
        for row in rows.select_related("performer"):
            agreement = self.stands.get(row.agreement, row.agreement)
            given[row.performer.handle].append(
                Part(agreement=agreement, takes=row.takes, duration_ms=row.duration_ms)
            )
            who[row.performer.handle] = row.performer_id
        return given, who

    def _beyond(self, basis: ModelBasis, within: set[str]) -> Iterator[tuple[int, Weight]]:
        """Yield the places of performers whom a report names and the manifest does not.

        Each is paid through the first ancestor whose manifest they are in.
        """
        report = self.reports.get(basis.model)
        left = set(report.shares) - within if report else set()
        for ancestor in basis.ancestors:
            given, who = self._given(ancestor.manifest)
            placed = places(basis.model, ancestor.manifest, given)
            for handle in sorted(left & placed.keys()):
                yield who[handle], placed[handle].model_copy(update={"via": ancestor.model})
            left -= placed.keys()

    def _placed(self, basis: ModelBasis, given: Mapping[str, Sequence[Part]]) -> dict[str, Weight]:
        placed = places(basis.model, basis.manifest, given)
        report = self.reports.get(basis.model)
        if basis.signal is None or report is None:
            return placed
        shares = [(_share_ppb(report, who), equal_ppb(w)) for who, w in placed.items()]
        left = zip(placed.items(), rests(shares, basis.signal), strict=True)
        return {who: w.model_copy(update={"rest": rest}) for (who, w), rest in left}

    def _terms(self, digest: str) -> Terms:
        """Return an agreement's terms, from what its parties signed and nothing else."""
        if digest not in self.terms:
            self._read(_agreements().get(digest=digest))
        return self.terms[digest]

    def _read(self, agreement: Agreement) -> None:
        self.terms[agreement.digest] = check(agreement)
        self.payers[agreement.digest] = agreement.producer.slug

    def _share(self, model: str, handle: str) -> Reliance | None:
        report = self.reports.get(model)
        return share_in(report, handle) if report else None

    def _revenue(self, weights: Iterable[Weight], terms: Mapping[str, Terms]) -> set[str]:
        """Return the currencies that revenue is paid in as it was earned."""
        models = {
            w.model
            for w in weights
            if any(not terms[p.agreement].pay.one_currency for p in w.parts)
        }
        theirs = {r.licensee for r in self.settled.usage if r.model in models}
        # What a licensee's other deployments declare may be put together with that of theirs.
        return {r.currency for r in self.settled.usage if r.licensee in theirs and r.currency}


def _agreements() -> QuerySet[Agreement]:
    return Agreement.objects.select_related("performer", "producer")


def _serves(row: Deployment, month: Period) -> bool:
    end = getattr(row, "decommission", None)
    return row.since < month.end and (end is None or end.until > month.start)


def _share_ppb(report: Report, handle: str) -> int:
    found: int = report.shares[handle]["share_ppb"] if handle in report.shares else 0
    return found


def _carried() -> dict[tuple[int, str], tuple[str, int]]:
    rows = Statement.objects.order_by("settlement__period")
    values = rows.values_list("performer_id", "currency", "digest", "carried_micro")
    return {(who, currency): (digest, micro) for who, currency, digest, micro in values}


def _fee(session: Session) -> str | None:
    """Return the currency of a session's fee, if its agreement promises one."""
    fee = session.agreement.terms.get("pay", {}).get("session_fee")
    return str(fee["currency"]) if fee else None


def _held(session: Session) -> SessionHeld:
    return SessionHeld(
        session=session.slug,
        agreement=session.agreement_id,
        payer=session.agreement.producer.slug,
        on=f"{session.at:%Y-%m-%d}",
    )
