"""An audit is recorded, computed or declared; past the clause the payer bears its cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import resolve, reverse
from money_desk import Desk, desk_of
from royalties_factories import Stage, terms

import yesand
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.people.sight import Sight
from yesand.provenance.dsse import payload_of
from yesand.provenance.models import Entry
from yesand.royalties.auditing.audit import parse_audit
from yesand.royalties.auditing.services import audit_of, record
from yesand.royalties.books.history.services import account_named, history
from yesand.royalties.books.leading.services import followed
from yesand.royalties.books.services import balance, trial_balance
from yesand.royalties.instruments.shapes import Correction
from yesand.royalties.models import Audit, Transaction
from yesand.royalties.paying.payees.services import owed
from yesand.royalties.redoing.services import correct
from yesand.royalties.services import check_books, settle

pytestmark = pytest.mark.both_databases
CLAUSE = terms(audit_shortfall_ppm=50_000)


@pytest.fixture
def desk(house: yesand.House, tmp_path: Path) -> Desk:
    return desk_of(Stage(house.place, CLAUSE), tmp_path)


def asked(**change: Any) -> dict[str, Any]:
    return {
        "name": "ann-2026",
        "performer": "Ann",
        "since": "2026-09",
        "until": "2026-09",
        "begun": "2026-10-01",
        "due_micro": 100_000_000,
        "unpaid_micro": 6_000_000,
        "cost_currency": "EUR",
        "cost_micro": 9_000_000,
        "paid_by": "actors-union",
        "document": "ab" * 32,
        **change,
    }


def computed(**change: Any) -> dict[str, Any]:
    return asked(**{"due_micro": None, "unpaid_micro": None, **change})


def corrected(desk: Desk, quantity: int) -> None:
    """September had more requests than were settled; October's settlement puts it right."""
    told = {"deployment": "coach", "unit": "request", "usage_period": "2026-09"}
    correction = Correction(
        month="2026-09", effective="2026-10-02", why="an auditor counted", quantity=quantity, **told
    )
    correct(desk.stage.place, correction)


def october(desk: Desk, clock: Any) -> None:
    clock.advance(days=32)
    settle(desk.stage.place, Period(2026, 10))


def test_past_the_clause_the_cost_is_owed_by_the_payer_to_whoever_has_paid_it(desk: Desk) -> None:
    before = balance("licensee:studio").get("EUR", 0)
    made = record(desk.stage.place, asked())
    assert made.payer_bears and "more than 5 %" in audit_of(made).why
    assert balance("audit:actors-union") == {"EUR": -9_000_000}
    assert balance("licensee:studio")["EUR"] - before == 9_000_000
    assert owed("EUR")["audit:actors-union"] == 9_000_000
    assert check_books()


def test_at_the_clause_nothing_is_posted_and_it_says_who_bears_it(desk: Desk) -> None:
    books = trial_balance()
    made = record(desk.stage.place, asked(unpaid_micro=5_000_000))
    assert not made.payer_bears
    assert audit_of(made).why.endswith("who asked for the audit bears 9.00 EUR.")
    assert trial_balance() == books


def test_the_same_audit_twice_is_one_and_another_of_its_name_is_refused(desk: Desk) -> None:
    place = desk.stage.place
    made = record(place, asked())
    assert record(place, asked()) == made
    with pytest.raises(Refused, match="says something else"):
        record(place, asked(cost_micro=8_000_000))
    assert Audit.objects.count() == 1
    assert Entry.objects.filter(kind="pay.audited").count() == 1
    assert Transaction.objects.filter(id__startswith="audit:").count() == 1


def test_a_shortfall_is_computed_from_what_was_stated_since_the_audit_began(
    desk: Desk, clock: Any
) -> None:
    place = desk.stage.place
    corrected(desk, 20)
    with pytest.raises(Refused, match="wait for the next settlement"):
        record(place, computed())
    october(desk, clock)
    made = record(place, computed())
    audit = audit_of(made)
    # 10 requests at 0.004 EUR and half of it were stated, 20 are right: as much again was unpaid.
    assert (audit.basis, audit.due_micro, audit.unpaid_micro) == ("computed", 40_000, 20_000)
    assert made.payer_bears and len(audit.statements) == 2 and len(audit.found_in) == 1
    later = record(place, computed(name="later", begun="2026-12-01"))
    assert (audit_of(later).due_micro, audit_of(later).unpaid_micro) == (40_000, 0)
    assert not later.payer_bears


def test_too_much_that_was_paid_is_no_shortfall(desk: Desk, clock: Any) -> None:
    corrected(desk, 5)
    october(desk, clock)
    audit = audit_of(record(desk.stage.place, computed()))
    assert (audit.due_micro, audit.unpaid_micro, audit.payer_bears) == (10_000, 0, False)


def test_an_audit_that_puts_another_right_takes_its_cost_back(desk: Desk) -> None:
    place = desk.stage.place
    record(place, asked())
    right = record(place, asked(name="right", unpaid_micro=1_000_000, replaces="ann-2026"))
    assert not right.payer_bears
    assert balance("audit:actors-union") == {"EUR": 0}
    made, back = Transaction.objects.filter(id__startswith="audit:").order_by("-verb")
    assert (made.verb, back.verb, back.follows) == ("transfer", "reverse", made.pk)
    assert check_books()
    with pytest.raises(Refused, match="put right already"):
        record(place, asked(name="again", replaces="ann-2026"))


def test_every_posting_of_an_audit_leads_to_its_page(desk: Desk) -> None:
    place = desk.stage.place
    record(place, asked())
    record(place, asked(name="right", cost_micro=8_000_000, replaces="ann-2026"))
    union = account_named("audit:actors-union")
    sight = Sight.of(desk.people["one"])
    moves = followed(list(history(union)), union, sight)
    led = sorted((move.posting.micro, move.address) for move in moves)
    right = reverse("pay_audit", args=["right"])
    assert led == [
        (-9_000_000, reverse("pay_audit", args=["ann-2026"])),
        (-8_000_000, right),
        (9_000_000, right),
    ]
    assert {move.address for move in followed(list(history(union)), union, Sight())} == {""}


@pytest.mark.parametrize("page", ["pay_audit", "tariff"])
@pytest.mark.parametrize("name", ["record", "publish", "new"])
def test_no_name_is_taken_by_a_form(page: str, name: str) -> None:
    assert resolve(reverse(page, args=[name])).url_name == page


@pytest.mark.parametrize(
    ("change", "fault", "said"),
    [
        ({"performer": "Zoe"}, NotFound, "performer"),
        ({"agreements": ["0" * 64]}, NotFound, "agreement"),
        ({"until": "2026-08"}, BadInput, "end after they begin"),
        ({"unpaid_micro": 200_000_000}, BadInput, "between nothing and what was due"),
        ({"unpaid_micro": None}, BadInput, "both, or neither"),
        ({"cost_currency": "XQX"}, BadInput, "XQX"),
        ({"cost_micro": -1}, BadInput, "cost_micro"),
        ({"cost_micro": 1.5}, BadInput, "cost_micro"),
        ({"document": "report.pdf"}, BadInput, "document"),
        ({"replaces": "nothing-such"}, NotFound, "No audit of that name"),
        ({"due_micro": None, "unpaid_micro": None, "since": "2025-01", "until": "2025-12"},
         Refused, "No statement says"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_leaves_nothing(
    desk: Desk, change: dict[str, Any], fault: type[Exception], said: str
) -> None:
    entries = Entry.objects.count()
    with pytest.raises(fault, match=said):
        record(desk.stage.place, asked(**change))
    assert not Audit.objects.exists() and Entry.objects.count() == entries


def test_an_audit_is_never_changed_and_its_outcome_is_checked(desk: Desk) -> None:
    made = record(desk.stage.place, asked())
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Audit.objects.filter(pk=made.pk).update(payer_bears=False)
    predicate = parse(payload_of(made.envelope))["predicate"]
    assert parse_audit(predicate).payer_bears
    for change in ({"unpaid_micro": 1}, {"payer_bears": False}, {"shortfall_ppm": 0}):
        with pytest.raises(CheckFailed, match="not what follows"):
            parse_audit({**json.loads(json.dumps(predicate)), **change})


def test_a_posting_that_no_audit_made_is_found(desk: Desk) -> None:
    record(desk.stage.place, asked())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO royalties_posting (transaction_id, account_id, currency, micro) SELECT "
            "'audit:nobody', account_id, currency, micro FROM royalties_posting "
            "WHERE transaction_id LIKE 'audit:%'"
        )
        cursor.execute(
            "INSERT INTO royalties_transaction (id, at, memo, entry_id, verb, body, folio) SELECT "
            "'audit:nobody', at, memo, entry_id, verb, body, folio FROM royalties_transaction "
            "WHERE id LIKE 'audit:%'"
        )
    with pytest.raises(CheckFailed, match="differ"):
        check_books()
