"""A statement in a terminal: each line in words with its amount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yesand.kernel.money import Money


def statement_lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield a statement's predicate as lines for people."""
    currency = told["currency"]
    marks = "".join(
        f" [bold white on red] {m} [/]"
        for m, on in (("TRIAL", told["trial"]), ("SYNTHETIC", told["synthetic"]))
        if on
    )
    yield f"[bold]{told['performer']}[/], {told['period']}{marks}"
    for line in told["lines"]:
        yield f"  {_amount(currency, line['micro']):>18}  {line['why']}"
    yield f"  {_amount(currency, told['total_micro']):>18}  [bold]earned[/]"
    if told["brought_forward_micro"]:
        yield f"  {_amount(currency, told['brought_forward_micro']):>18}  brought forward"
    payable = told["total_micro"] + told["brought_forward_micro"] - told["carried_micro"]
    yield f"  {_amount(currency, payable):>18}  [bold]payable[/]"
    yield f"  {_amount(currency, told['carried_micro']):>18}  carried forward"
    yield f"  {_amount(currency, told['contributions_micro']):>18}  to the fund, on top"


def _amount(currency: str, micro: int) -> str:
    return str(Money(currency, micro))
