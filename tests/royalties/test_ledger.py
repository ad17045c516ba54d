from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

import yesand
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.people import services as people
from yesand.royalties.books.services import balance, post, trial_balance
from yesand.royalties.ledger import FUND, Draft, Side, Verb, residues
from yesand.royalties.models import Account, Posting, Transaction
from yesand.royalties.services import check_books

A, B, C = "a" * 64, "b" * 64, "c" * 64
NOW = "2026-10-01 00:00:00"


def draft(name: str, micro: int = 5, currency: str = "EUR") -> Draft:
    sides = (Side("performer:Ann", currency, -micro), Side(FUND, currency, micro))
    return Draft(name, "a test", sides)


@pytest.fixture
def ann(house: yesand.House) -> yesand.House:
    people.join(house.place, "Ann")
    return house


def sql(*statements: str) -> Callable[[], None]:
    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return run


def posting(name: str, micro: int, currency: str = "EUR") -> str:
    return (
        "INSERT INTO royalties_posting (transaction_id, account_id, currency, micro) "
        f"VALUES ('{name}', (SELECT MIN(id) FROM royalties_account), '{currency}', {micro})"
    )


def seal(name: str) -> str:
    return (
        "INSERT INTO royalties_transaction (id, at, memo, verb, body, folio) "
        f"VALUES ('{name}', '{NOW}', 'm', 'transfer', '{C}', 9)"
    )


def test_what_is_posted_can_be_asked_for(ann: yesand.House) -> None:
    assert post(ann.place, [draft(A), draft(B, 7, "USD")]) == 2
    assert balance("performer:Ann") == {"EUR": -5, "USD": -7}
    assert trial_balance()[FUND] == {"EUR": 5, "USD": 7}
    assert balance("performer:nobody") == {}


def test_posting_the_same_again_changes_nothing(ann: yesand.House) -> None:
    post(ann.place, [draft(A)])
    assert post(ann.place, [draft(A)]) == 0
    assert Posting.objects.count() == 2


#: The same id, and something else in each part of its body.
OTHERS = [
    draft(A, 6),
    draft(A, currency="USD"),
    replace(draft(A), memo="another"),
    replace(draft(A), effective=date(2026, 9, 30)),
    replace(draft(A), follows=B),
    replace(draft(A), verb=Verb.PENDING),
]


def test_the_same_id_with_another_body_is_refused_with_both(ann: yesand.House) -> None:
    post(ann.place, [draft(A)])
    for other in OTHERS:
        for batch in ([draft(B), other], [other, draft(B)]):
            with pytest.raises(Refused, match=f"{draft(A).body} is there, {other.body} was given"):
                post(ann.place, batch)
        with pytest.raises(Refused, match="another body"):
            post(ann.place, [replace(other, id=B), replace(draft(A), id=B)])
    assert Transaction.objects.count() == 1


def test_a_draft_that_does_not_balance_cannot_be_made() -> None:
    with pytest.raises(BadInput):
        Draft(A, "m", (Side(FUND, "EUR", 1), Side("x", "USD", -1)))
    with pytest.raises(BadInput):
        Draft(A, "m", ())


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param((posting(B, 5), posting(B, -4), seal(B)), id="unbalanced"),
        pytest.param((posting(B, 5), posting(B, -5, "USD"), seal(B)), id="mixed currencies"),
        pytest.param((seal(B),), id="without postings"),
        pytest.param((posting(A, 5),), id="late"),
        pytest.param((posting(A, 5), posting(A, -5)), id="late and balanced"),
        pytest.param((posting(B, 0),), id="never sealed"),
        pytest.param(
            (posting(B, 0), posting(C, 5), posting(C, -5), seal(C)), id="one of two never sealed"
        ),
        pytest.param(
            (posting(B, 5), posting(B, -5).replace("MIN(id)", "MIN(id) + 9999"), seal(B)),
            id="no account",
        ),
        pytest.param(
            (
                posting(B, 5),
                posting(B, -5),
                seal(B).replace("memo,", "memo, entry_id,").replace("'m',", "'m', 9999,"),
            ),
            id="no entry",
        ),
        pytest.param(
            (posting(B, 5), posting(B, -5), seal(B).replace("'transfer'", "NULL")), id="no verb"
        ),
        pytest.param(
            (posting(B, 5), posting(B, -5), seal(B).replace("'transfer'", "'give'")), id="odd verb"
        ),
        pytest.param(
            (posting(B, 5), posting(B, -5), seal(B).replace("'transfer'", "'void'")), id="no end"
        ),
        pytest.param(
            (posting(B, 5), posting(B, -5), seal(B).replace(f"'{C}'", "NULL")), id="no body"
        ),
        pytest.param(("UPDATE royalties_account SET name = 'x'",), id="another's account"),
        pytest.param(("UPDATE royalties_posting SET micro = 0",), id="changed"),
        pytest.param(("UPDATE royalties_transaction SET memo = 'x'",), id="renamed"),
        pytest.param(("DELETE FROM royalties_posting",), id="deleted"),
        pytest.param(("DELETE FROM royalties_transaction",), id="unsealed"),
    ],
)
def test_the_database_itself_refuses(ann: yesand.House, attack: tuple[str, ...]) -> None:
    post(ann.place, [draft(A)])
    before = list(Posting.objects.values_list()), list(Transaction.objects.values_list())
    with pytest.raises(IntegrityError):
        sql(*attack)()
    after = list(Posting.objects.values_list()), list(Transaction.objects.values_list())
    assert after == before


@pytest.mark.parametrize("door", ["DELETE FROM", "TRUNCATE", "UPDATE"])
def test_what_is_unsealed_cannot_be_made_forgotten(ann: yesand.House, door: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite asks its foreign keys")
    post(ann.place, [draft(A)])
    told = f"{door} royalties_posting_unsealed{' SET last = 0' if door == 'UPDATE' else ''}"
    with pytest.raises(DatabaseError):
        sql(posting(B, 0), told)()
    if door == "DELETE FROM":  # what is sealed by then may go, and would have gone by itself
        sql(posting(B, 5), posting(B, -5), seal(B), told)()
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM royalties_posting_unsealed")
        assert cursor.fetchone() == (0,)


def test_a_temporary_table_hides_nothing_from_the_ledger(ann: yesand.House) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("temporary tables come first in PostgreSQL")
    post(ann.place, [draft(A)])
    hiding = "CREATE TEMP TABLE royalties_posting_unsealed (first bigint, last bigint)"
    with pytest.raises(IntegrityError, match="without its transaction"):
        sql(hiding, posting(B, 0))()
    assert not Posting.objects.filter(transaction=B).exists()


def test_postings_that_belong_nowhere_are_found_by_the_check(ann: yesand.House) -> None:
    """Two that cancel leave every sum as it was."""
    post(ann.place, [draft(A)])
    there = balance(FUND)
    loose = [
        posting(A, micro).replace("(SELECT MIN(id) FROM royalties_account)", "9999")
        for micro in (7, -7)
    ]
    unasked = {
        "sqlite": ("DROP TRIGGER royalties_posting_open",),
        "postgresql": ("SET LOCAL session_replication_role = replica",),
    }
    with (
        pytest.raises(CheckFailed, match=r"2 of them.*no account|no account.*2 of them"),
        transaction.atomic(),
    ):
        sql(*unasked[connection.vendor], *loose)()
        assert balance(FUND) == there
        check_books()


def test_sqlite_cannot_replace_what_is_posted(ann: yesand.House) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite's")
    post(ann.place, [draft(A)])
    first = Posting.objects.order_by("id").values_list("id", flat=True)[0]
    swap = posting(B, 5).replace("(transaction_id", "(id, transaction_id")
    swap = swap.replace("VALUES (", f"VALUES ({first}, ")
    for attack in (swap, seal(A)):
        with pytest.raises(IntegrityError, match="sealed"):
            sql(attack.replace("INSERT", "INSERT OR REPLACE"))()
    assert Posting.objects.count() == 2


def test_a_fair_transaction_in_plain_sql_is_let_in(ann: yesand.House) -> None:
    post(ann.place, [draft(A)])
    sql(posting(B, 5), posting(B, -5), seal(B))()
    assert Transaction.objects.filter(id=B).exists()


amounts = st.lists(
    st.tuples(st.sampled_from(["EUR", "USD", "JPY"]), st.integers(-(10**12), 10**12)), min_size=1
)


@given(amounts)
def test_only_drafts_that_balance_exist(given_: list[tuple[str, int]]) -> None:
    sides = tuple(Side("x", currency, micro) for currency, micro in given_)
    sums = residues(sides)
    rest = tuple(Side("y", currency, -micro) for currency, micro in sums.items())
    assert not any(residues(Draft(A, "m", (*sides, *rest)).sides).values())
    if any(sums.values()):
        with pytest.raises(BadInput):
            Draft(A, "m", sides)


def test_accounts_know_whose_they_are(ann: yesand.House) -> None:
    post(ann.place, [draft(A)])
    account = Account.objects.get(name="performer:Ann")
    assert account.performer is not None and account.performer.handle == "Ann"
