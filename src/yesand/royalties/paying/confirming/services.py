"""What the bank tells becomes steps of payouts; what fits none waits for a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

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
from yesand.royalties.ledger import Draft
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
_CHUNK = 500
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
        intake.take(told)
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
    """One file as it is taken in, movement by movement: a later one sees what an earlier did.

    What the registry knows of all of them is asked once before, and what they come to is written
    once after: a bank's file may hold thousands.
    """

    place: Place
    kind: str
    by: User | None
    entry: Entry
    counts: Counter[str] = field(default_factory=Counter)
    rows: list[BankMovement] = field(default_factory=list)
    steps: list[PayoutStep] = field(default_factory=list)
    #: Which of the rows are money for an invoice.
    receipts: list[tuple[int, Invoice]] = field(default_factory=list)
    repeated: set[str] = field(default_factory=set)
    payouts: dict[str, Payout] = field(default_factory=dict)
    done: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    told: dict[str, set[tuple[Step, str, str]]] = field(default_factory=lambda: defaultdict(set))

    def take(self, told: Iterable[Told]) -> None:
        """Take movements in, each unless it was told before."""
        keyed = _keyed(told)
        self._look_up(keyed)
        for key, one in keyed:
            self._take(key, one)
        PayoutStep.objects.bulk_create(self.steps)
        post(self.place, map(_draft, self.steps), self.entry)
        for step in self.steps:
            _tell(step)

    def _look_up(self, keyed: Sequence[tuple[str, Told]]) -> None:
        """Ask what is known of these movements, and of the payouts that they name."""
        names = {told.end_to_end for _, told in keyed if told.end_to_end}
        rows = Payout.objects.select_related("run", "performer__user")
        for some in _some(names):
            self.payouts |= rows.in_bulk(some)
            steps = PayoutStep.objects.filter(payout__in=some)
            for name, step in steps.values_list("payout_id", "step"):
                self.done[name].add(step)
            moved = BankMovement.objects.filter(payout__in=some, problem="")
            for row in moved.values_list("payout_id", "out", "file__kind", "reference"):
                self.told[row[0]].add(_as_told(*row[1:]))
        for some in _some({key for key, _ in keyed}):
            known = BankMovement.objects.filter(key__in=some)
            self.repeated.update(known.values_list("key", flat=True))

    def _take(self, key: str, told: Told) -> None:
        if key in self.repeated:
            self.counts[_REPEATED] += 1
            return
        payout = self.payouts.get(told.end_to_end)
        invoice = meant(told) if payout is None else None
        if invoice is not None:
            self.receipts.append((len(self.rows), invoice))
            self.rows.append(_movement(key, told, None, Verdict()))
            return
        verdict = judged(told, self._known(payout) if payout else None)
        if payout and not verdict.problem:
            self.told[payout.pk].add(_as_told(told.out, self.kind, told.reference[:140]))
        if verdict.step and payout and not verdict.again:
            self._step(payout, verdict.step, told)
        self.counts[_what(verdict)] += 1
        self.rows.append(_movement(key, told, payout, verdict))

    def _known(self, payout: Payout) -> Known:
        """Return a payout as it stands now, with what this file has told of it so far."""
        done = frozenset(s for s in Step if s in self.done[payout.pk])
        return Known(payout.money, done, frozenset(self.told[payout.pk]))

    def _step(self, payout: Payout, step: Step, told: Told) -> None:
        self.done[payout.pk].add(step)
        self.steps.append(
            PayoutStep(
                payout=payout,
                step=step,
                at=self.place.clock.now(),
                on=told.on,
                reference=told.reference[:140],
                reason=told.reason,
                by=self.by,
            )
        )

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


def _keyed(told: Iterable[Told]) -> list[tuple[str, Told]]:
    """Name each movement; those that are the same in everything are counted."""
    same, keyed = Counter[str](), list[tuple[str, Told]]()
    for one in told:
        same[one.key(0)] += 1
        keyed.append((one.key(same[one.key(0)]), one))
    return keyed


def _some(names: Iterable[str]) -> Iterator[list[str]]:
    """Yield names by as many as any database takes in one question."""
    rest = iter(sorted(names))
    while some := list(islice(rest, _CHUNK)):
        yield some


def _as_told(out: bool, kind: str, reference: str) -> tuple[Step, str, str]:
    return (Step.BOOKED if out else Step.RETURNED), kind, reference


def _draft(row: PayoutStep) -> Draft:
    payout = row.payout
    named = payout.end_to_end, payout.payee, payout.run.currency, payout.minor
    return drafted(Step(row.step), *named, row.on)


def _tell(row: PayoutStep) -> None:
    user = row.payout.performer.user if row.payout.performer else None
    if user is not None:
        words = (_BACK, _BACK_WORDS) if row.step == Step.RETURNED else (_PAID, _PAID_WORDS)
        tell(user, f"payout.{row.step}.{row.payout.end_to_end}", *words, {}, "balance")


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
