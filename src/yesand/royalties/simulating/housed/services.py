"""A real house under test: every step by the services that people's pages and commands call."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from yesand.royalties.auditing.services import record
from yesand.royalties.events import TYPE
from yesand.royalties.ledger import performer_account
from yesand.royalties.metering.services import meter, store_of
from yesand.royalties.models import Payout, Settlement, UsageBatch
from yesand.royalties.paying.banking.services import HOUSE, keep
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.details import details
from yesand.royalties.paying.payees.services import hold, release
from yesand.royalties.paying.running.services import approve, cancel, open_run, prepare, void
from yesand.royalties.services import settle
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.audited import asked_of
from yesand.royalties.simulating.audits import Audit
from yesand.royalties.simulating.bankfiles import Entry as BankEntry
from yesand.royalties.simulating.bankfiles import camt
from yesand.royalties.simulating.disk import Disk
from yesand.royalties.simulating.housed.decreeing.services import amend, enter
from yesand.royalties.simulating.housed.disputing.services import answer, dispute
from yesand.royalties.simulating.housed.faults.services import (
    Chance,
    Killed,
    Machine,
    asked,
    watched,
)
from yesand.royalties.simulating.housed.furnishing import services as furnish
from yesand.royalties.simulating.housed.moving.services import bill, move, sanction
from yesand.royalties.simulating.housed.viewing.services import check, held, named, picture
from yesand.royalties.simulating.moving import Bill, Move, Sanction
from yesand.royalties.simulating.picture import Picture, StatementSeen
from yesand.takes.models import Session
from yesand.training.descending.services import descend
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
    waiting : what waited in escrow when that was looked at; ``stale``: it may be other by now.
    last : the number of the history's last act.
    """

    root: Path
    clock: SetClock
    open: Callable[[Path, SetClock], Place]
    chance: Chance
    digests: dict[str, str] = field(default_factory=dict)
    read: dict[str, StatementSeen] = field(default_factory=dict)
    waiting: dict[tuple[str, str, str, str], tuple[int, int]] = field(default_factory=dict)
    stale: bool = False
    last: int = 0

    def __post_init__(self) -> None:
        """Open the house and furnish it with whom every history needs."""
        self.place = self.open(self.root, self.clock)
        for slug in steps.PRODUCERS:
            furnish.producer(self.place, slug)
        self.one, self.two = furnish.person("one"), furnish.person("two")
        keep(self.place, HOUSE, details("House", OURS), self.one)
        self.machine = Machine(Disk(self.root, _REGISTRY))
        self.acts = 0

    def digest(self, name: str) -> str:
        """Return an agreement's digest by its name, or a model's."""
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
        party = people.organisation(step.producer)
        made = sign(self.place, draft, performer, party, supersedes=before)
        self.digests[step.name] = made.digest
        return DONE

    def _agreement(self, name: str) -> Agreement | None:
        return Agreement.objects.filter(digest=self.digests.get(name, "")).first()

    @_do.register
    def _(self, step: steps.Give) -> str:
        given = [(h, self.digests[a], ms) for h, a, ms in step.given if a in self.digests]
        if given:
            made = furnish.model(self.place, step.model, given)
            self.digests[step.model] = made.digest
        return DONE if given else IDLE

    @_do.register
    def _(self, step: steps.Descend) -> str:
        model = TrainedModel.objects.filter(name=step.model).first()
        parents = dict.fromkeys(TrainedModel.objects.filter(name__in=step.parents))
        if model is None or not parents:
            return IDLE
        descend(self.place, model, "merge" if len(parents) > 1 else "student", parents)
        return DONE

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
        furnish.report(self.place, model, step.intervals, sets_shares=step.sets_shares)
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
        joined = Performer.objects.filter(handle=step.handle).exists()
        if not joined and ":" not in step.handle:
            return IDLE
        given = details(step.handle.partition(":")[2] or step.handle, NUMBERS[step.number])
        keep(self.place, step.account, given, self.one)
        return DONE

    @_do.register
    def _(
        self, step: steps.Publish | steps.Tax | steps.Quote | steps.Certify | steps.Direct
    ) -> str:
        return enter(self.place, step)

    @_do.register
    def _(self, step: steps.Remeasure | steps.Recount) -> str:
        return amend(self.place, step)

    @_do.register
    def _(self, step: steps.Dispute) -> str:
        return dispute(self.place, step, {d: name for name, d in self.digests.items()})

    @_do.register
    def _(self, step: Move) -> str:
        return move(self.place, step, {d: name for name, d in self.digests.items()})

    @_do.register
    def _(self, step: Sanction) -> str:
        return sanction(self.place, step)

    @_do.register
    def _(self, step: Bill) -> str:
        return bill(self.place, step)

    @_do.register
    def _(self, step: Audit) -> str:
        agreement = self._agreement(step.agreement)
        if agreement is None:
            return IDLE
        told = asked_of(step, agreement.performer.handle, agreement.digest)
        record(self.place, told, self.one)
        return DONE

    @_do.register
    def _(self, step: steps.Answer) -> str:
        return answer(self.place, step)

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
        check(self.place)

    def picture(self) -> Picture:
        """Return what can be seen now."""
        names = {digest: name for name, digest in self.digests.items()}
        return replace(picture(names, self.read), escrow=dict(self.waiting))

    def look(self) -> None:
        """Look anew at what waits in escrow, which takes longer than all else."""
        self.waiting, self.stale = held(self.place), False

    def named(self) -> list[str]:
        """Return the digests of all that follows from the steps alone, in order (invariant 10)."""
        return named()

    def audit(self) -> None:
        """Compute the whole log again."""
        log.audit(self.place)


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
