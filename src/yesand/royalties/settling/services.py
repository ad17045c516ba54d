"""Settling: usage × terms × reliance → signed statements and postings, one month once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.mailing.services import tell
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.books.services import post
from yesand.royalties.estimating.services import Proposed, keep, propose, wanted
from yesand.royalties.estimating.stated import row as estimated
from yesand.royalties.estimating.truing.services import true_up
from yesand.royalties.exchanging.services import exchanges
from yesand.royalties.facts import PayerPool, Settled, UsageTotal
from yesand.royalties.gathering.asking.services import Asking
from yesand.royalties.gathering.resting.services import bases
from yesand.royalties.gathering.services import (
    Case,
    agreements,
    cases,
    covered,
    services,
    sessions_due,
    synthetic,
    trial,
    usage,
)
from yesand.royalties.ledger import drafts_of
from yesand.royalties.metering.services import store_of, using, windows
from yesand.royalties.models import (
    AdvanceBalance,
    PaidSession,
    SettledUsage,
    Settlement,
    Statement,
    UsageBatch,
)
from yesand.royalties.payers.services import forget, pools
from yesand.royalties.redoing.services import carried_out, corrected_months
from yesand.royalties.spooling.collecting.services import collect
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import advances_after, statement
from yesand.royalties.totals import Mark, Total, counted, due

_SUBJECT = gettext_lazy("Your statement for %(month)s")
_WORDS = gettext_lazy(
    "What your performances earned in %(month)s is settled. Your statement says what it is, line "
    "by line, and why."
)


@dataclass(frozen=True)
class _Issued:
    """A statement, signed, not yet in the registry."""

    case: Case
    payload: Payload
    digest: str
    envelope: dict[str, object]


def settle(
    place: Place, period: Period, progress: Progress = silent, on_estimates: bool = False
) -> Settlement:
    """Settle a closed month; a second time returns what the first one made.

    Late usage of earlier months is in it, on lines of its own.

    Parameters
    ----------
    on_estimates : where nothing has come in, settle what it probably was, marked so on every line;
        a later settlement takes that back when the real usage is known.

    Raises
    ------
    Refused : the month is still open, or a later one is settled already; or an estimate would count
        where it cannot be taken back.
    """
    if known := _known(period):
        forget(store_of(place))
        return known
    collect(place)
    estimates = propose(place, period) if on_estimates or wanted(place) else []
    with using(place), transaction.atomic():
        if known := _known(period):
            return known
        _check_due(place, period)
        progress(0, 0, "adding up usage")
        totals = _totals(place, period)
        # What came in since it was proposed is no longer missing.
        came = {(t.deployment, t.period) for t in totals}
        missing = [e for e in estimates if (e.deployment.name, str(e.period)) not in came]
        trued = true_up(place, period, totals)
        guessed = _estimated(place, missing) if on_estimates else []
        with _statable():
            settled = _settled(place, period, trued.left, guessed)
            row = _sign(place, settled)
            issued = _issue(place, period, settled, row, progress)
        _record(place, row, issued)
        waiting = {total for total, _ in trued.waiting}
        _mark(row, period, (t for t in totals if t not in waiting))
        carried_out(row, settled.corrections)
        keep(place, missing)
    forget(store_of(place))
    return row


def _known(period: Period) -> Settlement | None:
    return Settlement.objects.filter(period=str(period)).first()


@contextmanager
def _statable() -> Iterator[None]:
    """Refuse figures too large for RFC 8785 to carry, rather than state them wrongly."""
    try:
        yield
    except ValidationError as fault:
        first = fault.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise Refused(
            f"A figure cannot be stated: {name} is {first['input']!r}",
            where=fault.title,
            remedy="Look at the largest usage events of the month.",
        ) from fault


def _check_due(place: Place, period: Period) -> None:
    if place.clock.now() < period.end:
        raise Refused(
            f"{period} is still open",
            remedy=f"It can be settled from {period.end:%Y-%m-%d} (UTC) on.",
        )
    later = Settlement.objects.filter(period__gt=str(period)).order_by("period").first()
    if later:
        raise Refused(
            f"{later.period} is settled already, and with it all usage before it",
            where=str(period),
            remedy="Usage that still comes in for this month is settled with the next, as late.",
        )


def _totals(place: Place, period: Period) -> list[Total]:
    store = store_of(place)
    batches = dict(UsageBatch.objects.values_list("digest", "accepted"))
    store.check(batches)
    with store.session() as session:
        return due(session, store.events(session, batches), windows(), _marked(), str(period))


def _payers(
    place: Place, period: Period, asked: Iterable[tuple[str, str]]
) -> tuple[PayerPool, ...]:
    """Return what each payer of the licensees asked for brought in, divided by their own use."""
    wanted, store = list(asked), store_of(place)
    if not wanted:
        return ()
    batches = UsageBatch.objects.values_list("digest", flat=True)
    with store.session() as session:
        due_ = store.events(session, batches), windows(), _marked(), str(period)
        return pools(store, session, counted(session, *due_), str(period), wanted)


def _marked() -> list[Mark]:
    marks = SettledUsage.objects.values_list("deployment", "usage_period")
    return [Mark(*row) for row in marks.annotate(Max("up_to_sequence")).order_by("deployment")]


def _estimated(place: Place, missing: Iterable[Proposed]) -> list[UsageTotal]:
    """Sign what is missing as an estimate, and return it as the settlement states it."""
    proposed = list(missing)
    return [
        estimated(total, row.digest, _about(one))
        for one, row in zip(proposed, keep(place, proposed), strict=True)
        for total in row.rows
    ]


def _about(one: Proposed) -> dict[str, str]:
    deployment = one.deployment
    told = {"deployment": deployment.name, "model": deployment.model_id}
    return {**told, "licensee": deployment.licensee.slug, "usage_period": str(one.period)}


def _settled(
    place: Place, period: Period, totals: Iterable[Total], guessed: Iterable[UsageTotal]
) -> Settled:
    covers = covered(period)
    used, serving = (*usage(totals), *guessed), services(covers)
    last = Settlement.objects.order_by("-period").first()
    up_to = last.up_to_sequence if last else 0
    batches = UsageBatch.objects.filter(sequence__gt=up_to).order_by("sequence")
    found = bases(period, {u.model for u in used} | {s.model for s in serving})
    asked = Asking.of(period, found)
    asked.check_estimated(used)
    corrected = corrected_months(period)
    return Settled(
        house=place.origin,
        period=str(period),
        covers=covers,
        previous=last.digest if last else None,
        trial=trial(),
        synthetic=synthetic(found),
        usage=used,
        services=serving,
        models=asked.models(found),
        batches=tuple(batches.values_list("digest", flat=True)),
        agreements=digest_of(agreements(period, found)),
        corrections=corrected,
        rates=exchanges(asked.terms, used),
        tariffs=asked.tariffs(used, serving),
        counted=asked.counted(used, corrected),
        payers=_payers(place, period, asked.payers(used)),
    )


def _sign(place: Place, settled: Settled) -> Settlement:
    subjects = {f"usage-{batch[:16]}": batch for batch in settled.batches}
    subjects = subjects or {"usage": digest_of([])}
    predicate = settled.model_dump(mode="json")
    payload = dsse.attest(Predicate.SETTLEMENT, subjects, predicate)
    envelope = dsse.seal(payload, [place.signer])
    name = digest(dsse.payload_of(envelope))
    last = UsageBatch.objects.aggregate(last=Max("sequence"))["last"]
    return Settlement.objects.create(
        period=settled.period,
        digest=name,
        envelope=envelope,
        trial=settled.trial,
        up_to_sequence=last or 0,
        at=place.clock.now(),
        entry=log.record(place, Kind.PERIOD_SETTLED, name),
    )


def _issue(
    place: Place, period: Period, settled: Settled, row: Settlement, progress: Progress
) -> list[_Issued]:
    found, signer = [], place.signer
    for case in cases(period, settled):
        given = case.facts, settled, row.digest, case.terms, case.shares, case.before
        payload = statement(*given)
        subjects = {f"settlement-{settled.period}": row.digest}
        attested = dsse.attest(Predicate.STATEMENT, subjects, payload.model_dump(mode="json"))
        envelope = dsse.seal(attested, [signer])
        found.append(_Issued(case, payload, digest(dsse.payload_of(envelope)), envelope))
        progress(len(found), len(found), f"statement of {case.facts.performer}")
    return found


def _record(place: Place, row: Settlement, issued: list[_Issued]) -> None:
    entries = log.record_many(place, Kind.STATEMENT_ISSUED, [i.digest for i in issued])
    Statement.objects.bulk_create(
        [
            Statement(
                digest=i.digest,
                settlement=row,
                performer=i.case.performer,
                currency=i.payload.currency,
                total_micro=i.payload.total_micro,
                payable_minor=i.payload.payable_minor,
                carried_micro=i.payload.carried_micro,
                envelope=i.envelope,
                entry=entry,
            )
            for i, entry in zip(issued, entries, strict=True)
        ],
        batch_size=500,
    )
    AdvanceBalance.objects.bulk_create(
        AdvanceBalance(statement_id=i.digest, **advance.model_dump())
        for i in issued
        for advance in advances_after(i.payload)
    )
    for one in issued:
        _tell(row, one)
    post(place, (draft for i in issued for draft in drafts_of(i.payload, i.digest)), row.entry)


def _tell(row: Settlement, issued: _Issued) -> None:
    user = issued.case.performer.user
    if user is not None:
        key, told = f"statement.{issued.digest}", {"month": row.period}
        tell(user, key, _SUBJECT, _WORDS, told, "statement", issued.digest)


def _mark(row: Settlement, period: Period, totals: Iterable[Total]) -> None:
    SettledUsage.objects.bulk_create(
        SettledUsage(
            settlement=row, deployment=name, usage_period=month, up_to_sequence=row.up_to_sequence
        )
        for name, month in sorted({(t.deployment, t.period) for t in totals})
    )
    PaidSession.objects.bulk_create(
        PaidSession(session=session, settlement=row) for session in sessions_due(period)
    )
