"""Every posting leads to the page of what it follows from, for those who may see that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from money_desk import Desk, desk_of
from royalties_factories import SEPTEMBER, Stage
from test_invoicing import bill_to, came_in

import yesand
from bank_files import OURS
from yesand.kernel.ids import digest_of
from yesand.people.services import performer
from yesand.people.sight import Sight
from yesand.royalties.books.history.services import account_named, history
from yesand.royalties.books.leading.services import followed
from yesand.royalties.books.services import post
from yesand.royalties.disputing import services as disputing
from yesand.royalties.invoicing.billing.services import keep, set_rate
from yesand.royalties.invoicing.services import issue
from yesand.royalties.ledger import Draft, Side, drafts_of
from yesand.royalties.lines import Corrects
from yesand.royalties.models import Invoice, Posting
from yesand.royalties.paying.banking.services import HOUSE
from yesand.royalties.paying.banking.services import keep as keep_bank
from yesand.royalties.paying.details import details
from yesand.royalties.reassigning import services as reassigning
from yesand.royalties.services import payload
from yesand.royalties.statement import parse_statement


@pytest.fixture
def desk(house: yesand.House, tmp_path: Path) -> Desk:
    """Everything that posts but payouts, once."""
    found = desk_of(Stage(house.place), tmp_path)
    place, one, two = house.place, found.people["one"], found.people["two"]
    keep_bank(place, HOUSE, details("Haus", OURS), one)
    told = {"name": "Haus", "address": "Weg 1", "country": "DE", "vat_id": "DE111111111"}
    keep(place, None, one, **told)
    bill_to(found, "DE", "DE222222222")
    set_rate(place, "DE", 190_000, date(2021, 1, 1), one)
    (invoice,) = issue(place, SEPTEMBER)
    came_in(found, "0.01", f"{invoice}", "R1")
    statement = found.statement("Ann")
    row = reassigning.propose(place, statement, 0, performer("Bob"), "Bob's takes", one, 1_000)
    reassigning.decide(place, row, True, two)
    sides = Side("performer:Ann", "EUR", 100), Side("tax:US", "EUR", -100)
    named = digest_of({"deductions": statement.digest}), "deductions"
    post(place, [Draft(*named, sides, follows=statement.digest)], statement.settlement.entry)
    disputing.open_dispute(place, found.statement("Bob"), 0, "not mine", found.people["bob"])
    return found


def led(account: str, sight: Sight) -> dict[str, str]:
    """Return what each posting of an account is about → where it leads."""
    found = account_named(account)
    moves = followed(list(history(found)), found, sight)
    return {move.posting.transaction.memo: move.address for move in moves}


def test_a_producer_is_led_from_every_posting_there_is(desk: Desk) -> None:
    sight = Sight.of(desk.people["one"])
    accounts = set(Posting.objects.values_list("account__name", flat=True))
    assert accounts >= {"performer:Ann", "held:Bob", "licensee:acme", "vat:de", "bank"}
    for name in accounts:
        for memo, address in led(name, sight).items():
            assert address, (name, memo)
    invoice = reverse("invoice", args=[Invoice.objects.get().digest])
    assert set(led("vat:de", sight).values()) == set(led("bank", sight).values()) == {invoice}
    ann = led("performer:Ann", sight)
    statement = reverse("statement", args=[desk.statement("Ann").digest])
    assert ann["deductions"] == statement
    assert reverse("payees") in ann.values()


def test_others_are_led_to_what_is_theirs_alone(desk: Desk) -> None:
    bob = led("performer:Bob", Sight.of(desk.people["bob"]))
    assert sum(address.startswith("/disputes/") for address in bob.values()) == 1
    assert reverse("payees") not in bob.values()
    lab = Sight(licensees=frozenset({desk.stage.coach.licensee_id}))
    acme = led("licensee:acme", lab)
    assert acme["statement of 2026-09"] == ""
    assert {a.split("/")[1] for a in acme.values() if a} == {"invoices"}


def test_what_was_posted_before_leads_by_its_log_entry_and_by_its_id(
    desk: Desk, unguard: Callable[[str], None]
) -> None:
    unguard("royalties_transaction")
    sight, names = Sight.of(desk.people["one"]), ("performer:Ann", "vat:de", "bank")
    before = {name: led(name, sight) for name in names}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_transaction SET verb = NULL, follows = NULL, body = NULL")
    assert {name: led(name, sight) for name in names} == before


def test_a_correction_is_of_the_month_that_it_puts_right(desk: Desk) -> None:
    row = desk.statement("Ann")
    told = parse_statement(payload(row))
    put_right = Corrects(statement=row.digest, line=0, reverses=False)
    line = told.lines[0].model_copy(update={"usage_period": "2026-07", "corrects": put_right})
    drafts = list(drafts_of(told.model_copy(update={"lines": (*told.lines, line)}), row.digest))
    (correction,) = (d for d in drafts if d.memo.startswith("correction"))
    assert correction.memo == "correction of 2026-07 in the statement of 2026-09"
    assert correction.effective == date(2026, 7, 31) and correction.follows == row.digest
    post(desk.stage.place, [replace(correction, id=digest_of("a correction"))], row.entry)
    statement = reverse("statement", args=[row.digest])
    assert led("performer:Ann", Sight.of(desk.people["one"]))[correction.memo] == statement
