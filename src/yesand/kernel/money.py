"""Money as integers: micro-units while it accrues, minor units when it is paid.

One micro-unit is 10⁻⁶ of a currency's major unit. No float ever holds money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import list_currencies

from yesand.kernel.errors import BadInput

MICRO = 1_000_000

# ISO 4217:2015 list one: minor-unit exponents other than 2 (CLDR's display digits differ).
_NO_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_EXPONENTS = {
    **dict.fromkeys(_NO_MINOR.split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
_KNOWN = frozenset(list_currencies())
#: Ten to the eighteenth is more money than there is; no amount needs more digits.
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,18})(\.(?P<fraction>[0-9]{1,40}))?\Z")


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's minor unit has (ISO 4217)."""
    if currency not in _KNOWN:
        raise BadInput(
            f"{currency!r} is not an ISO 4217 currency", remedy="Use a code such as EUR."
        )
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, order=True)
class Money:
    """An exact amount. ``Money("EUR", 12_500_000)`` is €12.50.

    >>> import yesand
    >>> fee = yesand.Money.of("EUR", "12.50")
    >>> str(fee + yesand.Money("EUR", 1))
    '12.500001 EUR'
    >>> fee.split()  # payable cents, and the micro-units that carry over
    (1250, 0)
    """

    currency: str
    micro: int

    def __post_init__(self) -> None:
        """Refuse an unknown currency and anything but an integer."""
        exponent(self.currency)
        if type(self.micro) is not int:
            raise BadInput(f"Money holds integers, not {self.micro!r}")

    @classmethod
    def of(cls, currency: str, amount: str | Decimal | int) -> Money:
        """Read a decimal amount in major units, exactly.

        Raises
        ------
        BadInput : not a number, or finer than a micro-unit.
        """
        found = _AMOUNT.match(format(amount, "f") if isinstance(amount, Decimal) else str(amount))
        if not found or isinstance(amount, float):
            raise BadInput(f"{str(amount)[:80]!r} is not an amount of money")
        sign, whole, fraction = found["sign"], found["whole"], (found["fraction"] or "").rstrip("0")
        if len(fraction) > 6:
            raise BadInput(f"{amount} {currency} is finer than a micro-unit")
        micro = int(whole) * MICRO + int(fraction.ljust(6, "0"))
        return cls(currency, -micro if sign else micro)

    def __add__(self, other: Money) -> Money:
        """Add an amount in the same currency."""
        return Money(self._same(other), self.micro + other.micro)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount in the same currency."""
        return Money(self._same(other), self.micro - other.micro)

    def __neg__(self) -> Money:
        """Return the opposite amount."""
        return Money(self.currency, -self.micro)

    def _same(self, other: Money) -> str:
        if self.currency != other.currency:
            raise BadInput(f"{self.currency} and {other.currency} do not add up")
        return self.currency

    def split(self) -> tuple[int, int]:
        """Return (minor units that can be paid, micro-units that carry over), both toward zero."""
        step = MICRO // 10 ** exponent(self.currency)
        minor = abs(self.micro) // step
        sign = -1 if self.micro < 0 else 1
        return sign * minor, sign * (abs(self.micro) - minor * step)

    def __str__(self) -> str:
        """Write it for people, with as many decimals as it needs (at least the minor unit's)."""
        whole, rest = divmod(abs(self.micro), MICRO)
        fraction = f"{rest:06d}".rstrip("0").ljust(exponent(self.currency), "0")
        sign, point = "-" if self.micro < 0 else "", "." if fraction else ""
        return f"{sign}{whole}{point}{fraction} {self.currency}"

    def to_the_last(self) -> str:
        """Write it with all six decimals, so that amounts stand under each other."""
        whole, rest = divmod(abs(self.micro), MICRO)
        return f"{'-' if self.micro < 0 else ''}{whole}.{rest:06d} {self.currency}"

    def pretty(self, locale: str = "en") -> str:
        """Write the payable part in a locale's own way, e.g. ``€12.50``."""
        minor, _ = self.split()
        places = exponent(self.currency)
        pattern = copy(Locale.parse(locale).currency_formats["standard"])
        # CLDR's own digits differ from ISO 4217's for some currencies, and would round the amount.
        pattern.frac_prec = (places, places)
        written = pattern.apply(
            Decimal(f"{minor}e-{places}"), locale, currency=self.currency, currency_digits=False
        )
        return str(written)

    @classmethod
    def total(cls, currency: str, amounts: Iterable[Money]) -> Money:
        """Add amounts up, starting from nothing."""
        return sum(amounts, cls(currency, 0))


def part(micro: int, numerator: int, denominator: int) -> int:
    """Return ``micro × numerator / denominator``, rounded half to even, without a float."""
    if denominator <= 0:
        raise BadInput("A part needs a positive denominator")
    quotient, rest = divmod(micro * numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))
