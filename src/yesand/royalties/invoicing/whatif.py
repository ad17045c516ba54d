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
from yesand.royalties.lines import BILLION, ON_TOP, REVENUE, Kind, Line

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
    lines: Iterable[Line], factors_ppm: Mapping[str, int], quantities: Mapping[Use, int]
) -> Answer:
    """Price a licensee's lines anew.

    Parameters
    ----------
    lines : all performers' lines that it owes for a settled month.
    factors_ppm : unit → its price in parts per million of what terms name; 10⁶ if not named.
    quantities : use → how much; as it was, if not named.

    Raises
    ------
    BadInput : a negative price or quantity.
    """
    if any(n < 0 for n in (*factors_ppm.values(), *quantities.values())):
        raise BadInput("A price or a quantity is not below nothing")
    billed, supposed, amounts = Counter[Use](), Counter[Use](), dict[Use, int]()
    before, after, fund = Counter[str](), Counter[str](), Counter[str]()
    unchanged = 0
    for line in lines:
        use = _use(line)
        if line.kind in ON_TOP:
            fund[line.agreement] += line.micro
            continue
        micro = line.micro
        if use is None:
            unchanged += micro
        else:
            micro = _priced(line, factors_ppm.get(use[1], MILLION), quantities.get(use))
            billed[use] += line.micro
            supposed[use] += micro
            amounts[use] = quantities.get(use, line.quantity or 0)
        before[line.agreement] += line.micro
        after[line.agreement] += micro
    rows = (Supposed(use, amounts[use], billed[use], supposed[use]) for use in sorted(billed))
    on_top = sum(_in_step(n, before[name], after[name]) for name, n in fund.items())
    return Answer(tuple(rows), on_top, unchanged)


def _in_step(fund: int, before: int, after: int) -> int:
    """Return what goes to a fund if it follows the pay that it stands on."""
    return fund if before <= 0 or after == before else part(fund, after, before)


def _use(line: Line) -> Use | None:
    used = line.kind in {Kind.ROYALTY, Kind.NON_FEATURED} and line.corrects is None
    if not used or line.deployment is None or line.unit is None:
        return None
    return line.deployment, line.unit, bool(line.realtime)


def _priced(line: Line, factor_ppm: int, quantity: int | None) -> int:
    """Return a line's amount at another price and quantity; at its own, what it is.

    Where quantity × price × share is the amount, it is computed so again; where terms reckon
    otherwise (steps, lower bounds, a part for all), it follows in step.
    """
    was, price, share = line.quantity or 0, line.price_micro or 0, line.share_ppb or 0
    much = was if quantity is None else quantity
    if factor_ppm == MILLION and much == was:
        return line.micro
    if line.unit != REVENUE and line.micro == part(was * price, share, BILLION):
        return part(much * part(price, factor_ppm, MILLION), share, BILLION)
    return part(line.micro * much, factor_ppm, was * MILLION) if was else line.micro
