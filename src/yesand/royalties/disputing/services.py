"""Disputing one line of a statement, answering, and deciding it: signed, logged and in the ledger.

Other rooms ask ``held_lines`` and ``held_micro``: what of which statement is not payable now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy

from yesand.agreements.models import Agreement
from yesand.agreements.signing import services as signing
from yesand.agreements.signing.hand import PERFORMER, Hand
from yesand.agreements.signing.shown import check_shown
from yesand.agreements.terms import Terms
from yesand.kernel.canonical import parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Organisation, Performer, Seat, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.books.services import balance, post
from yesand.royalties.disputing import dispute as words
from yesand.royalties.disputing.dispute import ANSWER_WITHIN, DECIDE_WITHIN, LONGEST, Word
from yesand.royalties.disputing.tasks import remind_producers
from yesand.royalties.ledger import performer_account
from yesand.royalties.lines import ON_TOP, Line
from yesand.royalties.models import Dispute, DisputeWord, Reassignment, Statement
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import parse_statement

_ENTRIES = {
    Word.OPENED: Kind.DISPUTE_OPENED,
    Word.ANSWERED: Kind.DISPUTE_ANSWERED,
    Word.REPLIED: Kind.DISPUTE_ANSWERED,
    Word.UPHELD: Kind.DISPUTE_DECIDED,
    Word.REJECTED: Kind.DISPUTE_DECIDED,
    Word.WITHDRAWN: Kind.DISPUTE_WITHDRAWN,
}
_A_MOMENT = timedelta(seconds=1)
_SUBJECT = gettext_lazy("A word in a dispute of a statement")
_WORDS = gettext_lazy("There is a new word in the dispute of a line of a statement.")


def open_dispute(
    place: Place, statement: Statement, line: int, said: str, by: User
) -> tuple[Dispute, bool]:
    """Dispute one line in its performer's name; while it is disputed already, that one is returned.

    What of the line was not paid out yet is held until the dispute ends, and the rest is not.

    Parameters
    ----------
    line : which of the statement's lines, from 0.

    Returns
    -------
    The dispute, and whether it was opened just now.

    Raises
    ------
    BadInput : no such line, or no reason. Refused : not theirs to dispute.
    """
    told = line_of(statement, line)
    said = _checked(said)
    hand = _performers_hand(place, statement.performer, told, by)
    with transaction.atomic():
        log.wait_to_write()
        before = list(Dispute.objects.filter(statement=statement, line=line).order_by("nth"))
        if before and before[-1].holding:
            return before[-1], False
        held = _holdable(statement, line, told)
        at, nonce = place.clock.now(), token_hex(16)
        signed = words.payload(
            word=Word.OPENED.value,
            number=0,
            before=None,
            said=said,
            hand=hand.as_json(),
            statement=statement.digest,
            line=line,
            currency=statement.currency,
            held_micro=held,
            at=stamp(at),
            due=stamp(at + ANSWER_WITHIN),
            nonce=nonce,
        )
        made = Dispute.objects.create(
            digest=digest_of(signed),
            statement=statement,
            line=line,
            nth=len(before),
            performer=statement.performer,
            currency=statement.currency,
            line_micro=told.micro,
            held_micro=held,
            nonce=nonce,
            at=at,
        )
        _entered(place, made, signed, by, at + ANSWER_WITHIN)
    return made, True


def say(place: Place, dispute: Dispute, word: Word, said: str, by: User) -> DisputeWord:
    """Say the next word: an answer, a reply, a decision, or that it is withdrawn.

    The very same word of the same party as the last changes nothing.

    Raises
    ------
    BadInput : no words (a withdrawal needs none). Refused : not theirs to say, or not now.
    """
    said = said.strip() if word is Word.WITHDRAWN else _checked(said)
    hand = _hand(place, dispute, word, by)
    with transaction.atomic():
        log.wait_to_write()
        last = dispute.words.order_by("-number").first()
        if last is None:
            raise CheckFailed("A dispute without a word", where=str(dispute))
        if (last.word, last.said, last.hand["party"]) == (word, said, hand.party):
            return last
        words.check_next(words.standing([last.word]), word)
        at = place.clock.now()
        within = {Word.ANSWERED: DECIDE_WITHIN, Word.REPLIED: DECIDE_WITHIN}.get(word)
        due = at + within if within else None
        signed = words.payload(
            word=word.value,
            number=last.number + 1,
            before=last.digest,
            statement=dispute.statement_id,
            line=dispute.line,
            currency=dispute.currency,
            held_micro=dispute.held_micro,
            hand=hand.as_json(),
            said=said,
            at=stamp(at),
            due=stamp(due) if due else None,
            nonce=dispute.nonce,
        )
        return _entered(place, dispute, signed, by, due)


def held_lines() -> frozenset[tuple[str, int]]:
    """Return the lines in dispute now: (statement's digest, which line from 0)."""
    return frozenset((row.statement_id, row.line) for row in _rows() if row.holding)


def held_micro(statement: str) -> int:
    """Return what of a statement is held now, in micro-units of its currency."""
    return sum(r.held_micro for r in _rows().filter(statement=statement) if r.holding)


def held_of(performer: Performer) -> dict[str, int]:
    """Return what is held of a performer's now, by currency, in micro-units."""
    found: dict[str, int] = {}
    for row in _rows().filter(performer=performer):
        if row.holding:
            found[row.currency] = found.get(row.currency, 0) + row.held_micro
    return found


def dispute_named(name: str) -> Dispute:
    """Return the dispute of a digest, or of how it begins.

    Raises
    ------
    NotFound : there is none, or more than one.
    """
    found = list(Dispute.objects.filter(digest__startswith=name.strip().lower())[:2])
    if not name.strip() or len(found) != 1:
        raise NotFound("No such dispute, or more than one", where=name[:64])
    return found[0]


def check_dispute(dispute: Dispute) -> None:
    """Check that each word is what its party signed, follows the one before, and is posted.

    Raises
    ------
    CheckFailed : a signature, a field, the order of words, or the ledger differs.
    """
    before: DisputeWord | None = None
    for word in dispute.words.order_by("number"):
        public = dispute.performer.public_key
        if Word(word.word) not in words.PERFORMERS:
            public = _producer().public_key
        shown = words.payload(
            word=word.word,
            number=word.number,
            before=before.digest if before else None,
            statement=dispute.statement_id,
            line=dispute.line,
            currency=dispute.currency,
            held_micro=dispute.held_micro,
            hand=word.hand,
            said=word.said,
            at=stamp(word.at),
            due=stamp(word.due) if word.due else None,
            nonce=dispute.nonce,
        )
        kind, where = words.PAYLOAD_TYPE, f"{dispute}, word {word.number}"
        check_shown(shown, word.envelope, public, kind, where=where, name=word.digest)
        if before is not None:
            words.check_next(words.standing([before.word]), Word(word.word))
        before = word


def line_of(statement: Statement, line: int) -> Line:
    """Return one line of a statement as it was signed.

    Raises
    ------
    BadInput : it has no such line.
    """
    lines = signed_of(statement).lines
    if not 0 <= line < len(lines):
        raise BadInput(
            f"That statement has {len(lines)} lines",
            where=f"line {line + 1}",
            remedy="Name one of them, from 1 on.",
        )
    return lines[line]


def signed_of(statement: Statement) -> Payload:
    """Return a statement as it was signed."""
    return parse_statement(parse(dsse.payload_of(statement.envelope))["predicate"])


def after(statement: Statement) -> QuerySet[Statement]:
    """Return the performer's later statements in the same currency."""
    return Statement.objects.filter(
        performer=statement.performer,
        currency=statement.currency,
        settlement__period__gt=statement.settlement.period,
    )


def remind(place: Place) -> int:
    """Write to the producers about every dispute whose time to speak has passed; once a word."""
    now, count = place.clock.now(), 0
    for dispute in _rows():
        if dispute.overdue(now):
            count += 1
            _tell_producers(dispute, f"overdue.{dispute.last.digest}")
    return count


def _rows() -> QuerySet[Dispute]:
    return Dispute.objects.prefetch_related("words")


def _checked(said: str) -> str:
    said = said.strip()
    if not 0 < len(said) <= LONGEST:
        raise BadInput(f"Say why, in up to {LONGEST:,} characters", where="said")
    return said


def _producer() -> Organisation:
    return organisation(PRODUCER)


def _performers_hand(place: Place, performer: Performer, line: Line, by: User) -> Hand:
    terms = Terms.parse(Agreement.objects.get(digest=line.agreement).terms)
    return signing.for_performer(place, performer, terms, by)


def _hand(place: Place, dispute: Dispute, word: Word, by: User) -> Hand:
    if word is Word.OPENED:
        raise Refused("It is open already", where=str(dispute))
    if word in words.PERFORMERS:
        line = line_of(dispute.statement, dispute.line)
        return _performers_hand(place, dispute.performer, line, by)
    return signing.for_producer(_producer(), by)


def _holdable(statement: Statement, number: int, line: Line) -> int:
    # What stands on top is a fund's: it was never the performer's to be paid.
    if line.kind in ON_TOP:
        return 0
    owed = -balance(performer_account(statement.performer.handle)).get(statement.currency, 0)
    since = after(statement)
    later = sum(told.total_micro - told.deductions_micro for told in map(signed_of, since))
    held_later = sum(r.held_micro for r in _rows().filter(statement__in=since) if r.holding)
    return words.held_part(line.micro - _moved(statement, number), owed, later - held_later)


def _moved(statement: Statement, number: int) -> int:
    """Return what of a line was the right performer's, and was moved to them."""
    rows = Reassignment.objects.filter(statement=statement, line=number, decision__approved=True)
    return int(rows.aggregate(sum=Sum("micro", default=0))["sum"])


def _entered(
    place: Place, dispute: Dispute, signed: dict[str, Any], by: User, due: datetime | None
) -> DisputeWord:
    """Sign a word, enter it in the log, post what it moves, and tell the other side."""
    word, name = Word(signed["word"]), digest_of(signed)
    performers = signed["hand"]["party"] == PERFORMER
    signer = signer_of(place, dispute.performer if performers else _producer())
    entry = log.record(place, _ENTRIES[word], name)
    made = DisputeWord.objects.create(
        digest=name,
        dispute=dispute,
        number=signed["number"],
        word=word.value,
        said=signed["said"],
        hand=signed["hand"],
        by=by,
        at=place.clock.now(),
        due=due,
        envelope=dsse.seal(signed, [signer], words.PAYLOAD_TYPE),
        entry=entry,
    )
    told = dispute.digest, dispute.performer.handle, dispute.currency, dispute.held_micro
    draft = words.held_draft(*told) if word is Word.OPENED else None
    if words.standing([word]) not in words.HOLDING:
        draft = words.released_draft(*told)
    post(place, [draft] if draft else [], entry)
    if due is not None:
        remind_producers.using(run_after=due + _A_MOMENT).enqueue()
    _tell(dispute, made, performers)
    return made


def _tell(dispute: Dispute, word: DisputeWord, from_performer: bool) -> None:
    if from_performer:
        _tell_producers(dispute, word.digest)
    elif dispute.performer.user is not None:
        key = f"dispute.{word.digest}"
        tell(dispute.performer.user, key, _SUBJECT, _WORDS, {}, "dispute", dispute.digest)


def _tell_producers(dispute: Dispute, key: str) -> None:
    for seat in Seat.objects.filter(role=Seat.Role.PRODUCER).select_related("user"):
        tell(seat.user, f"dispute.{key}", _SUBJECT, _WORDS, {}, "dispute", dispute.digest)
