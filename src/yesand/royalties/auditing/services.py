"""Recording audits of what was paid, and what of them stands in the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from yesand.agreements.models import Agreement
from yesand.agreements.pay import Pay
from yesand.agreements.services import check
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money, exponent
from yesand.kernel.place import Place
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.mailing.services import tell
from yesand.people.models import Performer, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.royalties.auditing.audit import (
    PREFIX,
    Asked,
    Audit,
    Reckoned,
    Stated,
    borne,
    draft_of,
    parse_asked,
    parse_audit,
    reckoned,
    reversal_of,
)
from yesand.royalties.auditing.models import Audit as Row
from yesand.royalties.books.services import post
from yesand.royalties.ledger import Draft
from yesand.royalties.models import Statement, Transaction
from yesand.royalties.redoing.services import waiting
from yesand.royalties.statement import parse_statement

#: Who records audits; both are asked for their name.
RECORDING = frozenset({PRODUCER, AUDITOR})
_SUBJECT = gettext_lazy("An audit of your pay was recorded")
_WORDS = gettext_lazy(
    "An audit of what you were paid from %(since)s to %(until)s was recorded: what it found, and "
    "who bears its cost."
)


def record(place: Place, told: Mapping[str, Any], by: User | None = None) -> Row:
    """Sign, log and post an audit. The same again is the one that is there.

    Where the shortfall passes the agreed share, its cost is debited to the payer and credited to
    whoever has paid for it (``audit:…``); otherwise nothing is posted, and it says who bears it.

    Raises
    ------
    BadInput : a field that is wrong, or figures that cannot be.
    NotFound : no such performer, agreement, or audit to put right.
    Refused : an audit of that name says something else; the agreements have several payers,
        currencies or clauses; the statements say nothing of those months; or corrections of them
        wait for the next settlement.
    """
    asked = parse_asked(dict(told))
    exponent(asked.cost_currency)
    with transaction.atomic():
        log.wait_to_write()
        known = Row.objects.filter(name=asked.name).first()
        if known is not None:
            return _same(known, asked)
        performer = Performer.objects.filter(handle=asked.performer).first()
        if performer is None:
            raise NotFound("No such performer", where=asked.performer)
        agreements = _agreements(performer, asked)
        before = _replaced(asked, performer)
        return _kept(place, _audit(performer, asked, agreements, before), agreements, before, by)


def audit_of(row: Row) -> Audit:
    """Return an audit as it was signed; CheckFailed if its outcome does not follow."""
    return parse_audit(parse(dsse.payload_of(row.envelope))["predicate"], row.name)


def _same(known: Row, asked: Asked) -> Row:
    if audit_of(known).asked != asked:
        raise Refused(
            "An audit of that name is recorded, and says something else",
            where=known.name,
            remedy="Nothing recorded is changed: give this one a name of its own, and let it name "
            "the other under “replaces”, if it puts that right.",
        )
    return known


def _agreements(performer: Performer, asked: Asked) -> list[Agreement]:
    rows = Agreement.objects.filter(performer=performer).select_related("producer", "performer")
    found = list(rows.order_by("digest"))
    if asked.agreements:
        found = [row for row in found if row.digest in asked.agreements]
        missing = set(asked.agreements) - {row.digest for row in found}
        if missing:
            raise NotFound("No such agreement of that performer", where=min(missing)[:12])
    if not found:
        raise NotFound("That performer has no agreement", where=performer.handle)
    pays = {(a.producer_id, p.currency, p.audit_shortfall_ppm) for a in found for p in [_pay(a)]}
    if len(pays) > 1:
        raise Refused(
            "These agreements have several payers, currencies or audit clauses",
            where=", ".join(row.digest[:12] for row in found),
            remedy="Record an audit for each, and name its agreements.",
        )
    return found


def _pay(agreement: Agreement) -> Pay:
    return check(agreement).pay


def _replaced(asked: Asked, performer: Performer) -> Row | None:
    if not asked.replaces:
        return None
    found = Row.objects.filter(name=asked.replaces, performer=performer).first()
    if found is None:
        raise NotFound("No audit of that name of this performer", where=asked.replaces)
    later = Row.objects.filter(replaces=found).first()
    if later is not None:
        raise Refused("That audit was put right already", where=f"{later.name}")
    return found


def _audit(
    performer: Performer, asked: Asked, agreements: Sequence[Agreement], before: Row | None
) -> Audit:
    pay, digests = _pay(agreements[0]), tuple(row.digest for row in agreements)
    figures: dict[str, Any] = {"basis": "declared"}
    figures |= {"due_micro": asked.due_micro, "unpaid_micro": asked.unpaid_micro}
    if asked.due_micro is None:
        figures = _computed(performer, pay.currency, asked, digests)
    plain = {
        "asked": asked.model_dump(mode="json"),
        "performer_key": performer.public_key,
        "payer": agreements[0].producer.slug,
        "agreements": digests,
        "currency": pay.currency,
        "shortfall_ppm": pay.audit_shortfall_ppm,
        "replaces": before.digest if before else None,
        **figures,
    }
    bears, why = _outcome(plain, asked)
    return parse_audit({**plain, "payer_bears": bears, "why": why}, asked.name)


def _outcome(plain: Mapping[str, Any], asked: Asked) -> tuple[bool, str]:
    due, unpaid = (Money(plain["currency"], plain[f"{n}_micro"]) for n in ("due", "unpaid"))
    cost = Money(asked.cost_currency, asked.cost_micro)
    try:
        return borne(plain["shortfall_ppm"], due, unpaid, cost)
    except ValueError as fault:
        raise BadInput(str(fault), where=f"{unpaid} of {due}") from fault


def _computed(
    performer: Performer, currency: str, asked: Asked, agreements: Sequence[str]
) -> dict[str, Any]:
    """Return what the house's statements say of the audited months."""
    open_ = [row.subject for row in waiting() if asked.since <= row.subject <= asked.until]
    if open_:
        raise Refused(
            f"Corrections of {open_[0]} wait for the next settlement",
            where=asked.name,
            remedy="Settle first, or declare what was due and what of it was unpaid.",
        )
    found = reckoned(_stated(performer, currency), asked, agreements)
    if found.due <= 0:
        raise Refused(
            f"No statement says what was due from {asked.since} to {asked.until}",
            where=performer.handle,
            remedy="Declare it: due_micro and unpaid_micro.",
        )
    return _figures(found)


def _figures(found: Reckoned) -> dict[str, Any]:
    return {
        "basis": "computed",
        "due_micro": found.due,
        "unpaid_micro": found.unpaid,
        "statements": found.statements,
        "found_in": found.found_in,
    }


def _stated(performer: Performer, currency: str) -> list[Stated]:
    rows = Statement.objects.filter(performer=performer, currency=currency)
    return [
        Stated(
            row.digest,
            f"{row.settlement.at:%Y-%m-%d}",
            parse_statement(parse(dsse.payload_of(row.envelope))["predicate"]),
        )
        for row in rows.select_related("settlement").order_by("settlement__period")
    ]


def _kept(
    place: Place,
    audit: Audit,
    agreements: Sequence[Agreement],
    before: Row | None,
    by: User | None,
) -> Row:
    asked, told = audit.asked, audit.model_dump(mode="json")
    subjects = {f"agreement-{digest[:16]}": digest for digest in audit.agreements}
    payload = dsse.attest(Predicate.PAY_AUDIT, subjects, told)
    digest = digest_of(payload)
    entry = log.record(place, Kind.PAY_AUDITED, digest)
    row = Row.objects.create(
        digest=digest,
        name=asked.name,
        performer=agreements[0].performer,
        payer=agreements[0].producer,
        since=asked.since,
        until=asked.until,
        currency=audit.currency,
        due_micro=audit.due_micro,
        unpaid_micro=audit.unpaid_micro,
        cost_currency=asked.cost_currency,
        cost_micro=asked.cost_micro,
        payer_bears=audit.payer_bears,
        replaces=before,
        envelope=dsse.seal(payload, [place.signer]),
        at=place.clock.now(),
        by=by,
        entry=entry,
    )
    _post(place, row, audit, before, entry)
    _tell(row)
    return row


def _post(place: Place, row: Row, audit: Audit, before: Row | None, entry: Entry) -> None:
    post(place, _drafts(row, audit, before), entry)


def _drafts(row: Row, audit: Audit, before: Row | None) -> list[Draft]:
    """Return what an audit posts: what takes the one before back, and its own cost."""
    back = reversal_of(audit_of(before), before.digest, row.digest) if before else None
    return [draft for draft in (back, draft_of(audit, row.digest)) if draft is not None]


def _tell(row: Row) -> None:
    user = row.performer.user
    if user is not None:
        told = {"since": row.since, "until": row.until}
        tell(user, f"audit.{row.digest}", _SUBJECT, _WORDS, told, "pay_audit", row.name)


def owed_for_audits() -> dict[str, Counter[str]]:
    """Return what those who have paid for audits are owed by the signed records, by account.

    Raises
    ------
    CheckFailed : an outcome that does not follow, or the ledger has other transactions.
    """
    found: dict[str, Counter[str]] = {}
    drafts = [
        draft
        for row in Row.objects.select_related("replaces")
        for draft in _drafts(row, audit_of(row), row.replaces)
    ]
    for side in (side for draft in drafts for side in draft.sides):
        if side.account.startswith(PREFIX):
            found.setdefault(side.account, Counter())[side.currency] += side.micro
    rows = Transaction.objects.filter(id__startswith=PREFIX)
    there = set(rows.values_list("pk", "body"))
    due = {(draft.id, draft.body) for draft in drafts}
    if there != due:
        odd = min(name for name, _ in there ^ due)
        raise CheckFailed("The ledger and the audits' records differ", where=odd)
    return found
