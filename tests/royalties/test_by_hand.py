"""The example that docs/royalties.md does by hand is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from test_deducting import TABLE, owed, with_advance

from yesand.agreements.terms import Amount, Pay
from yesand.kernel.money import Money, part
from yesand.royalties.facts import Taxed
from yesand.royalties.instruments.services import from_file
from yesand.royalties.lines import BILLION
from yesand.royalties.pricing import Prices
from yesand.royalties.tariffs.tariff import parse
from yesand.royalties.units import UNITS

PAGE = (Path(__file__).parents[2] / "docs" / "royalties.md").read_text("utf-8")


def example() -> dict[str, int]:
    """The numbers of the page's example."""
    table = PAGE.split("<!-- by-hand -->")[1].split("\n\n")[0]
    return {name: int(value) for name, value in re.findall(r"\| `(\w+)` \| (\d+) \|", table)}


def test_the_example_comes_out_as_the_code_computes_it() -> None:
    told = example()
    pay = Pay(per_unit={"inference-second": Amount(currency="EUR", micro=told["price_micro"])})
    pool = Prices.of(pay).pool("inference-second", False, told["quantity"])
    assert pool == told["pool_micro"]
    assert part(pool, told["share_ppb"], BILLION) == told["micro"]


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE, re.S))
def test_the_lines_of_python_that_the_page_gives_hold(code: str) -> None:
    assert "assert" in code
    exec(compile(code, "docs/royalties.md", "exec"), {})


def test_the_tariff_that_the_page_gives_is_one() -> None:
    told = next(x for x in re.findall(r"```json\n(.*?)```", PAGE, re.S) if '"per_unit"' in x)
    assert parse(json.loads(told), UNITS).called == "film@1"


def test_the_sum_of_the_example_is_paid_and_carried_as_it_says() -> None:
    assert Money("EUR", 330_282_838).split() == (33_028, 2_838)
    assert "330,282,838" in PAGE and "33,028" in PAGE and "2,838" in PAGE


def test_the_deduction_by_hand_is_what_the_code_takes_off() -> None:
    table = PAGE.split("<!-- by-hand-owed -->")[1].split("\n\n")[0]
    told = [int(value) for value in re.findall(r"\| (\d+) \|", table)]
    t = with_advance(agent="voices", agent_ppm=100_000, withhold="US")
    issued = owed(t, taxes=(Taxed(country="US", table=TABLE, certificate=None),))
    royalty, advance = issued.lines
    off = [d.micro for d in issued.deductions]
    assert told == [royalty.micro, advance.micro, *off, issued.payable_minor * 10_000]


def test_the_tables_that_the_page_gives_are_ones() -> None:
    told = [json.loads(x) for x in re.findall(r"```json\n(.*?)```", PAGE, re.S)]
    table = next(x for x in told if "backup_ppm" in x)
    rates = next(x for x in told if "base" in x)
    assert from_file(table, "docs", "tax-table").rate("JP") == (300_000, "26 U.S.C. § 1441(a)")
    assert from_file(rates, "docs", "rates").subject == "EUR"
