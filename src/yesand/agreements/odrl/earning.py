"""What pay says beyond prices, as ODRL, and read back: fees, bonus, tariff, and what noise does.

What says nothing is not written, so that documents of agreements signed before stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yesand.agreements.odrl.parts import Frame, Part, constraint, ref, typed
from yesand.agreements.odrl.rules import Rule, Rules
from yesand.agreements.odrl.writing import duty, paid, share
from yesand.agreements.pay import Pay
from yesand.kernel.errors import BadInput

_TO = "ya:paid-to-"
_POLICY = "ya:uncertainty-"


def with_use(pay: Pay, frame: Frame) -> Iterator[Part]:
    """Yield what is paid for use, which every permission carries."""
    if pay.tariff:
        named = constraint("ya:tariff", "eq", {"@value": pay.tariff})
        yield duty(frame, "tariff", "compensate", refinement=[named])
    if pay.period_fee:
        made = paid(frame, "period-fee", pay.period_fee, ref("ya:monthInService"))
        to = constraint("ya:paidTo", "eq", ref(_TO + pay.period_fee_to))
        yield {**made, "refinement": [*made["refinement"], to]}
    if pay.bonus:
        made = paid(frame, "bonus", pay.bonus, {"@value": pay.bonus_unit})
        after = constraint("ya:after", "eq", typed(str(pay.bonus_after), "integer"))
        yield {**made, "refinement": [*made["refinement"], after]}


def of_pool(pay: Pay) -> Iterator[Part]:
    """Yield how a pool is shared, where that is not by the share as it was measured."""
    if pay.uncertainty != "point":
        yield constraint("ya:uncertainty", "eq", ref(_POLICY + pay.uncertainty))
    if pay.pool != "deployment":
        yield constraint("ya:dividedBy", "eq", {"@value": pay.pool_unit})
    if pay.pool == "payer":
        yield constraint("ya:eachPayer", "eq", True)
    if not pay.descendants:
        yield constraint("ya:descendants", "eq", False)


def non_featured(pay: Pay, frame: Frame) -> Iterator[Part]:
    """Yield the part of each pool that all share equally."""
    if pay.non_featured_ppm:
        yield share(frame, "non-featured", pay.non_featured_ppm, "ya:manifest")


def read(rules: Rules) -> dict[str, Any]:
    """Return the fields of the pay that these duties state.

    Raises
    ------
    BadInput : one says something that cannot be read.
    """
    return {**_tariff(rules), **_fee(rules), **_bonus(rules), **_shared(rules)}


def _tariff(rules: Rules) -> dict[str, Any]:
    rule = rules.maybe("obligation", "tariff")
    return {"tariff": _text(_refined(rule, "ya:tariff"))} if rule else {}


def _fee(rules: Rules) -> dict[str, Any]:
    rule = rules.maybe("obligation", "period-fee")
    return {"period_fee_to": _name(_refined(rule, "ya:paidTo"), _TO)} if rule else {}


def _bonus(rules: Rules) -> dict[str, Any]:
    rule = rules.maybe("obligation", "bonus")
    if rule is None:
        return {}
    after = _text(_refined(rule, "ya:after"))
    if not after.isdecimal() or len(after) > 16:
        raise BadInput(f"{after[:40]!r} is no count", where="ODRL duty bonus")
    return {"bonus_unit": _text(_refined(rule, "ya:per")), "bonus_after": int(after)}


def _shared(rules: Rules) -> dict[str, Any]:
    pool, found = rules.rule("pool", "obligation"), dict[str, Any]()
    if pool.values("ya:uncertainty", "eq", "refinement"):
        found["uncertainty"] = _name(_refined(pool, "ya:uncertainty"), _POLICY)
    if pool.values("ya:dividedBy", "eq", "refinement"):
        found |= {"pool": "licensee", "pool_unit": _text(_refined(pool, "ya:dividedBy"))}
    if pool.values("ya:eachPayer", "eq", "refinement"):
        found["pool"] = "payer" if _refined(pool, "ya:eachPayer") else "licensee"
    if pool.values("ya:descendants", "eq", "refinement"):
        found["descendants"] = _refined(pool, "ya:descendants")
    return found


def _refined(rule: Rule, left: str) -> Any:
    return rule.one(left, "eq", "refinement")


def _text(part: Any) -> str:
    return str(part.get("@value")) if isinstance(part, dict) else str(part)


def _name(part: Any, prefix: str) -> str:
    return str(part.get("@id") if isinstance(part, dict) else None).removeprefix(prefix)
