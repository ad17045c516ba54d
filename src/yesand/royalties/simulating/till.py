"""The bench's ledger and payouts: plans, phases and the bank's messages by the real pure core."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.royalties.ledger import Draft, performer_account
from yesand.royalties.paying.matching import Known, judged
from yesand.royalties.paying.phases import Step, drafted, standing
from yesand.royalties.paying.plan import Payee, planned
from yesand.royalties.paying.told import Told
from yesand.royalties.simulating.picture import PAYEES
from yesand.royalties.simulating.steps import Tell
from yesand.royalties.statement import Statement

DONE, IDLE = "done", "idle"
_UNUSABLE = ("AC01", "AC04", "AC06", "AC13", "BE04")


@dataclass
class _Payout:
    account: str
    currency: str
    run: int
    minor: int
    end_to_end: str
    details: str
    steps: dict[str, str] = field(default_factory=dict)
    told: set[tuple[Step, str, str]] = field(default_factory=set)

    @property
    def money(self) -> Money:
        return Money(self.currency, drafted_micro(self))

    @property
    def stands(self) -> str:
        if "left" in self.steps:
            return "left"
        return standing(self.steps).value if self.steps else "prepared"


def drafted_micro(row: _Payout) -> int:
    """Return a payout's amount as the ledger is told it."""
    draft = drafted(Step.PENDING, row.end_to_end, row.account, row.currency, row.minor)
    return next(side.micro for side in draft.sides if side.micro > 0)


@dataclass
class Till:
    """What is posted, who is paid where, and every payout."""

    posted: dict[str, Draft] = field(default_factory=dict)
    details: dict[str, tuple[int, str]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    least: dict[tuple[str, str], int] = field(default_factory=dict)
    payouts: list[_Payout] = field(default_factory=list)
    waiting: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    movements: set[str] = field(default_factory=set)
    times: int = 0

    def post(self, draft: Draft) -> None:
        """Post a transaction; again changes nothing, with other postings it is refused."""
        if self.posted.setdefault(draft.id, draft) != draft:
            raise Refused("Posted already with another body", where=draft.id)

    def owe(self, made: Statement) -> None:
        """Note the least that is paid to whom the last statement carried more than a remainder."""
        if not made.payable_minor and made.carried_micro > 0:
            account = performer_account(made.performer)
            self.least[account, made.currency] = made.least_payout_micro

    def balances(self) -> dict[str, dict[str, int]]:
        """Return every account's balance, without what is nothing."""
        sums: dict[str, Counter[str]] = {}
        for draft in self.posted.values():
            for side in draft.sides:
                sums.setdefault(side.account, Counter())[side.currency] += side.micro
        found = {name: {c: m for c, m in each.items() if m} for name, each in sums.items()}
        return {name: each for name, each in found.items() if each}

    def name(self, account: str, number: int) -> None:
        """Name a payee's bank account; the same again changes nothing."""
        if self.details.get(account, (-1, ""))[0] != number:
            self.times += 1
            self.details[account] = number, digest_of([account, number, self.times])

    def hold(self, account: str, *, held: bool) -> str:
        """Hold a payee, or release it."""
        known = {side.account for draft in self.posted.values() for side in draft.sides}
        if account not in known or not (held or account in self.held):
            raise NotFound("No such account, or it is not held", where=account)
        (self.held.add if held else self.held.discard)(account)
        return DONE

    def prepare(self, currency: str) -> str:
        """Freeze what is payable now."""
        if currency in self.waiting:
            raise Refused("A run waits already")
        number = self._next(currency)
        plan = planned("simulated", currency, number, self._payees(currency))
        if not plan.items:
            raise Refused("Nothing can be paid")
        self.waiting[currency] = number
        for item in plan.items:
            row = _Payout(item.account, currency, number, item.minor, item.end_to_end, item.details)
            self.payouts.append(row)
        return DONE

    def _next(self, currency: str) -> int:
        return max((p.run for p in self.payouts if p.currency == currency), default=0) + 1

    def _payees(self, currency: str) -> list[Payee]:
        found = []
        for account, sums in self.balances_of(currency).items():
            if account.startswith(PAYEES):
                _, details = self.details.get(account, (-1, ""))
                reason, before = self._back(account, currency)
                found.append(
                    Payee(
                        account=account,
                        micro=-sums,
                        threshold=self.least.get((account, currency), 0),
                        details=details,
                        held="held" if account in self.held else "",
                        again=reason,
                        unusable=details == before and reason.startswith(_UNUSABLE),
                    )
                )
        return found

    def balances_of(self, currency: str) -> dict[str, int]:
        """Return every account's balance in one currency."""
        return {name: sums.get(currency, 0) for name, sums in self.balances().items()}

    def _back(self, account: str, currency: str) -> tuple[str, str]:
        sent = [p for p in self.payouts if (p.account, p.currency) == (account, currency)]
        sent = [p for p in sent if p.stands not in {"prepared", "left"}]
        if sent and sent[-1].stands in {Step.RETURNED, Step.VOID}:
            undone = sent[-1].steps
            return undone.get(Step.RETURNED) or undone.get(Step.VOID, ""), sent[-1].details
        return "", ""

    def decide(self, currency: str, *, approved: bool) -> str:
        """Approve or cancel the run that waits."""
        if currency not in self.waiting:
            return IDLE
        number = self.waiting[currency]
        rows = [p for p in self.payouts if (p.currency, p.run) == (currency, number)]
        plan = planned("simulated", currency, self._next(currency), self._payees(currency))
        items = {item.account: item for item in plan.items}
        fits = [
            p
            for p in rows
            if (item := items.get(p.account))
            and item.details == p.details
            and item.minor >= p.minor
        ]
        if approved and not fits:
            raise Refused("Nothing of this run can be paid now")
        del self.waiting[currency]
        for row in rows if approved else ():
            if row in fits:
                self._step(row, Step.PENDING, "")
            else:
                row.steps["left"] = ""
        return DONE

    def _step(self, row: _Payout, step: Step, reason: str) -> None:
        row.steps[step] = reason
        self.post(drafted(step, row.end_to_end, row.account, row.currency, row.minor))

    def tell(self, step: Tell, on: date) -> str:
        """Take in what the bank tells."""
        if not self.payouts:
            return IDLE
        for n in sorted({n % len(self.payouts) for n in step.payouts}):
            row = self.payouts[n]
            minor = row.minor + step.off
            told = Told(
                out=not step.back,
                money=Money(row.currency, row.money.micro // row.minor * minor),
                end_to_end=row.end_to_end,
                reference=step.reference,
                on=on,
                back=step.back,
                reason=step.reason if step.back else "",
                source=step.kind,
            )
            self._take(row, told)
        return DONE

    def _take(self, row: _Payout, told: Told) -> None:
        if told.key(1) in self.movements:
            return
        self.movements.add(told.key(1))
        done = frozenset(Step(name) for name in row.steps if name != "left")
        verdict = judged(told, Known(row.money, done, frozenset(row.told)))
        if verdict.problem:
            self.problems.append(verdict.problem.value)
        elif verdict.step:
            row.told.add((verdict.step, told.source, told.reference))
            if not verdict.again:
                self._step(row, verdict.step, told.reason)

    def void(self, n: int) -> str:
        """Declare that a payout never left."""
        if not self.payouts:
            return IDLE
        row = self.payouts[n % len(self.payouts)]
        if row.stands != Step.PENDING:
            raise Refused(f"This payout is {row.stands}")
        self._step(row, Step.VOID, "refused")
        return DONE

    def standing(self) -> dict[tuple[str, int, str], tuple[int, str]]:
        """Return every payout: (currency, run, account) → (minor units, how it stands)."""
        return {(p.currency, p.run, p.account): (p.minor, p.stands) for p in self.payouts}
