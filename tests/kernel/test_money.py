from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import list_currencies, parse_decimal
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.kernel.money import MICRO, Money, exponent, part

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF", "IQD", "USD"])
MICROS = st.integers(-(10**24) + 1, 10**24 - 1)
monies = st.builds(Money, CURRENCIES, MICROS)


@given(monies)
def test_money_survives_being_written(money: Money) -> None:
    amount, currency = str(money).split()
    assert Money.of(currency, amount) == money
    places = exponent(currency)
    if places:
        assert len(amount.split(".")[1]) >= places


@given(monies)
def test_money_written_to_the_last_decimal_is_the_same_money(money: Money) -> None:
    amount, currency = money.to_the_last().split()
    assert Money.of(currency, amount) == money
    assert len(amount.split(".")[1]) == 6


@given(monies)
def test_a_split_loses_nothing_and_goes_toward_zero(money: Money) -> None:
    step = MICRO // 10 ** exponent(money.currency)
    minor, carried = money.split()
    assert minor * step + carried == money.micro
    assert abs(carried) < step
    assert minor * money.micro >= 0 and carried * money.micro >= 0


@given(CURRENCIES, MICROS, MICROS)
def test_adding_and_subtracting_undo_each_other(currency: str, one: int, two: int) -> None:
    first, second = Money(currency, one), Money(currency, two)
    assert first + second - second == first
    assert first + -first == Money(currency, 0)
    assert Money.total(currency, [first, second]) == first + second


@given(MICROS, st.integers(-(10**9), 10**9), st.integers(1, 10**9))
def test_a_part_is_the_nearest_integer_and_half_goes_to_even(
    micro: int, numerator: int, denominator: int
) -> None:
    assert part(micro, numerator, denominator) == round(Fraction(micro * numerator, denominator))


@given(MICROS, st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_parts_of_a_whole_are_each_at_most_half_a_micro_unit_off(
    micro: int, weights: list[int]
) -> None:
    whole = sum(weights) or 1
    parts = [part(micro, weight, whole) for weight in weights]
    assert abs(sum(parts) - micro * sum(weights) // whole) <= len(weights)


@given(st.decimals(-(10**17), 10**17, places=6))
def test_every_amount_to_the_micro_unit_is_read_exactly(amount: Decimal) -> None:
    assert Fraction(Money.of("EUR", amount).micro, MICRO) == Fraction(amount)


@pytest.mark.parametrize(
    "amount",
    (
        *["", " 1", "1 ", "1,5", "1_000", "1e3", "NaN", "Infinity", "+1", "١", "1.", ".5", "--1"],
        *["1e999999999", "9" * 19, "0.0000001", "1.0000000000001", "abc", "1\n"],
    ),
)
def test_what_is_no_exact_amount_is_bad_input(amount: str) -> None:
    with pytest.raises(BadInput):
        Money.of("EUR", amount)


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("1e-7"), Decimal("1e99"), True, 0.5])
def test_odd_numbers_are_bad_input(amount: Decimal) -> None:
    with pytest.raises(BadInput):
        Money.of("EUR", amount)


def test_trailing_zeros_and_exponents_of_decimals_are_read() -> None:
    assert Money.of("EUR", "1.10000000000") == Money("EUR", 1_100_000)
    assert Money.of("EUR", Decimal("1E+3")) == Money("EUR", 1_000 * MICRO)
    assert Money.of("EUR", -3) == Money("EUR", -3 * MICRO)


@pytest.mark.parametrize("micro", [1.0, True, "1", None])
def test_money_holds_integers_only(micro: object) -> None:
    with pytest.raises(BadInput):
        Money("EUR", micro)  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XQX"])
def test_an_unknown_currency_is_bad_input(currency: str) -> None:
    with pytest.raises(BadInput, match="ISO 4217"):
        Money(currency, 1)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(BadInput, match="add up"):
        Money("EUR", 1) + Money("USD", 1)
    with pytest.raises(BadInput, match="add up"):
        Money.total("EUR", [Money("USD", 1)])


def test_no_part_of_nothing() -> None:
    for denominator in (0, -1):
        with pytest.raises(BadInput):
            part(1, 1, denominator)


@pytest.mark.parametrize(
    ("money", "written", "locale", "pretty"),
    [
        (Money("EUR", 12_500_000), "12.50 EUR", "en", "€12.50"),
        (Money("EUR", -12_500_000), "-12.50 EUR", "de", "-12,50\xa0€"),
        (Money("JPY", 12_000_000), "12 JPY", "ja", "￥12"),
        (Money("IQD", 1_234_000), "1.234 IQD", "en", "IQD1.234"),
        (Money("EUR", 400), "0.0004 EUR", "en", "€0.00"),
        (Money("EUR", -1), "-0.000001 EUR", "en", "€0.00"),
    ],
)
def test_money_is_written_with_as_many_decimals_as_it_needs(
    money: Money, written: str, locale: str, pretty: str
) -> None:
    assert str(money) == written
    assert money.pretty(locale).replace("\xa0", " ") == pretty.replace("\xa0", " ")


@given(monies)
def test_what_is_shown_to_people_is_what_is_paid(money: Money) -> None:
    minor, _ = money.split()
    shown = "".join(c for c in money.pretty("en") if c in "-.0123456789")
    assert parse_decimal(shown, locale="en") == Decimal(minor).scaleb(-exponent(money.currency))


def test_every_currency_has_a_step_of_whole_micro_units() -> None:
    for currency in list_currencies():
        assert 0 <= exponent(currency) <= 6
