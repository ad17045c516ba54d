"""Payout runs: prepared by one person, approved by another, and what the bank is given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.place import Place
from yesand.people.models import Performer, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.royalties.books.services import post
from yesand.royalties.models import BankAccount, Payout, PayoutDecision, PayoutRun, PayoutStep
from yesand.royalties.paying.banking.services import HOUSE, current, currents
from yesand.royalties.paying.details import BANK, STRIPE
from yesand.royalties.paying.filing.services import given
from yesand.royalties.paying.payees.services import paid_through, payees
from yesand.royalties.paying.phases import Step, drafted
from yesand.royalties.paying.plan import Plan, planned
from yesand.royalties.paying.rails import rail
from yesand.royalties.paying.stripe import payable


def proposal(place: Place, currency: str, way: str = BANK) -> Plan:
    """Return what a run would pay now, and what it would hold back; nothing is kept."""
    number = _next_number(currency)
    return planned(place.origin, currency, number, payees(place, currency), way)


def prepare(place: Place, currency: str, by: User, way: str = BANK) -> PayoutRun:
    """Freeze and sign what is payable now, for another person to approve.

    Parameters
    ----------
    way : of the ways of paying (`paying.rails`).

    Raises
    ------
    BadInput : no such way of paying, or it does not pay in that currency.
    Refused : a run in that currency waits already, or nothing can be paid, and why.
    """
    rail(way)
    if way == STRIPE and not payable(currency):
        raise BadInput("Stripe counts that currency otherwise", where=currency)
    with transaction.atomic():
        log.wait_to_write()
        waiting = open_run(currency)
        if waiting is not None:
            raise Refused(
                f"Run {waiting} waits to be approved",
                remedy="Approve or cancel it first: two would pay the same money.",
            )
        plan = proposal(place, currency, way)
        if not plan.items:
            reasons = sorted({held.reason.value for held in plan.held})
            why = f": {', '.join(reasons)}" if reasons else ""
            raise Refused(f"Nothing can be paid in {currency} now{why}", where=place.name)
        return _signed_run(place, plan, by, way)


def open_run(currency: str) -> PayoutRun | None:
    """Return the run that waits to be approved or cancelled in a currency."""
    return PayoutRun.objects.filter(currency=currency, decision=None).first()


def approve(place: Place, run: PayoutRun, by: User, on: date | None = None) -> PayoutDecision:
    """Let a run be paid: each payout becomes pending in the ledger, and the bank's file is made.

    A payout that no longer fits (other bank details, less owed, held) is left out and said; what
    it would have paid stays owed.

    Parameters
    ----------
    on : the day on which the bank is asked to pay; the next working day, if not told.

    Raises
    ------
    Refused : by who prepared it, decided already, no account to pay from, or nothing fits now.
    """
    if by.pk == run.prepared_by_id:
        raise Refused(
            "Whoever prepared a run cannot approve it", remedy="Let a second producer look at it."
        )
    now = place.clock.now()
    day = on or next_working_day(now.date())
    if not now.date() <= day <= now.date() + timedelta(days=60):
        raise BadInput("The bank cannot pay on that day", where="on", remedy="Name a near one.")
    with transaction.atomic():
        log.wait_to_write()
        _undecided(run)
        payer = current(HOUSE) if run.rail == BANK else None
        if payer is None and run.rail == BANK:
            raise Refused("The house has no bank account to pay from", remedy="Give it one first.")
        sent, left = _sorted(place, run)
        if not sent:
            raise Refused("Nothing of this run can be paid now", remedy="Cancel it.")
        return _approved(place, run, by, day, payer, sent, left)


def cancel(place: Place, run: PayoutRun, by: User) -> PayoutDecision:
    """End a run before anything is paid; the money stays owed.

    Raises
    ------
    Refused : it is decided already.
    """
    with transaction.atomic():
        log.wait_to_write()
        _undecided(run)
        return _decided(place, run, by, {"approved": False}, Kind.PAYOUT_CANCELLED, approved=False)


def void(place: Place, payout: Payout, by: User, reason: str) -> PayoutStep:
    """Say that the bank never carried out a payout: its money is owed again.

    Raises
    ------
    BadInput : no reason. Refused : the bank has told something of it, or it is void already.
    """
    if not reason.strip():
        raise BadInput("Say what the bank said", where="reason")
    with transaction.atomic():
        log.wait_to_write()
        if payout.steps.filter(step=PayoutStep.SENT).exists():
            raise Refused(
                "Stripe has this payout: only Stripe can say that it was not made",
                where=payout.end_to_end,
                remedy="Send the run again, and it is asked; or reverse the transfer there.",
            )
        return voided(place, payout, by, reason.strip())


def voided(place: Place, payout: Payout, by: User, reason: str) -> PayoutStep:
    """Owe a payout's money again that is known not to have left.

    Raises
    ------
    Refused : something else became of it already.
    """
    with transaction.atomic():
        log.wait_to_write()
        if payout.standing != Step.PENDING:
            raise Refused(f"This payout is {payout.standing}", where=payout.end_to_end)
        told = {"payout": payout.end_to_end, "reason": reason}
        entry = log.record(place, Kind.PAYOUT_VOIDED, digest_of(told))
        step = PayoutStep.objects.create(
            payout=payout, step=Step.VOID, reason=reason[:200], at=place.clock.now(), by=by
        )
        named = payout.end_to_end, payout.payee, payout.run.currency, payout.minor
        post(place, [drafted(Step.VOID, *named)], entry)
        return step


def run_named(name: str) -> PayoutRun:
    """Return the run of a name such as ``EUR-7``.

    Raises
    ------
    NotFound : there is none.
    """
    currency, _, number = name.partition("-")
    rows = PayoutRun.objects.filter(currency=currency.upper())
    found = rows.filter(number=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise NotFound("No payout run of that name", where=name[:40])
    return found


def payout_named(name: str) -> Payout:
    """Return the payout of an end-to-end id.

    Raises
    ------
    NotFound : there is none.
    """
    found = Payout.objects.filter(pk=name.strip().upper()).select_related("run").first()
    if found is None:
        raise NotFound("No payout of that id", where=name[:40])
    return found


def predicate(row: PayoutRun | PayoutDecision) -> dict[str, Any]:
    """Return what was signed."""
    signed: dict[str, Any] = parse(dsse.payload_of(row.envelope))["predicate"]
    return signed


def next_working_day(day: date) -> date:
    """Return the next day that is no Saturday or Sunday."""
    ahead = {4: 3, 5: 2}.get(day.weekday(), 1)
    return day + timedelta(days=ahead)


def _next_number(currency: str) -> int:
    last = PayoutRun.objects.filter(currency=currency).order_by("-number").first()
    return last.number + 1 if last else 1


def _signed_run(place: Place, plan: Plan, by: User, way: str) -> PayoutRun:
    number = _next_number(plan.currency)
    told = {
        "house": place.origin,
        "currency": plan.currency,
        "number": number,
        "rail": way,
        "total_minor": plan.total_minor,
        "items": [
            {n: getattr(item, n) for n in ("account", "minor", "end_to_end", "details")}
            | {"fresh": item.fresh.value if item.fresh else ""}
            for item in plan.items
        ],
        "held": [
            {"account": h.account, "micro": h.micro, "reason": h.reason.value, "said": h.said}
            for h in plan.held
        ],
    }
    name, envelope, entry = _sealed(
        place, Predicate.PAYOUT_RUN, plan.items[0].details, told, Kind.PAYOUT_PREPARED
    )
    run = PayoutRun.objects.create(
        digest=name,
        currency=plan.currency,
        number=number,
        rail=way,
        envelope=envelope,
        prepared_by=by,
        at=place.clock.now(),
        entry=entry,
    )
    _enter(place, run, plan)
    return run


def _enter(place: Place, run: PayoutRun, plan: Plan) -> None:
    known, through = currents(), paid_through(place)
    details = {item.account: known[through.get(item.account, item.account)] for item in plan.items}
    handles = {f"performer:{row.handle}": row for row in Performer.objects.all()}
    Payout.objects.bulk_create(
        Payout(
            end_to_end=item.end_to_end,
            run=run,
            payee=item.account,
            performer=handles.get(item.account),
            minor=item.minor,
            bank=details[item.account],
            masked=details[item.account].masked,
            again=item.again,
        )
        for item in plan.items
    )


def _sealed(
    place: Place, kind: Predicate, about: str, told: dict[str, Any], entry: Kind
) -> tuple[str, dict[str, Any], Entry]:
    envelope = dsse.seal(dsse.attest(kind, {"it": about}, told), [place.signer])
    name = digest(dsse.payload_of(envelope))
    return name, envelope, log.record(place, entry, name)


def _undecided(run: PayoutRun) -> None:
    known = PayoutDecision.objects.filter(run=run).first()
    if known is not None:
        raise Refused(f"Run {known} already", remedy="Prepare another for what is owed now.")


def _sorted(place: Place, run: PayoutRun) -> tuple[list[Payout], dict[str, str]]:
    """Return a run's payouts that a run would pay now too, and why it would not others, by id."""
    now = proposal(place, run.currency, run.rail)
    fits = {item.account: item for item in now.items}
    held = {one.account: one.reason.value for one in now.held}
    sent, left = list[Payout](), dict[str, str]()
    for row in run.payouts.select_related("run", "bank__entry").order_by("end_to_end"):
        item, why = fits.get(row.payee), ""
        if item is None:
            why = held.get(row.payee, "nothing is owed now")
        elif item.details != row.bank.entry.record:
            why = "other bank details since"
        elif item.minor < row.minor:
            why = "less is owed now"
        if why:
            left[row.end_to_end] = why
        else:
            sent.append(row)
    return sent, left


def _approved(
    place: Place,
    run: PayoutRun,
    by: User,
    day: date,
    payer: BankAccount | None,
    sent: list[Payout],
    left: dict[str, str],
) -> PayoutDecision:
    """Make each payout pending, make the file, and sign who approved what."""
    now = place.clock.now()
    file = given(place, run, now, day, payer, sent)
    told = {
        "approved": True,
        "on": day.isoformat(),
        "sent": [row.end_to_end for row in sent],
        "left": left,
        "file": digest(file),
    }
    more = {"approved": True, "on": day, "payer": payer, "file": digest(file)}
    made = _decided(place, run, by, told, Kind.PAYOUT_APPROVED, at=now, **more)
    drafts = (drafted(Step.PENDING, r.end_to_end, r.payee, run.currency, r.minor) for r in sent)
    post(place, drafts, made.entry)
    PayoutStep.objects.bulk_create(
        PayoutStep(payout=row, step=step, reason=left.get(row.end_to_end, ""), at=now, by=by)
        for row in run.payouts.all()
        for step in [PayoutStep.LEFT if row.end_to_end in left else Step.PENDING]
    )
    return made


def _decided(
    place: Place, run: PayoutRun, by: User, told: dict[str, Any], kind: Kind, **more: Any
) -> PayoutDecision:
    whole = {"run": run.digest, **told}
    name, envelope, entry = _sealed(place, Predicate.PAYOUT_DECISION, run.digest, whole, kind)
    return PayoutDecision.objects.create(
        run=run,
        prepared_by_id=run.prepared_by_id,
        by=by,
        at=more.pop("at", place.clock.now()),
        digest=name,
        envelope=envelope,
        entry=entry,
        **more,
    )
