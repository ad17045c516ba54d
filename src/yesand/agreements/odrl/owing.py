"""What is taken off the pay, and when it is paid out, as ODRL, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yesand.agreements.deductions import Deductions
from yesand.agreements.odrl.parts import Frame, Part, constraint, decimal, ref
from yesand.agreements.odrl.rules import Rule, Rules
from yesand.agreements.odrl.writing import PERCENT, duty, paid, share

_FROM, _ALL = "ya:recoup-", "ya:recoup-all-agreements"


def taken_off(pay: Deductions, frame: Frame) -> Iterator[Part]:
    """Yield a duty for each term that takes something off, or makes it wait."""
    if pay.advance:
        made = paid(frame, "advance", pay.advance, ref("ya:advance"))
        yield {**made, "refinement": [*made["refinement"], *_recouped(pay)]}
    if pay.agent:
        made = share(frame, "agent", pay.agent_ppm, "ya:agent")
        yield {**made, "refinement": [*made["refinement"], _text(pay.agent)]}
    if pay.withhold:
        yield duty(frame, "withholding", "ya:withholdTax", refinement=[_text(pay.withhold)])
    if pay.least_payout:
        yield paid(frame, "least-payout", pay.least_payout, ref("ya:payout"))
    if pay.audit_shortfall_ppm:
        yield share(frame, "audit", pay.audit_shortfall_ppm, "ya:audit")
    if pay.one_currency:
        yield duty(frame, "one-currency", "ya:convertCurrency")


def _recouped(pay: Deductions) -> Iterator[Part]:
    yield _text(pay.advance_name)
    yield constraint("ya:recoupPercentage", "eq", decimal(pay.recoup_ppm, PERCENT))
    for name in sorted(pay.recoup_from):
        yield constraint("ya:recoupFrom", "eq", ref(_FROM + name))
    if pay.cross_collateral:
        yield constraint("ya:recoupFrom", "eq", ref(_ALL))


def _text(words: str) -> Part:
    return constraint("ya:text", "eq", {"@value": words})


def read(rules: Rules) -> dict[str, Any]:
    """Return the names and lists of the pay that these duties state; amounts are read elsewhere.

    Raises
    ------
    BadInput : one says something that cannot be read.
    """
    advance = rules.maybe("obligation", "advance")
    return {
        **(_advance(advance) if advance else {}),
        "agent": _said(rules.maybe("obligation", "agent")),
        "withhold": _said(rules.maybe("obligation", "withholding")),
        "one_currency": rules.has("obligation", "one-currency"),
    }


def _advance(rule: Rule) -> dict[str, Any]:
    values = rule.values("ya:recoupFrom", "eq", "refinement")
    named = [str(v.get("@id") if isinstance(v, dict) else None) for v in values]
    return {
        "advance_name": _said(rule),
        "cross_collateral": _ALL in named,
        "recoup_from": [name.removeprefix(_FROM) for name in named if name != _ALL],
    }


def _said(rule: Rule | None) -> str:
    if rule is None:
        return ""
    value = rule.one("ya:text", "eq", "refinement")
    return str(value.get("@value") if isinstance(value, dict) else value)
