"""A real house under test: every step by the services that people's pages and commands call."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import singledispatchmethod
from pathlib import Path

from django.db import connection

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement
from yesand.agreements.services import sign, withdraw
from yesand.agreements.terms import Terms
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, YesAndError
from yesand.kernel.money import exponent
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.royalties.books.folios.services import check_folios
from yesand.royalties.events import TYPE
from yesand.royalties.ledger import performer_account
from yesand.royalties.metering.services import escrow, meter, store_of
from yesand.royalties.models import (
    BankMovement,
    Payout,
    PayoutDecision,
    PayoutRun,
    Settlement,
    Statement,
    UsageBatch,
)
from yesand.royalties.paying.banking.services import HOUSE, keep
from yesand.royalties.paying.checking import read
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.details import details
from yesand.royalties.paying.filing.services import file_of
from yesand.royalties.paying.payees.services import hold, release
from yesand.royalties.paying.reconciling.services import check_payouts
from yesand.royalties.paying.running.services import approve, cancel, open_run, prepare, void
from yesand.royalties.services import check_books, payload, settle, trial_balance
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.bankfiles import Entry as BankEntry
from yesand.royalties.simulating.bankfiles import camt
from yesand.royalties.simulating.disk import Disk
from yesand.royalties.simulating.housed.faults.services import (
    Chance,
    Killed,
    Machine,
    asked,
    watched,
)
from yesand.royalties.simulating.housed.furnishing import services as furnish
from yesand.royalties.simulating.oracle import PRODUCER
from yesand.royalties.simulating.picture import Picture, StatementSeen
from yesand.royalties.simulating.seen import statement_seen
from yesand.royalties.statement import parse_statement
from yesand.takes.models import Session
from yesand.training.models import Deployment, TrainedModel
from yesand.training.registry.services import decommission

DONE, IDLE = "done", "idle"
#: Accounts of the European Central Bank's own examples and of ISO 13616's.
NUMBERS = ("GB33BUKB20201555555555", "AT611904300234573201", "FR1420041010050500013M02606")
OURS = "DE89370400440532013000"
_REGISTRY = re.compile(r"registry\.sqlite3|\.lock\Z|staging\Z|spill\Z")


@dataclass
class Housed:
    """A house in a folder of its own, and the machine that it runs on.

    Parameters
    ----------
    open : opens the house of a folder: joins Django to its database.
    """

    root: Path
    clock: SetClock
    open: Callable[[Path, SetClock], Place]
    chance: Chance
    digests: dict[str, str] = field(default_factory=dict)
    read: dict[str, StatementSeen] = field(default_factory=dict)
    waiting: dict[tuple[str, str, str, str], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the house and furnish it with whom every history needs."""
        self.place = self.open(self.root, self.clock)
        furnish.producer(self.place, PRODUCER)
        self.one, self.two = furnish.person("one"), furnish.person("two")
        keep(self.place, HOUSE, details("House", OURS), self.one)
        self.machine = Machine(Disk(self.root, _REGISTRY))
        self.acts = 0

    def digest(self, name: str) -> str:
        """Return an agreement's digest by its name."""
        return self.digests[name]

    def begin(self) -> None:
        """Begin the next act: an attempt at it after a kill meets the same chance."""
        self.acts += 1
        self.chance.begin(self.acts)

    def killed(self, step: steps.Step, writes: int, attempt: int) -> bool:
        """Attempt a step and be killed after so many durable writes; tell whether it was so far.

        What was in memory is thrown away, and the disk loses what was not flushed.
        """
        self.machine.left = writes
        self.chance.begin(self.acts)
        try:
            self.do(step)
        except Killed:
            self._restart(f"{self.chance.seed} {self.acts} {attempt}")
            return True
        finally:
            self.machine.left, self.machine.dead = None, False
        return False

    def _restart(self, chance: str) -> None:
        connection.close()
        self.machine.dead = False
        self.machine.disk.crash(chance)
        self.place = Place.open(self.root, self.clock)

    def do(self, step: steps.Step) -> str:
        """Do a step; return what it comes to: done, idle, or the error's kind."""
        try:
            with watched(self.machine), asked(self.machine):
                return self._do(step)
        except YesAndError as fault:
            return type(fault).__name__

    @singledispatchmethod
    def _do(self, step: steps.Step) -> str:
        raise TypeError(type(step).__name__)

    @_do.register
    def _(self, step: steps.Pass) -> str:
        self.clock.at = max(self.clock.at, step.until)
        return DONE

    @_do.register
    def _(self, step: steps.Join) -> str:
        people.join(self.place, step.handle)
        return DONE

    @_do.register
    def _(self, step: steps.Agree) -> str:
        performer = Performer.objects.filter(handle=step.handle).first()
        before = self._agreement(step.follows)
        if performer is None or (step.follows and before is None):
            return IDLE
        terms = Terms(valid_from=step.valid_from, pay=step.pay)
        draft = Draft("simulated", terms, f"{step.handle} agrees", step.name)
        made = sign(self.place, draft, performer, people.organisation(PRODUCER), supersedes=before)
        self.digests[step.name] = made.digest
        return DONE

    def _agreement(self, name: str) -> Agreement | None:
        return Agreement.objects.filter(digest=self.digests.get(name, "")).first()

    @_do.register
    def _(self, step: steps.Give) -> str:
        given = [(h, self.digests[a], ms) for h, a, ms in step.given if a in self.digests]
        if given:
            furnish.model(self.place, step.model, given)
        return DONE if given else IDLE

    @_do.register
    def _(self, step: steps.Deploy) -> str:
        model = TrainedModel.objects.filter(name=step.model).first()
        if model is None:
            return IDLE
        furnish.deployment(self.place, step.name, model, step.licensee, step.since)
        return DONE

    @_do.register
    def _(self, step: steps.Retire) -> str:
        found = Deployment.objects.filter(name=step.deployment).first()
        if found is None:
            return IDLE
        decommission(self.place, found, step.until)
        return DONE

    @_do.register
    def _(self, step: steps.Measure) -> str:
        model = TrainedModel.objects.filter(name=step.model).first()
        if model is None:
            return IDLE
        furnish.report(self.place, model, dict(step.shares), sets_shares=step.sets_shares)
        return DONE

    @_do.register
    def _(self, step: steps.Withdraw) -> str:
        found = Performer.objects.filter(handle=step.handle).first()
        if found is None:
            return IDLE
        withdraw(self.place, found)
        return DONE

    @_do.register
    def _(self, step: steps.Perform) -> str:
        agreement = self._agreement(step.agreement)
        if agreement is None:
            return IDLE
        Session.objects.get_or_create(
            slug=step.session,
            defaults={"performer": agreement.performer, "agreement": agreement, "at": step.at},
        )
        return DONE

    @_do.register
    def _(self, step: steps.Deliver) -> str:
        path = self.root.parent / "delivery.jsonl"
        path.write_text("".join(f"{json.dumps(u.cloud_event(TYPE))}\n" for u in step.uses))
        meter(self.place, path)
        return DONE

    @_do.register
    def _(self, step: steps.Settle) -> str:
        made = {settle(self.place, Period.parse(step.period)).pk for _ in range(step.workers)}
        if len(made) > 1:
            raise CheckFailed("Several settlements of one month", where=step.period)
        return DONE

    @_do.register
    def _(self, step: steps.Bank) -> str:
        if not Performer.objects.filter(handle=step.handle).exists():
            return IDLE
        given = details(step.handle, NUMBERS[step.number])
        keep(self.place, performer_account(step.handle), given, self.one)
        return DONE

    @_do.register
    def _(self, step: steps.Hold) -> str:
        account = performer_account(step.handle)
        if step.held:
            hold(self.place, account, "simulated", self.one)
        else:
            release(self.place, account, self.one)
        return DONE

    @_do.register
    def _(self, step: steps.Prepare) -> str:
        prepare(self.place, step.currency, self.one)
        return DONE

    @_do.register
    def _(self, step: steps.Decide) -> str:
        run = open_run(step.currency)
        if run is None:
            return IDLE
        (approve if step.approved else cancel)(self.place, run, self.two)
        return DONE

    @_do.register
    def _(self, step: steps.Tell) -> str:
        rows = self._payouts()
        if not rows:
            return IDLE
        some = [rows[n] for n in sorted({n % len(rows) for n in step.payouts})]
        entries = [_told(row, step, self.clock.now().date()) for row in some]
        take_in(self.place, camt(entries, step.kind, OURS), "simulated", self.one)
        return DONE

    @_do.register
    def _(self, step: steps.Void) -> str:
        rows = self._payouts()
        if not rows:
            return IDLE
        void(self.place, rows[step.payout % len(rows)], self.one, "refused")
        return DONE

    def _payouts(self) -> list[Payout]:
        rows = Payout.objects.select_related("run")
        return sorted(rows, key=lambda row: (row.run.entry_id, row.payee))

    @_do.register
    def _(self, step: steps.Rot) -> str:
        """Let a file read back otherwise: settling on it must be refused, and change nothing."""
        files = store_of(self.place).files(UsageBatch.objects.values_list("digest", flat=True))
        over = self.clock.now() >= Period.parse(step.period).end
        later = Settlement.objects.filter(period__gte=step.period).exists()
        if not files or not over or later:
            return IDLE
        path = files[step.file % len(files)]
        data = path.read_bytes()
        at = len(data) * step.place // 1_000
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])
        try:
            settle(self.place, Period.parse(step.period))
        except CheckFailed:
            return IDLE
        finally:
            path.write_bytes(data)
        raise CheckFailed("Settled on usage that reads back otherwise", where=path.name[:12])

    def check(self) -> None:
        """Check the books, the payouts, their files and the log by the house's own audits."""
        check_books()
        check_folios()
        check_payouts()
        for decision in PayoutDecision.objects.filter(approved=True).select_related("run"):
            self._check_file(decision.run)

    def _check_file(self, run: PayoutRun) -> None:
        """Check that a run's file pays exactly what its pending payouts say."""
        payments = read(file_of(self.place, run)).payments
        sent = [p for p in run.payouts.prefetch_related("steps") if _was_sent(p)]
        if sorted((p.end_to_end, p.money) for p in payments) != sorted(
            (p.end_to_end, p.money) for p in sent
        ):
            raise CheckFailed("The payment file differs from its payouts", where=str(run))

    def picture(self) -> Picture:
        """Return what can be seen now."""
        names = {digest: name for name, digest in self.digests.items()}
        rows = Statement.objects.select_related("settlement", "performer")
        found = {}
        for row in rows:
            if row.digest not in self.read:
                self.read[row.digest] = statement_seen(parse_statement(payload(row)), names)
            key = row.settlement.period, row.performer.handle, row.currency
            found[key] = self.read[row.digest]
        balances = {
            name: {c: m for c, m in sums.items() if m} for name, sums in trial_balance().items()
        }
        problems = BankMovement.objects.exclude(problem="").values_list("problem", flat=True)
        return Picture(
            statements=found,
            accounts={name: sums for name, sums in balances.items() if sums},
            payouts={
                (p.run.currency, p.run.number, p.payee): (p.minor, _stands(p))
                for p in Payout.objects.select_related("run").prefetch_related("steps")
            },
            escrow=dict(self.waiting),
            uses=sum(UsageBatch.objects.values_list("accepted", flat=True)),
            problems=dict(Counter(problems)),
        )

    def look(self) -> None:
        """Look anew at what waits in escrow, which takes longer than all else."""
        found: dict[tuple[str, str, str, str], tuple[int, int]] = {}
        for held in escrow(self.place):
            key = held.deployment, held.period, held.unit, held.reason
            quantity, events = found.get(key, (0, 0))
            found[key] = quantity + held.quantity, events + held.events
        self.waiting = found

    def named(self) -> list[str]:
        """Return the digests of all that follows from the steps alone, in order (invariant 10)."""
        entries = Entry.objects.exclude(kind__in=_SEALED).order_by("index")
        return [
            *(f"{kind} {record}" for kind, record in entries.values_list("kind", "record")),
            *Settlement.objects.order_by("period").values_list("digest", flat=True),
            *Statement.objects.order_by("entry_id").values_list("digest", flat=True),
            *Payout.objects.order_by("end_to_end").values_list("end_to_end", flat=True),
        ]

    def audit(self) -> None:
        """Compute the whole log again."""
        log.audit(self.place)


#: Whose records hold bank details under a fresh initialisation vector, so that their digests are
#: never the same twice.
_SEALED = ("bank.changed", "payout.prepared", "payout.approved", "payout.cancelled")


def _told(row: Payout, step: steps.Tell, on: date) -> BankEntry:
    currency = row.run.currency
    places = exponent(currency)
    amount = Decimal(row.minor + step.off).scaleb(-places)
    return BankEntry(
        end_to_end=row.end_to_end,
        currency=currency,
        amount=f"{amount:.{places}f}",
        reference=step.reference,
        on=on,
        reason=step.reason if step.back else "",
    )


def _was_sent(row: Payout) -> bool:
    return any(step.step == "pending" for step in row.steps.all())


def _stands(row: Payout) -> str:
    return "left" if row.standing == "left out" else str(row.standing)
