"""What a licensee's bill would be at other prices or other use: computed, never kept.

Each line of a settled month is priced anew with its own share, and rounded once as settling does
(`royalties.lines`). At the same prices and use it is what was billed, to the micro-unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yesand.kernel.errors import BadInput
from yesand.kernel.money import part
from yesand.royalties.invoicing.tax import MILLION
from yesand.royalties.lines import BILLION, REVENUE, Kind, Line

#: What is used, how fast, of which deployment: (deployment, unit, in real time).
Use = tuple[str, str, bool]


@dataclass(frozen=True)
class Supposed:
    """What one use would cost.

    Attributes
    ----------
    billed, supposed : over all performers, in micro-units.
    """

    use: Use
    quantity: int
    billed: int
    supposed: int


@dataclass(frozen=True)
class Answer:
    """A whole bill as it would be, before tax, in micro-units.

    ``unchanged`` is what no price of use bears on: guaranteed minimums and the like, as billed.
    """

    uses: tuple[Supposed, ...]
    contributions: int
    unchanged: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(row.supposed for row in self.uses) + self.contributions + self.unchanged


def what_if(
    lines: Iterable[Line],
    factors_ppm: Mapping[str, int],
    quantities: Mapping[Use, int],
    contribution_ppm: Mapping[str, int],
) -> Answer:
    """Price a licensee's lines anew.

    Parameters
    ----------
    lines : all performers' lines that it owes for a settled month.
    factors_ppm : unit → its price in parts per million of what terms name; 10⁶ if not named.
    quantities : use → how much; as it was, if not named.
    contribution_ppm : agreement's digest → what goes to the fund on top.

    Raises
    ------
    BadInput : a negative price or quantity.
    """
    if any(n < 0 for n in (*factors_ppm.values(), *quantities.values())):
        raise BadInput("A price or a quantity is not below nothing")
    billed, supposed, amounts = Counter[Use](), Counter[Use](), dict[Use, int]()
    base, unchanged = Counter[str](), 0
    for line in lines:
        use = _use(line)
        if use is not None:
            micro = _priced(line, factors_ppm.get(use[1], MILLION), quantities.get(use))
            billed[use] += line.micro
            supposed[use] += micro
            amounts[use] = quantities.get(use, line.quantity or 0)
            base[line.agreement] += micro
        elif line.kind is not Kind.CONTRIBUTION:
            unchanged += line.micro
            base[line.agreement] += line.micro
    rows = (Supposed(use, amounts[use], billed[use], supposed[use]) for use in sorted(billed))
    fund = sum(
        part(n, contribution_ppm.get(agreement, 0), MILLION) for agreement, n in base.items()
    )
    return Answer(tuple(rows), fund, unchanged)


def _use(line: Line) -> Use | None:
    if line.kind is not Kind.ROYALTY or line.deployment is None or line.unit is None:
        return None
    return line.deployment, line.unit, bool(line.realtime)


def _priced(line: Line, factor_ppm: int, quantity: int | None) -> int:
    """Return a line's amount at another price and quantity; at its own, what it is."""
    was = line.quantity or 0
    if factor_ppm == MILLION and quantity in {None, was}:
        return line.micro
    much = was if quantity is None else quantity
    share = line.share_ppb or 0
    if line.unit == REVENUE:
        pool = part(part(line.pool_micro or 0, much, was) if was else 0, factor_ppm, MILLION)
    else:
        pool = much * part(line.price_micro or 0, factor_ppm, MILLION)
    return part(pool, share, BILLION)
