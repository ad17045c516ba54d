"""A statement in a terminal: each line in words with its amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yesand.cli.output import Line, marks, styled
from yesand.kernel.money import MICRO, Money, exponent


def statement_lines(told: dict[str, Any]) -> Iterator[Line]:
    """Yield a statement's predicate as lines for people."""
    currency = told["currency"]
    seen = marks(trial=told["trial"], synthetic=told["synthetic"])
    yield styled("[bold]{}[/], {}" + seen, told["performer"], told["period"])
    for line in told["lines"]:
        yield f"  {_amount(currency, line['micro'])}  {line['why']}"
    yield styled("  {}  [bold]earned[/]", _amount(currency, told["total_micro"]))
    for taken in told.get("deductions", ()):
        yield f"  {_amount(currency, -taken['micro'])}  {taken['why']}"
    for name, said in (("held", "held in dispute"), ("released", "released from dispute")):
        if micro := told.get(f"{name}_micro", 0):
            yield f"  {_amount(currency, micro)}  {said}"
    if told["brought_forward_micro"]:
        yield f"  {_amount(currency, told['brought_forward_micro'])}  brought forward"
    payable = told["payable_minor"] * MICRO // 10 ** exponent(currency)
    yield styled("  {}  [bold]payable[/]", _amount(currency, payable))
    yield f"  {_amount(currency, told['carried_micro'])}  carried forward"
    yield f"  {_amount(currency, told['contributions_micro'])}  to the fund, on top"
    for advance in told.get("accounts", ()):
        still = _amount(currency, advance["closing_micro"])
        yield f"  {still}  open of the advance “{advance['name']}” from {advance['payer']}"


def _amount(currency: str, micro: int) -> str:
    return f"{Money(currency, micro).to_the_last():>18}"
