"""Writing duties: one obligation, an amount to be paid, a share to be paid."""

from __future__ import annotations

from yesand.agreements.odrl.parts import Frame, Part, constraint, decimal, ref
from yesand.agreements.pay import MILLION, Amount

PERCENT = MILLION // 100


def currency(code: str) -> str:
    """Return the name of a currency (ISO 4217)."""
    return f"urn:iso:std:iso:4217:{code}"


def duty(frame: Frame, name: str, action: str, **limits: list[Part]) -> Part:
    """Return a duty of whoever is permitted."""
    return {
        "uid": frame.named(name),
        "@type": "Duty",
        "assigner": frame.assigner,
        "assignee": frame.assignee,
        "action": action,
        **limits,
    }


def paid(frame: Frame, name: str, amount: Amount, per: Part) -> Part:
    """Return the duty to pay an amount for each of something."""
    sum_ = constraint("payAmount", "eq", decimal(amount.micro, MILLION))
    limits = [{**sum_, "unit": currency(amount.currency)}, constraint("ya:per", "eq", per)]
    return duty(frame, name, "compensate", refinement=limits)


def share(frame: Frame, name: str, ppm: int, per: str) -> Part:
    """Return the duty to pay a part of something."""
    limits = [
        constraint("percentage", "eq", decimal(ppm, PERCENT)),
        constraint("ya:per", "eq", ref(per)),
    ]
    return duty(frame, name, "compensate", refinement=limits)
