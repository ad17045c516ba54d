"""Payment files: valid by the schema and by our own count, the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.money import Money
from yesand.royalties.paying.checking import read
from yesand.royalties.paying.details import details, opened
from yesand.royalties.paying.pain import Order, Transfer, amount, latin, written

HOUSE = details("Haus der Stimmen GmbH", "DE89370400440532013000", "COBADEFFXXX")
ADA = details("Ada Ørsted-Müller", "GB33BUKB20201555555555")
EVE = details("Eve Ltd", "EG800002000156789012345180002", "NBEGEGCX", company=True)


def order(*transfers: Transfer, currency: str = "EUR") -> Order:
    at = datetime(2026, 11, 2, 9, 30, 1, 77, tzinfo=UTC)
    return Order("YA" + "0" * 29, at, date(2026, 11, 3), HOUSE, currency, transfers)


def one(name: str = "YA1", minor: int = 1_250, to: object = ADA) -> Transfer:
    assert isinstance(to, type(ADA))
    return Transfer(name, minor, to, "Yes-And: royalties – “October”")


def test_a_file_says_what_was_ordered_and_always_in_the_same_bytes() -> None:
    asked = order(one(), one("YA2", 1, EVE), one("YA3", 99))
    made = written(asked)
    assert written(order(*reversed(asked.transfers))) == made
    told = read(made)
    assert told.message == asked.message
    assert {(p.end_to_end, p.money, p.iban) for p in told.payments} == {
        ("YA1", Money.of("EUR", "12.50"), ADA.iban),
        ("YA2", Money.of("EUR", "0.01"), EVE.iban),
        ("YA3", Money.of("EUR", "0.99"), ADA.iban),
    }
    assert b"<Nm>Ada Oersted-Mueller</Nm>" in made and b"<Cd>SEPA</Cd>" in made
    # Outside of SEPA is a part of its own, at shared cost.
    assert made.count(b"<PmtInf>") == 2 and made.count(b"SHAR") == 1


def test_a_currency_without_cents_is_paid_whole() -> None:
    made = written(order(one(minor=500), currency="JPY"))
    assert b'<InstdAmt Ccy="JPY">500</InstdAmt>' in made and b"SEPA" not in made
    assert read(made).payments[0].money == Money("JPY", 500_000_000)
    assert amount("KWD", 1_005) == "1.005"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<CtrlSum>12.50<", b"<CtrlSum>12.51<", "control sum"),
        (b"<NbOfTxs>1<", b"<NbOfTxs>2<", "count"),
        (b'Ccy="EUR">12.50', b'Ccy="EUR">21.50', "control sum"),
        (b"GB33BUKB", b"GB34BUKB", "check digits"),
        (b"<PmtMtd>TRF<", b"<PmtMtd>XXX<", "Not a pain.001.001.09"),
        (b"pain.001.001.09", b"pain.001.001.03", "Not a pain.001.001.09"),
        (b"YA1", b"Y" * 36, "Not a pain.001.001.09"),
        (b"12.50", b"0.00", "cannot be paid"),
        (b"12.50", b"12.505", "cannot be paid"),
    ],
)
def test_a_changed_file_is_not_taken(old: bytes, new: bytes, said: str) -> None:
    made = written(order(one()))
    assert old in made
    with pytest.raises(CheckFailed, match=said):
        read(made.replace(old, new))


def test_the_same_id_twice_and_mixed_currencies_are_found() -> None:
    with pytest.raises(CheckFailed, match="same end-to-end id"):
        read(written(order(one(), one())))
    made = written(order(one(), one("YA2"))).replace(b'Ccy="EUR"', b'Ccy="USD"', 1)
    with pytest.raises(CheckFailed, match="mixed"):
        read(made)


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a []><a/>'.encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b"no xml",
        b"",
    ],
)
def test_a_file_that_attacks_its_reader_is_refused(attack: bytes) -> None:
    with pytest.raises(BadInput):
        read(attack)


@given(st.text(max_size=200))
def test_any_name_is_written_in_letters_that_banks_take(name: str) -> None:
    told = latin(name)
    assert 1 <= len(told) <= 70 and told == told.strip() and told.isascii()


def test_details_open_under_their_own_secret_alone() -> None:
    sealed = ADA.sealed("one")
    assert opened(sealed, "one") == ADA and ADA.iban not in sealed
    assert ADA.sealed("one") != sealed
    with pytest.raises(CheckFailed, match="does not open"):
        opened(sealed, "another")


@pytest.mark.parametrize("holder", ["", "  ", "x" * 71, "a\x00b"])
def test_a_holder_has_a_name(holder: str) -> None:
    with pytest.raises(BadInput) as told:
        details(holder, ADA.iban)
    assert told.value.where == "holder"


def test_the_name_of_an_order_is_within_every_part() -> None:
    made = written(replace(order(one(), one("YA2", 1, EVE)), message="YA" + "F" * 29))
    assert b"<PmtInfId>YA" + b"F" * 29 + b"-2<" in made
