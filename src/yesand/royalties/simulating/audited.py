"""The bench's audits of pay: what each decides and posts, by the real pure core."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yesand.agreements.pay import Pay
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.royalties.auditing.audit import (
    Audit,
    borne,
    draft_of,
    parse_asked,
    parse_audit,
    reversal_of,
)
from yesand.royalties.ledger import Draft
from yesand.royalties.simulating import audits


def asked_of(step: audits.Audit, handle: str, agreement: str) -> dict[str, Any]:
    """Return what whoever records an audit says of it; ``agreement`` is a digest."""
    return {
        "name": step.name,
        "performer": handle,
        "agreements": [agreement],
        "since": step.since,
        "until": step.until,
        "begun": "2026-01-01",
        "due_micro": step.due,
        "unpaid_micro": step.unpaid,
        "cost_currency": step.cost_currency,
        "cost_micro": step.cost,
        "paid_by": step.paid_by,
        "document": "ab" * 32,
        "replaces": step.replaces,
    }


@dataclass
class Audited:
    """All audits by name, as they were signed, each with its digest."""

    kept: dict[str, tuple[Audit, str]] = field(default_factory=dict)

    def record(self, told: dict[str, Any], key: str, payer: str, pay: Pay) -> Iterator[Draft]:
        """Record an audit, and yield what it posts; the same again posts nothing."""
        asked = parse_asked(told)
        if asked.name in self.kept:
            if self.kept[asked.name][0].asked != asked:
                raise Refused("Another audit of that name", where=asked.name)
            return
        before = self._replaced(asked.replaces, asked.performer)
        due, unpaid = (
            Money(pay.currency, micro or 0) for micro in (asked.due_micro, asked.unpaid_micro)
        )
        try:
            cost = Money(asked.cost_currency, asked.cost_micro)
            bears, why = borne(pay.audit_shortfall_ppm, due, unpaid, cost)
        except ValueError as fault:
            raise BadInput(str(fault), where=asked.name) from fault
        made = parse_audit(
            {
                "asked": asked.model_dump(mode="json"),
                "performer_key": key,
                "payer": payer,
                "agreements": told["agreements"],
                "basis": "declared",
                "currency": pay.currency,
                "due_micro": asked.due_micro,
                "unpaid_micro": asked.unpaid_micro,
                "shortfall_ppm": pay.audit_shortfall_ppm,
                "payer_bears": bears,
                "why": why,
                "replaces": before[1] if before else None,
            }
        )
        digest = digest_of(made.model_dump(mode="json"))
        self.kept[asked.name] = made, digest
        back = reversal_of(*before, digest) if before else None
        yield from (draft for draft in (back, draft_of(made, digest)) if draft is not None)

    def _replaced(self, name: str, performer: str) -> tuple[Audit, str] | None:
        if not name:
            return None
        found = self.kept.get(name)
        if found is None or found[0].asked.performer != performer:
            raise NotFound("No audit of that name of this performer", where=name)
        if any(audit.replaces == found[1] for audit, _ in self.kept.values()):
            raise Refused("That audit was put right already", where=name)
        return found

    def standing(self) -> dict[str, int]:
        """Return what payers bear, by currency, of the audits that nothing has put right."""
        sums, gone = Counter[str](), {audit.replaces for audit, _ in self.kept.values()}
        for audit, digest in self.kept.values():
            if digest not in gone and (draft := draft_of(audit, digest)):
                sums[audit.asked.cost_currency] += sum(s.micro for s in draft.sides if s.micro > 0)
        return {currency: micro for currency, micro in sums.items() if micro}
