"""Proposing that a line went to the wrong performer, and deciding it: two producers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy

from yesand.agreements.signing.shown import check_shown
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Performer, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.books.services import post
from yesand.royalties.disputing.services import after, held_lines, line_of, signed_of
from yesand.royalties.ledger import Draft
from yesand.royalties.lines import ON_TOP
from yesand.royalties.models import Reassignment, ReassignmentDecision, Statement
from yesand.royalties.reassigning import payee
from yesand.royalties.redoing.services import waiting
from yesand.royalties.statement import Statement as Payload

_SUBJECT = gettext_lazy("A line of a statement was corrected")
_WORDS = gettext_lazy(
    "An amount had gone to the wrong performer. It was corrected in the books; your account there "
    "says what and why."
)


def propose(
    place: Place,
    statement: Statement,
    line: int,
    right: Performer,
    reason: str,
    by: User,
    micro: int | None = None,
) -> Reassignment:
    """Propose that (a part of) a line is another performer's; nothing is posted yet.

    Parameters
    ----------
    line : which line, from 0. micro : how much of it; all that is left of it, if not told.

    Raises
    ------
    BadInput : no reason, no such line, nothing to move, or the same performer.
    Refused : more than is left of the line, it is in dispute, it was put right by a later
        statement, or something was taken off it.
    """
    reason, told = reason.strip(), line_of(statement, line)
    if not 0 < len(reason) <= payee.LONGEST:
        raise BadInput(f"Say why, in up to {payee.LONGEST} characters", where="reason")
    if right.pk == statement.performer_id or told.kind in ON_TOP:
        raise BadInput("That line is not to be moved to that performer", where=str(right))
    with transaction.atomic():
        log.wait_to_write()
        moved, at = _moved(statement, line), place.clock.now()
        amount = told.micro - moved if micro is None else micro
        keys = statement.performer.public_key, right.public_key
        signed = payee.payload(
            statement.digest, line, *keys, statement.currency, amount, reason, stamp(at)
        )
        signer, name = signer_of(place, organisation(PRODUCER)), digest_of(signed)
        known = Reassignment.objects.filter(digest=name).first()
        if known is not None:
            return known
        _check_whole(statement, line)
        payee.check_amount(amount, told.micro, moved)
        return Reassignment.objects.create(
            digest=name,
            statement=statement,
            line=line,
            wrong=statement.performer,
            right=right,
            currency=statement.currency,
            micro=amount,
            reason=reason,
            prepared_by=by,
            at=at,
            envelope=dsse.seal(signed, [signer], payee.PROPOSED),
            entry=log.record(place, Kind.PAYEE_PROPOSED, name),
        )


def decide(place: Place, proposal: Reassignment, approved: bool, by: User) -> ReassignmentDecision:
    """Approve a proposal, and post it; or turn it down.

    Raises
    ------
    Refused : approved by who proposed it, or decided already the other way.
    """
    if approved and by.pk == proposal.prepared_by_id:
        raise Refused("Whoever proposed it cannot approve it", remedy="Let a second producer look.")
    with transaction.atomic():
        log.wait_to_write()
        known = ReassignmentDecision.objects.filter(reassignment=proposal).first()
        if known is not None:
            if known.approved == approved:
                return known
            raise Refused("That is decided already", where=str(known))
        if approved:
            _check_whole(proposal.statement, proposal.line)
        at = place.clock.now()
        signed = payee.decision(proposal.digest, approved, stamp(at))
        entry = log.record(place, Kind.PAYEE_CORRECTED, digest_of(signed))
        made = ReassignmentDecision.objects.create(
            reassignment=proposal,
            approved=approved,
            prepared_by_id=proposal.prepared_by_id,
            by=by,
            at=at,
            envelope=dsse.seal(signed, [signer_of(place, organisation(PRODUCER))], payee.DECIDED),
            entry=entry,
        )
        if approved:
            post(place, [drafted(proposal)], entry)
            _tell(proposal)
        return made


def drafted(proposal: Reassignment) -> Draft:
    """Return the transaction that an approved proposal makes."""
    ends = proposal.wrong.handle, proposal.right.handle
    return payee.drafted(proposal.digest, *ends, proposal.currency, proposal.micro)


def proposal_named(name: str) -> Reassignment:
    """Return the proposal of a digest, or of how it begins; NotFound if there is none."""
    found = list(Reassignment.objects.filter(digest__startswith=name.strip().lower())[:2])
    if not name.strip() or len(found) != 1:
        raise NotFound("No such proposal, or more than one", where=name[:64])
    return found[0]


def check_reassignment(row: Reassignment) -> None:
    """Check that the registry shows what was signed; CheckFailed if not."""
    public, at = organisation(PRODUCER).public_key, stamp(row.at)
    keys = row.wrong.public_key, row.right.public_key
    shown = payee.payload(
        row.statement_id, row.line, *keys, row.currency, row.micro, row.reason, at
    )
    where, name = str(row), row.digest
    check_shown(shown, row.envelope, public, payee.PROPOSED, where=where, name=name)
    made = ReassignmentDecision.objects.filter(reassignment=row).first()
    if made is not None:
        told = payee.decision(row.digest, made.approved, stamp(made.at))
        check_shown(told, made.envelope, public, payee.DECIDED, where=str(made))


def _check_whole(statement: Statement, line: int) -> None:
    """Check that the line's amount is the performer's, and still what was stated."""
    if (statement.digest, line) in held_lines():
        raise Refused("That line is in dispute", remedy="Decide the dispute first.")
    issued = signed_of(statement)
    told = issued.lines[line]
    if any(d.agreement == told.agreement and d.micro for d in issued.deductions):
        raise Refused(
            "An advance, an agent or a tax took a part of that line",
            where=str(statement),
            remedy="Correct the month, so that what was taken off is put right with it.",
        )
    if any(_reversed(later, statement, line) for later in map(signed_of, after(statement))):
        raise Refused("A later statement has taken that line back", where=str(statement))
    month = payee.about(told, statement.settlement.period)
    if any(row.subject == month for row in waiting()):
        raise Refused(
            "A correction of that month waits, and would take the line back",
            where=month,
            remedy="Settle first, and move what is stated then.",
        )


def _reversed(later: Payload, statement: Statement, line: int) -> bool:
    return any(
        x.corrects is not None
        and x.corrects.reverses
        and (x.corrects.statement, x.corrects.line) == (statement.digest, line)
        for x in later.lines
    )


def _moved(statement: Statement, line: int) -> int:
    rows = Reassignment.objects.filter(statement=statement, line=line)
    rows = rows.exclude(decision__approved=False)
    return int(rows.aggregate(sum=Sum("micro", default=0))["sum"])


def _tell(proposal: Reassignment) -> None:
    for performer in (proposal.wrong, proposal.right):
        if performer.user is not None:
            key = f"payee.{proposal.digest}.{performer.handle}"
            tell(performer.user, key, _SUBJECT, _WORDS, {}, "books")
