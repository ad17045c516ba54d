"""What the bank tells becomes steps of payouts; what fits none waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext_lazy

from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.royalties.books.services import post
from yesand.royalties.invoicing.receiving.services import meant, receive
from yesand.royalties.models import (
    BankFile,
    BankMovement,
    Invoice,
    MovementNote,
    Payout,
    PayoutStep,
)
from yesand.royalties.paying import camt
from yesand.royalties.paying.banking.services import HOUSE, current, opened_of
from yesand.royalties.paying.matching import Known, Verdict, judged
from yesand.royalties.paying.phases import Step, drafted
from yesand.royalties.paying.told import Told

_PAID = gettext_lazy("You were paid")
_PAID_WORDS = gettext_lazy("The bank says that a payout has left for your account.")
_BACK = gettext_lazy("A payout to you came back")
_BACK_WORDS = gettext_lazy(
    "The bank could not pay you, and the money is owed to you as before. Please look at your bank "
    "details."
)
_BOOKED, _RETURNED, _REPEATED, _PROBLEM = "booked", "returned", "repeated", "problems"


def take_in(place: Place, data: bytes, name: str, by: User | None) -> BankFile:
    """Take in a bank's file (camt.054 or camt.053), whole or not at all; twice changes nothing.

    Raises
    ------
    BadInput : another file, one that cannot be read, or one about another's account.
    """
    known = BankFile.objects.filter(digest=digest(data)).first()
    if known is not None:
        return known
    report = camt.read(data, name)
    _check_account(report.accounts, name)
    return take_in_told(place, data, name, report.kind, report.movements, by)


def take_in_told(
    place: Place, data: bytes, name: str, kind: str, told: Iterable[Told], by: User | None
) -> BankFile:
    """Take in movements, by whatever way they were told; the same message twice changes nothing.

    Parameters
    ----------
    data : the message that told of them, as it came.
    """
    with transaction.atomic():
        log.wait_to_write()
        known = BankFile.objects.filter(digest=digest(data)).first()
        if known is not None:
            return known
        entry = log.record(place, Kind.PAYOUT_CONFIRMED, digest(data))
        intake = _Intake(place, kind, by, entry)
        for one in told:
            intake.take(one)
        return intake.kept(data, name)


def note(place: Place, movement: BankMovement, words: str, by: User) -> MovementNote:
    """Keep what somebody found out of a movement that fitted nothing: it waits no longer.

    Raises
    ------
    BadInput : no words. Refused : it has no problem, or a note already.
    """
    if not words.strip():
        raise BadInput("Say what it was", where="words")
    if not movement.problem or MovementNote.objects.filter(movement=movement).exists():
        raise Refused("That movement does not wait", where=str(movement))
    return MovementNote.objects.create(
        movement=movement, words=words.strip()[:500], by=by, at=place.clock.now()
    )


def _check_account(accounts: Iterable[str], name: str) -> None:
    ours = current(HOUSE)
    if ours is None:
        raise Refused("The house has no bank account yet", remedy="Give it the one it pays from.")
    if set(accounts) != {opened_of(ours).iban}:
        raise BadInput(
            "The file is about another bank account than the house's",
            where=name,
            remedy="Export the account that the house pays from, alone.",
        )


@dataclass
class _Intake:
    """One file as it is taken in, movement by movement: a later one sees what an earlier did."""

    place: Place
    kind: str
    by: User | None
    entry: Entry
    counts: Counter[str] = field(default_factory=Counter)
    rows: list[BankMovement] = field(default_factory=list)
    same: Counter[str] = field(default_factory=Counter)
    #: Which of the rows are money for an invoice.
    receipts: list[tuple[int, Invoice]] = field(default_factory=list)

    def take(self, told: Told) -> None:
        """Take one movement in, unless it was told before."""
        self.same[told.key(0)] += 1
        key = told.key(self.same[told.key(0)])
        if BankMovement.objects.filter(key=key).exists():
            self.counts[_REPEATED] += 1
            return
        payout = _named(told)
        invoice = meant(told) if payout is None else None
        if invoice is not None:
            self.receipts.append((len(self.rows), invoice))
            self.rows.append(_movement(key, told, None, Verdict()))
            return
        verdict = judged(told, self._known(payout) if payout else None)
        if verdict.step and payout and not verdict.again:
            self._step(payout, verdict.step, told)
        self.counts[_what(verdict)] += 1
        self.rows.append(_movement(key, told, payout, verdict))

    def _known(self, payout: Payout) -> Known:
        """Return a payout as it stands now, with what this file has told of it so far."""
        done = set(PayoutStep.objects.filter(payout=payout).values_list("step", flat=True))
        rows = payout.movements.filter(problem="").values_list("out", "file__kind", "reference")
        here = [
            (row.out, self.kind, row.reference)
            for row in self.rows
            if row.payout_id == payout.pk and not row.problem
        ]
        told = {
            (Step.BOOKED if out else Step.RETURNED, kind, named)
            for out, kind, named in [*rows, *here]
        }
        return Known(payout.money, frozenset(s for s in Step if s in done), frozenset(told))

    def _step(self, payout: Payout, step: Step, told: Told) -> None:
        PayoutStep.objects.create(
            payout=payout,
            step=step,
            at=self.place.clock.now(),
            on=told.on,
            reference=told.reference[:140],
            reason=told.reason,
            by=self.by,
        )
        named = payout.end_to_end, payout.payee, payout.run.currency, payout.minor
        post(self.place, [drafted(step, *named)], self.entry)
        user = payout.performer.user if payout.performer else None
        if user is not None:
            words = (_BACK, _BACK_WORDS) if step is Step.RETURNED else (_PAID, _PAID_WORDS)
            tell(user, f"payout.{step}.{payout.end_to_end}", *words, {}, "balance")

    def kept(self, data: bytes, name: str) -> BankFile:
        """Keep the file and its movements."""
        counts = {n: self.counts[n] for n in (_BOOKED, _RETURNED, _REPEATED, _PROBLEM)}
        file = BankFile.objects.create(
            digest=digest(data),
            name=name[:200],
            kind=self.kind,
            by=self.by,
            at=self.place.clock.now(),
            entry=self.entry,
            **counts,
        )
        for row in self.rows:
            row.file = file
        made = BankMovement.objects.bulk_create(self.rows)
        for place, invoice in self.receipts:
            receive(self.place, made[place], invoice, self.by)
        return file


def _named(told: Told) -> Payout | None:
    rows = Payout.objects.select_related("run", "performer__user").prefetch_related("steps")
    return rows.filter(end_to_end=told.end_to_end).first() if told.end_to_end else None


def _what(verdict: Verdict) -> str:
    if verdict.problem:
        return _PROBLEM
    if verdict.again:
        return _REPEATED
    return _RETURNED if verdict.step is Step.RETURNED else _BOOKED


def _movement(key: str, told: Told, payout: Payout | None, verdict: Verdict) -> BankMovement:
    return BankMovement(
        key=key,
        payout=payout,
        out=told.out,
        currency=told.money.currency,
        micro=told.money.micro,
        end_to_end=told.end_to_end[:40],
        reference=told.reference[:140],
        who=told.who,
        on=told.on,
        reason=told.reason,
        problem=verdict.problem.value if verdict.problem else "",
    )
