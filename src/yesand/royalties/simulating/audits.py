"""The oracle's audits of pay: who bears the cost of each, and what of it stands in the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from yesand.royalties.simulating.month import Deal
from yesand.royalties.simulating.paid import Payments
from yesand.royalties.simulating.steps import Step

DONE, REFUSED, BAD, MISSING, IDLE = "done", "Refused", "BadInput", "NotFound", "idle"


@dataclass(frozen=True)
class Audit(Step):
    """An audit of an agreement is recorded, with figures in micro-units as it declares them.

    ``replaces`` names an audit that this one puts right.
    """

    name: str
    agreement: str
    since: str
    until: str
    due: int
    unpaid: int
    cost: int
    cost_currency: str
    paid_by: str
    replaces: str = ""


@dataclass
class Audits:
    """All audits, in order, and what payers bear of their cost by now, by currency."""

    known: dict[str, Audit] = field(default_factory=dict)
    borne: Counter[str] = field(default_factory=Counter)

    def record(self, step: Audit, deals: Mapping[str, Deal], payments: Payments) -> str:
        """Record an audit; the same again is the same."""
        if step.agreement not in deals:
            return IDLE
        if step.until >= step.since and step.name in self.known:
            return DONE if self.known[step.name] == step else REFUSED
        before = self.known.get(step.replaces)
        if fault := self._fault(step, before, deals):
            return fault
        self.known[step.name] = step
        for each, sign in ((before, -1), (step, 1)):
            if each is not None:
                self._post(each, deals[each.agreement], sign, payments)
        return DONE

    def _fault(self, step: Audit, before: Audit | None, deals: Mapping[str, Deal]) -> str:
        if step.until < step.since:
            return BAD
        if step.replaces:
            whose = deals[step.agreement].handle
            if before is None or deals[before.agreement].handle != whose:
                return MISSING
            if any(each.replaces == before.name for each in self.known.values()):
                return REFUSED
        return BAD if step.unpaid > step.due else ""

    def _post(self, step: Audit, deal: Deal, sign: int, payments: Payments) -> None:
        clause = deal.pay["audit_shortfall_ppm"]
        past = clause and step.unpaid * 10**6 > step.due * clause
        if not past or step.paid_by == deal.producer:
            return
        micro = sign * step.cost
        payments.post(f"licensee:{deal.producer}", step.cost_currency, micro)
        payments.post(f"audit:{step.paid_by}", step.cost_currency, -micro)
        self.borne[step.cost_currency] += micro

    def standing(self) -> dict[str, int]:
        """Return what payers bear, by currency, without what is nothing."""
        return {currency: micro for currency, micro in self.borne.items() if micro}
