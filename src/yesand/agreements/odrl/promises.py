"""Reading the duties of an agreement back into pay, care and what follows a withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote

from yesand.agreements.odrl import earning, owing
from yesand.agreements.odrl.duties import AFTER_WITHDRAWAL
from yesand.agreements.odrl.rules import Rule, Rules
from yesand.agreements.terms import MILLION
from yesand.kernel.errors import BadInput

_PERCENT = MILLION // 100
_PER_UNIT = "per-unit-"


def promises(rules: Rules) -> dict[str, Any]:
    """Return the fields of terms that duties state.

    Raises
    ------
    BadInput : a duty is missing, or says something that cannot be read.
    """
    duty = _reader(rules)
    return {
        "pay": _pay(rules),
        "withdrawing": {
            **{
                field: _days(duty(n).one("delayPeriod", "lteq")) for n, _, field in AFTER_WITHDRAWAL
            },
            **_replica(rules),
            **_confirmation(rules),
        },
        **_breach(rules),
        "notice_days": _days(duty("notice").one("delayPeriod", "eq")),
        "credit": rules.has("obligation", "credit"),
        "third_party_training_notice": rules.has("obligation", "training-notice"),
        "security": _name(_refined(duty("security"), "ya:standard"), "ya:security-"),
        "report_every_months": _months(duty("report").one("timeInterval", "eq")),
        "post_mortem": not rules.has("obligation", "end-at-death"),
        "exclusive": rules.has("obligation", "exclusivity"),
        "attribution": _attribution(rules),
        "share_alike": rules.has("obligation", "share-alike"),
    }


def _replica(rules: Rules) -> dict[str, Any]:
    rule = rules.maybe("obligation", "delete-replica")
    days = rule.values("delayPeriod", "lteq") if rule else []
    told = {"delete_replica_days": _days(days[0])} if days else {}
    if rule is None and _form_two(rules):
        told = {"delete_replica_days": 0}
    return {"delete_replica": rule is not None, **told}


def _confirmation(rules: Rules) -> dict[str, Any]:
    told = rules.has("obligation", "confirm-deletion")
    return {"confirm_deletion": told} if _form_two(rules) else {}


def _form_two(rules: Rules) -> bool:
    # Every document of form 2 says so, and none of form 1.
    return rules.has("obligation", "breach-notice")


def _breach(rules: Rules) -> dict[str, Any]:
    rule = rules.maybe("obligation", "breach-notice")
    if rule is None:
        return {}
    return {"breach_notice_hours": _period(rule.one("delayPeriod", "lteq"), "H", 720, "PT")}


def _reader(rules: Rules) -> Callable[[str], Rule]:
    return lambda name: rules.rule(name, "obligation")


def _pay(rules: Rules) -> dict[str, Any]:
    pool = rules.rule("pool", "obligation")
    weights = ("reliance", "minutes", "equal")
    units = [n for kind, n in rules.found if kind == "obligation" and n.startswith(_PER_UNIT)]
    return {
        "currency": _name(_refined(pool, "ya:currency"), "urn:iso:std:iso:4217:"),
        "session_fee": _amount(rules.maybe("obligation", "session-fee")),
        "minimum_per_period": _amount(rules.maybe("obligation", "minimum")),
        "per_unit": {
            unquote(n.removeprefix(_PER_UNIT)): _amount(rules.rule(n, "obligation")) for n in units
        },
        "revenue_share_ppm": _share(rules.maybe("obligation", "revenue-share")),
        "contribution_ppm": _share(rules.maybe("obligation", "contribution")),
        "realtime_multiple_ppm": _number(_refined(pool, "ya:realtimeMultiple"), MILLION),
        "basis": {w: _number(_refined(pool, f"ya:{w}Weight"), _PERCENT) for w in weights},
        "fallback": _name(_refined(pool, "ya:fallback"), "ya:shared-"),
        **_taken_off(rules),
        "period_fee": _amount(rules.maybe("obligation", "period-fee")),
        "bonus": _amount(rules.maybe("obligation", "bonus")),
        "non_featured_ppm": _share(rules.maybe("obligation", "non-featured")),
        **earning.read(rules),
    }


def _taken_off(rules: Rules) -> dict[str, Any]:
    advance = rules.maybe("obligation", "advance")
    told = (
        {"recoup_ppm": _number(_refined(advance, "ya:recoupPercentage"), _PERCENT)}
        if advance
        else {}
    )
    return {
        **owing.read(rules),
        **told,
        "advance": _amount(advance),
        "agent_ppm": _share(rules.maybe("obligation", "agent")),
        "least_payout": _amount(rules.maybe("obligation", "least-payout")),
        "audit_shortfall_ppm": _share(rules.maybe("obligation", "audit")),
    }


def _amount(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    currency = rule.unit("payAmount").removeprefix("urn:iso:std:iso:4217:")
    return {"currency": currency, "micro": _number(_refined(rule, "payAmount"), MILLION)}


def _share(rule: Rule | None) -> int:
    return _number(_refined(rule, "percentage"), _PERCENT) if rule else 0


def _attribution(rules: Rules) -> str:
    rule = rules.maybe("obligation", "attribution")
    return str(_value(_refined(rule, "ya:text"))) if rule else ""


def _refined(rule: Rule, left: str) -> Any:
    return rule.one(left, "eq", "refinement")


def _value(part: Any) -> Any:
    return part.get("@value") if isinstance(part, dict) else part


def _name(part: Any, prefix: str) -> str:
    name = part.get("@id") if isinstance(part, dict) else None
    return str(name).removeprefix(prefix)


def _number(part: Any, one: int) -> int:
    try:
        number = Decimal(str(_value(part))) * one
        if number == number.to_integral_value() and abs(number) < 1 << 60:
            return int(number)
    except (InvalidOperation, ValueError):
        pass
    raise BadInput(f"{_value(part)!r} is no number of that kind", where="ODRL duty")


def _days(part: Any) -> int:
    return _period(part, "D", timedelta.max.days)


def _months(part: Any) -> int:
    return _period(part, "M", 12)


def _period(part: Any, letter: str, most: int, begins: str = "P") -> int:
    text = str(_value(part))
    digits = text.removeprefix(begins)[:-1]
    if (
        not text.startswith(begins)
        or text[-1:] != letter
        or not digits.isdecimal()
        or len(digits) > 9
    ):
        raise BadInput(f"{text!r} is no period in that unit", where="ODRL duty")
    return min(int(digits), most + 1)
