"""What banks tell, in their several versions, and what of it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bank_files import booked, camt, returned
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money
from yesand.royalties.paying.camt import read
from yesand.royalties.paying.matching import Known, Problem, Verdict, judged
from yesand.royalties.paying.phases import Step, drafted, standing
from yesand.royalties.paying.told import Told

TWELVE = Money.of("EUR", "12.50")
DAY = date(2026, 11, 3)


@pytest.mark.parametrize("version", ["02", "08", "13"])
@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_a_booking_and_a_return_are_read_in_every_version(kind: str, version: str) -> None:
    told = read(camt(booked("YA1", "12.50"), returned("YA2", "3.00"), kind=kind, version=version))
    assert told.kind == kind and told.accounts == {"DE89370400440532013000"}
    closed = (DAY, True, "AC04 Account closed", "Ada")
    assert told.movements == (
        Told(True, TWELVE, "YA1", "REF-YA1", DAY, who="Ada", source=kind),
        Told(False, Money.of("EUR", "3.00"), "YA2", "RET-YA2", *closed, source=kind),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("DBIT", "BOTH", "neither credit nor debit"),
        ("12.50", "12.5x", "entry 1"),
        ("12.50", "12.5000001", "finer"),
        ('Ccy="EUR"', 'Ccy="EUX"', "ISO 4217"),
        ("2026-11-03", "2026-13-03", "day of booking"),
        ("camt.054.001", "camt.052.001", "no camt.053"),
        ("<Document", "<!DOCTYPE a []><Document", "document type"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(old: str, new: str, said: str) -> None:
    data = camt(booked("YA1", "12.50"), booked("YA2", "1.00")).decode()
    assert old in data
    with pytest.raises(BadInput, match=said):
        read(data.replace(old, new).encode())


def told(**changes: Any) -> Told:
    given: dict[str, Any] = {
        "out": True,
        "money": TWELVE,
        "end_to_end": "YA1",
        "reference": "R",
        "on": DAY,
    }
    return Told(**{**given, **changes})


def known(**told: str) -> Known:
    """A payout on its way, with steps and the reference of each."""
    steps = {Step.PENDING, *map(Step, told)}
    return Known(TWELVE, frozenset(steps), frozenset((Step(n), "", r) for n, r in told.items()))


@pytest.mark.parametrize(
    ("movement", "payout", "verdict"),
    [
        (told(), known(), Verdict(Step.BOOKED)),
        (told(), known(booked="R"), Verdict(Step.BOOKED, again=True)),
        (told(), known(returned="B"), Verdict(Step.BOOKED)),
        (told(out=False, back=True), known(booked="R"), Verdict(Step.RETURNED)),
        (told(), None, Verdict(problem=Problem.UNKNOWN)),
        (told(), Known(TWELVE, frozenset()), Verdict(problem=Problem.UNSENT)),
        (told(money=Money.of("EUR", "12.49")), known(), Verdict(problem=Problem.AMOUNT)),
        (told(money=Money.of("USD", "12.50")), known(), Verdict(problem=Problem.CURRENCY)),
        (told(out=False), known(), Verdict(problem=Problem.INCOMING)),
        (told(back=True), known(), Verdict(problem=Problem.UNDONE)),
        (told(reference="S"), known(booked="R"), Verdict(problem=Problem.TWICE)),
        (told(reference="S", source="camt.053"), known(booked="R"), Verdict(Step.BOOKED, True)),
        (told(), known(void=""), Verdict(problem=Problem.VOID)),
    ],
)
def test_only_what_fits_exactly_counts(
    movement: Told, payout: Known | None, verdict: Verdict
) -> None:
    assert judged(movement, payout) == verdict


@pytest.mark.parametrize("order", [("booked", "returned"), ("returned", "booked")])
def test_a_return_and_its_booking_end_alike_in_both_orders(order: tuple[str, str]) -> None:
    sums: dict[str, int] = {}
    for step in ("pending", *order):
        for side in drafted(Step(step), "YA1", "performer:Ada", "EUR", 1_250).sides:
            sums[side.account] = sums.get(side.account, 0) + side.micro
    assert sums == {"performer:Ada": 0, "clearing": 0, "bank": 0}
    assert standing(["pending", *order]) is Step.RETURNED
