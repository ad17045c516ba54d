"""The oracle's payouts: what each is worth, what became of it, and what every account holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from yesand.royalties.simulating.month import EXPONENTS
from yesand.royalties.simulating.picture import PAYEES
from yesand.royalties.simulating.steps import Tell

DONE, REFUSED, MISSING, IDLE = "done", "Refused", "NotFound", "idle"
#: Return reasons that say that the account itself is wrong.
_WRONG = {"AC01", "AC04", "AC06", "AC13", "BE04"}


@dataclass
class Paid:
    """One payout of a run.

    ``did`` holds what became of it (pending, booked, returned, void, left) and ``told`` what the
    bank told of it: (what, kind of file, reference).
    """

    account: str
    currency: str
    run: int
    minor: int
    details: tuple[int, int]
    did: set[str] = field(default_factory=set)
    told: set[tuple[str, str, str]] = field(default_factory=set)
    reason: str = ""

    @property
    def micro(self) -> int:
        """The amount in micro-units."""
        step: int = 10 ** (6 - EXPONENTS[self.currency])
        return self.minor * step

    @property
    def stands(self) -> str:
        """How it stands, for people."""
        for word in ("void", "returned", "booked", "pending", "left"):
            if word in self.did:
                return word
        return "prepared"


@dataclass
class Payments:
    """All accounts and payouts.

    ``details`` are (account's number, which time it was named); ``least`` is the least that is
    paid at once to an account in a currency.
    """

    accounts: dict[str, Counter[str]] = field(default_factory=dict)
    details: dict[str, tuple[int, int]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    least: dict[tuple[str, str], int] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    payouts: list[Paid] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    movements: set[tuple[object, ...]] = field(default_factory=set)

    def post(self, name: str, currency: str, micro: int) -> None:
        """Debit an account, or credit it with less than nothing."""
        if micro:
            self.accounts.setdefault(name, Counter())[currency] += micro

    def name(self, account: str, number: int) -> None:
        """Name a payee's bank account."""
        before = self.details.get(account, (-1, 0))
        if before[0] != number:
            self.details[account] = (number, before[1] + 1)

    def hold(self, account: str, *, held: bool) -> str:
        """Hold a payee, or release it."""
        if account not in self.accounts or not (held or account in self.held):
            return MISSING
        (self.held.add if held else self.held.discard)(account)
        return DONE

    def payable(self, currency: str) -> dict[str, int]:
        """Return what can be paid to whom now, in minor units."""
        found = {}
        for name in sorted(self.accounts):
            if not name.startswith(PAYEES):
                continue
            owed = -self.accounts[name][currency]
            minor = owed // 10 ** (6 - EXPONENTS[currency])
            willing = name in self.details and name not in self.held
            willing = willing and owed >= self.least.get((name, currency), 0)
            if minor >= 1 and willing and not self._came_back(name, currency):
                found[name] = minor
        return found

    def _came_back(self, name: str, currency: str) -> bool:
        sent = [p for p in self.payouts if p.account == name and p.currency == currency]
        sent = [p for p in sent if p.stands not in {"prepared", "left"}]
        if not sent or sent[-1].stands not in {"returned", "void"}:
            return False
        last = sent[-1]
        return last.reason[:4] in _WRONG and last.details == self.details[name]

    def prepare(self, currency: str) -> str:
        """Prepare a run."""
        due = self.payable(currency)
        if currency in self.waiting or not due:
            return REFUSED
        self.runs[currency] = self.waiting[currency] = self.runs.get(currency, 0) + 1
        for name, minor in due.items():
            made = Paid(name, currency, self.runs[currency], minor, self.details[name])
            self.payouts.append(made)
        return DONE

    def decide(self, currency: str, *, approved: bool) -> str:
        """Approve or cancel the run that waits."""
        if currency not in self.waiting:
            return IDLE
        number = self.waiting[currency]
        rows = [p for p in self.payouts if (p.currency, p.run) == (currency, number)]
        due = self.payable(currency)
        fits = [
            p for p in rows
            if p.account in due and due[p.account] >= p.minor
            and self.details[p.account] == p.details
        ]  # fmt: skip
        if approved and not fits:
            return REFUSED
        del self.waiting[currency]
        if approved:
            for row in rows:
                row.did.add("pending" if row in fits else "left")
            for row in fits:
                self._move(row, row.account, "clearing")
        return DONE

    def tell(self, step: Tell, on: date) -> str:
        """Take a file of the bank in, of movements of that day."""
        if not self.payouts:
            return IDLE
        for n in sorted({n % len(self.payouts) for n in step.payouts}):
            self._told(self.payouts[n], step, on)
        return DONE

    def _told(self, row: Paid, step: Tell, on: date) -> None:
        amount = row.micro + step.off * 10 ** (6 - EXPONENTS[row.currency])
        movement = (row.account, row.currency, row.run, step.back, amount, step.reference, on)
        if movement in self.movements:
            return
        what = "returned" if step.back else "booked"
        problem = ""
        if "pending" not in row.did:
            problem = "names a payout that was never sent"
        elif step.off:
            problem = "another amount"
        elif "void" in row.did:
            problem = "booked, though it was declared void"
        elif what in row.did:
            before = {ref for done, kind, ref in row.told if (done, kind) == (what, step.kind)}
            if before and step.reference not in before:
                problem = "booked twice by the bank"
        self.movements.add(movement)
        if problem:
            self.problems.append(problem)
            return
        row.told.add((what, step.kind, step.reference))
        if what not in row.did:
            row.did.add(what)
            row.reason = step.reason if step.back else row.reason
            if step.back:
                self._move(row, "bank", row.account)
            else:
                self._move(row, "clearing", "bank")

    def void(self, n: int) -> str:
        """Declare that a payout never left."""
        if not self.payouts:
            return IDLE
        row = self.payouts[n % len(self.payouts)]
        if row.stands != "pending":
            return REFUSED
        row.did.add("void")
        row.reason = "refused"
        self._move(row, "clearing", row.account)
        return DONE

    def _move(self, row: Paid, debit: str, credit: str) -> None:
        self.post(debit, row.currency, row.micro)
        self.post(credit, row.currency, -row.micro)

    def balances(self) -> dict[str, dict[str, int]]:
        """Return every account's balance, without what is nothing."""
        found = {
            name: {currency: micro for currency, micro in sums.items() if micro}
            for name, sums in self.accounts.items()
        }
        return {name: sums for name, sums in found.items() if sums}

    def standing(self) -> dict[tuple[str, int, str], tuple[int, str]]:
        """Return every payout: (currency, run, account) → (minor units, how it stands)."""
        return {(p.currency, p.run, p.account): (p.minor, p.stands) for p in self.payouts}
