"""Payouts by command: prepared by one, approved by another, confirmed by the bank's file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import yesand
from bank_files import OURS, booked, camt
from yesand.cli import _run as run
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.royalties.books.services import balance, post
from yesand.royalties.ledger import Draft, Side

PASSWORD = "a long enough password 4711"
THEIRS = "GB33BUKB20201555555555"


@pytest.mark.sqlite
def test_paying_by_command(
    house: yesand.House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def say(*words: str, by: str = "", rc: int = 0) -> str:
        told = ["payouts", *words, *(["--by", by] if by else []), "--house", str(house.place.root)]
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        assert run(told) == rc
        printed = capsys.readouterr()
        return " ".join((printed.err if rc else printed.out).split())

    for name, role in (("ada", "producer"), ("ben", "producer"), ("eve", "auditor")):
        people.account(name, role, PASSWORD)
    people.found(house.place, "acme", "Acme", people.Organisation.Kind.LICENSEE)
    sides = Side("licensee:acme", "EUR", 8_000_000), Side("agent:stars", "EUR", -8_000_000)
    post(house.place, [Draft(digest(b"x"), "earned", sides)])
    assert "Only a producer may do this" in say("prepare", "EUR", by="eve", rc=1)
    assert "no bank details" in say("prepare", "eur", by="ada", rc=1)
    wrong = ("account", "agent:stars", "--holder", "Stars", "--iban", THEIRS[:-1] + "6")
    assert "check digits" in say(*wrong, by="ada", rc=2)
    assert "theirs to give" in say("account", "performer:X", *wrong[2:], by="ada", rc=1)
    for payee, number in (("house", OURS), ("agent:stars", THEIRS)):
        said = say("account", payee, "--holder", "Stars", "--iban", number, by="ada")
        assert number not in said and number[-4:] in said
    assert "8.00 EUR to 1 payees; 0 held back." in say("due", "EUR")
    assert "Run EUR-1 waits" in say("prepare", "EUR", by="ada")
    assert "cannot approve" in say("approve", "EUR-1", by="ada", rc=1)
    told = json.loads(say("approve", "EUR-1", "--json", by="ben"))
    out = tmp_path / "payouts.xml"
    say("file", "EUR-1", "--out", str(out), by="ben")
    assert "as it was approved" in say("check", str(out))
    other = tmp_path / "other.xml"
    other.write_bytes(out.read_bytes().replace(THEIRS.encode(), OURS.encode(), 1))
    assert "was changed after" in say("check", str(other), rc=1)
    told_by_bank = tmp_path / "camt.xml"
    told_by_bank.write_bytes(camt(booked(told["sent"][0], "8.00")))
    for _ in range(2):
        assert "1 paid, 0 came back" in say("confirm", str(told_by_bank), by="ada")
    assert balance("bank") == {"EUR": -8_000_000}
    assert "is booked" in say("void", told["sent"][0], "--reason", "no", by="ada", rc=1)
    assert "is held" in say("hold", "agent:stars", "--reason", "a question", by="ada")
    assert "paid again" in say("release", "agent:stars", by="ben")
    assert "No payout run" in say("cancel", "EUR-9", by="ben", rc=2)
