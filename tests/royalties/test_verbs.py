"""The ledger's verbs: what is pending ends once and as it began, and both times can be asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

import yesand
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.royalties.books.folios.services import check_folios, leaf
from yesand.royalties.books.history.services import account_named, history
from yesand.royalties.books.services import balance, post, trial_balance
from yesand.royalties.books.writing.services import line, lines
from yesand.royalties.ledger import Draft, Side, Verb, last_day, posted, residues, undone
from yesand.royalties.models import Folio, Posting, Transaction
from yesand.royalties.paying.phases import Step, drafted
from yesand.royalties.triggers import verbs

ANN, FUND, CLEARING, BANK = "performer:Ann", "fund", "clearing", "bank"
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 30)


def moved(name: str, debit: str, credit: str, micro: int = 5, **more: Any) -> Draft:
    sides = Side(debit, "EUR", micro), Side(credit, "EUR", -micro)
    return replace(Draft(name, f"{name} of a test", sides), **more)


WAITING = moved("waiting", ANN, CLEARING, verb=Verb.PENDING)
CARRIED_OUT = posted(WAITING, "carried-out", "posted", BANK)
TAKEN_BACK = undone(WAITING, "taken-back", "void")
EARNED = moved("earned", FUND, ANN)
REVERSED = undone(EARNED, "reversed", "a mistake")


@pytest.fixture
def ann(house: yesand.House) -> yesand.House:
    people.join(house.place, "Ann")
    return house


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
amounts = st.dictionaries(names, st.integers(-(2**52), 2**52), min_size=1, max_size=4)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    sides = [Side(name, "EUR", micro) for name, micro in draw(amounts).items()]
    sides += [Side("rest", "EUR", -1 - sum(s.micro for s in sides)), Side("one", "EUR", 1)]
    day = draw(st.none() | st.dates())
    return Draft(draw(names), draw(names), tuple(sides), Verb.PENDING, draw(st.none() | names), day)


@given(drafts())
def test_a_body_is_over_canonical_bytes_and_knows_no_order_of_sides(draft: Draft) -> None:
    told = [
        "pending",
        draft.memo,
        draft.effective.isoformat() if draft.effective else None,
        draft.follows,
        sorted([s.account, s.currency, s.micro] for s in draft.sides),
    ]
    if all(abs(s.micro) < 2**53 for s in draft.sides):
        assert draft.body == digest(canonical(told))
    assert replace(draft, sides=draft.sides[::-1]).body == draft.body
    assert replace(draft, id="another").body == draft.body


@given(drafts(), st.sampled_from(list(Verb)))
def test_what_undoes_a_transaction_leaves_nothing_of_it(draft: Draft, verb: Verb) -> None:
    begun = replace(draft, verb=verb, follows="something")
    back = undone(begun, "back", "back")
    assert back.verb is (Verb.VOID if verb is Verb.PENDING else Verb.REVERSE)
    assert back.follows == begun.id
    left = {}
    for side in (*begun.sides, *back.sides):
        left[side.account] = left.get(side.account, 0) + side.micro
    assert not any(left.values())


@given(drafts())
def test_what_is_posted_leaves_from_where_it_waited(draft: Draft) -> None:
    end = posted(draft, "end", "end", "goal")
    assert not any(residues(end.sides).values())
    for side in draft.sides:
        if side.micro < 0:
            assert Side(side.account, "EUR", -side.micro) in end.sides
    assert sum(s.micro for s in end.sides if s.account == "goal") == sum(
        s.micro for s in draft.sides if s.micro < 0
    )


def test_an_end_of_nothing_cannot_be_made() -> None:
    for verb in (Verb.POST, Verb.VOID, Verb.REVERSE):
        with pytest.raises(BadInput, match="of nothing"):
            replace(EARNED, verb=verb)


def test_a_month_counts_from_its_last_day() -> None:
    assert last_day("2028-02") == date(2028, 2, 29)
    assert last_day("2026-12") == date(2026, 12, 31)


def test_what_is_pending_is_posted_or_void_and_what_is_posted_is_reversed(
    ann: yesand.House,
) -> None:
    assert post(ann.place, [WAITING, CARRIED_OUT, EARNED, REVERSED]) == 4
    assert balance(ANN) == {"EUR": 5}
    assert balance(CLEARING) == {"EUR": 0} and balance(BANK) == {"EUR": -5}
    assert post(ann.place, [CARRIED_OUT, REVERSED, WAITING]) == 0


#: What is refused: what was posted before, and the end that does not fit it.
UNFIT = {
    "posted before it waited": ([], CARRIED_OUT),
    "posted and void": ([WAITING, CARRIED_OUT], TAKEN_BACK),
    "void and posted": ([WAITING, TAKEN_BACK], CARRIED_OUT),
    "posted twice": ([WAITING, CARRIED_OUT], replace(CARRIED_OUT, id="again")),
    "for less": ([WAITING], posted(moved("waiting", ANN, CLEARING, 4), "x", "less", BANK)),
    "from elsewhere": ([WAITING], posted(moved("waiting", ANN, FUND), "x", "x", BANK)),
    "void to another": ([WAITING], replace(TAKEN_BACK, sides=CARRIED_OUT.sides)),
    "a transfer posted": ([EARNED], replace(CARRIED_OUT, follows="earned")),
    "a transfer made void": ([EARNED], replace(TAKEN_BACK, follows="earned")),
    "what waits is not reversed": ([WAITING], replace(TAKEN_BACK, verb=Verb.REVERSE)),
    "reversed twice": ([EARNED, REVERSED], replace(REVERSED, id="x")),
    "reversed in part": ([EARNED], undone(moved("earned", FUND, ANN, 4), "x", "x")),
}


def test_the_database_refuses_an_end_that_does_not_fit(ann: yesand.House) -> None:
    let_in = []
    for case, (before, end) in UNFIT.items():
        with transaction.atomic():
            post(ann.place, before)
            entries, postings = Entry.objects.count(), list(Posting.objects.values_list())
            try:
                post(ann.place, [end])
            except IntegrityError:
                assert Entry.objects.count() == entries
                assert list(Posting.objects.values_list()) == postings
            else:
                let_in.append(case)
            check_folios()
            transaction.set_rollback(True)
    assert let_in == []


def test_a_payout_is_a_transfer_in_two_phases() -> None:
    told = "E2E", ANN, "EUR", 1234
    begun = drafted(Step.PENDING, *told)
    booked = drafted(Step.BOOKED, *told, OCTOBER)
    assert (begun.verb, begun.follows, begun.effective) == (Verb.PENDING, None, None)
    assert (booked.verb, booked.follows, booked.effective) == (Verb.POST, begun.id, OCTOBER)
    assert drafted(Step.VOID, *told).verb is Verb.VOID
    assert drafted(Step.RETURNED, *told, OCTOBER).follows == begun.id


def test_the_books_are_asked_by_either_time_and_by_both(ann: yesand.House, clock: SetClock) -> None:
    clock.advance(days=10)  # 11 October
    post(ann.place, [moved("a", FUND, ANN, 100)])
    clock.advance(days=40)  # 20 November
    post(ann.place, [moved("late", FUND, ANN, 20, effective=date(2026, 10, 31))])
    post(ann.place, [moved("b", FUND, ANN, 3)])
    clock.advance(days=20)  # 10 December
    post(ann.place, [moved("later", FUND, ANN, 7, effective=date(2026, 10, 1))])
    assert balance(ANN, as_of=OCTOBER) == {"EUR": -100}
    assert balance(ANN, effective=OCTOBER) == {"EUR": -127}
    assert balance(ANN, as_of=NOVEMBER, effective=OCTOBER) == {"EUR": -120}
    assert balance(ANN, effective=date(2026, 10, 10)) == {"EUR": -7}
    assert trial_balance(NOVEMBER, date(2026, 12, 31))[ANN] == {"EUR": -123}
    assert balance(ANN) == {"EUR": -130}
    for days in ((None, OCTOBER), (NOVEMBER, None), (NOVEMBER, OCTOBER)):
        assert sum(sums["EUR"] for sums in trial_balance(*days).values()) == 0
    account = account_named(ANN)
    by_counting = history(account, effective=NOVEMBER).values_list("transaction_id", "running")
    assert list(by_counting) == [("later", -7), ("a", -107), ("late", -127), ("b", -130)]
    first, *_, last = history(account).values_list("transaction_id", flat=True)
    assert (first, last) == ("a", "later")


def test_each_call_that_posts_is_one_leaf_that_the_log_holds(ann: yesand.House) -> None:
    post(ann.place, [WAITING])
    post(ann.place, [WAITING])
    post(ann.place, [EARNED, CARRIED_OUT])
    first, second = Folio.objects.order_by("number")
    assert (first.previous, second.previous) == ("0" * 64, first.digest)
    assert second.digest == leaf(
        first.digest, [(EARNED.id, EARNED.body), (CARRIED_OUT.id, CARRIED_OUT.body)]
    )
    kept = Entry.objects.filter(kind=Kind.LEDGER_POSTED).order_by("index")
    assert [entry.record for entry in kept] == [first.digest, second.digest]
    assert check_folios().startswith("journal: 2 leaves")


FORGERIES = [
    "UPDATE royalties_posting SET micro = micro * 2",
    "UPDATE royalties_posting SET micro = micro + 1 WHERE transaction_id = 'earned'",
    "UPDATE royalties_posting SET currency = 'USD' WHERE micro > 0",
    "DELETE FROM royalties_posting WHERE transaction_id = 'earned' AND micro > 0",
    "UPDATE royalties_transaction SET verb = 'seize' WHERE id = 'earned'",
    "UPDATE royalties_transaction SET verb = 'void' WHERE id = 'earned'",
    "UPDATE royalties_transaction SET follows = NULL WHERE id = 'carried-out'",
    "UPDATE royalties_transaction SET memo = '' WHERE id = 'earned'",
    "UPDATE royalties_account SET name = 'performer:Eve' WHERE name = 'performer:Ann'",
    "UPDATE royalties_transaction SET effective = '2020-01-01'",
    "UPDATE royalties_transaction SET folio = 2 WHERE id = 'earned'",
    "UPDATE royalties_transaction SET folio = NULL",
    "UPDATE royalties_folio SET digest = previous WHERE number = 1",
    "UPDATE royalties_folio SET transactions = 3 WHERE number = 1",
    "DELETE FROM royalties_folio WHERE number = 2",
    "UPDATE provenance_entry SET record = '' WHERE kind = 'ledger.posted'",
]


def test_whoever_changes_the_ledger_past_its_triggers_breaks_the_chain(
    ann: yesand.House, unguard: Callable[[str], None]
) -> None:
    post(ann.place, [WAITING, EARNED])
    post(ann.place, [CARRIED_OUT])
    check_folios()
    for table in ("royalties_posting", "royalties_account", "royalties_transaction"):
        unguard(table)
    unguard("royalties_folio")
    unguard("provenance_entry")
    for forgery in FORGERIES:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forgery)
            with pytest.raises(CheckFailed):
                check_folios()
            transaction.set_rollback(True)
    check_folios()


def guard_again() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE royalties_transaction ENABLE TRIGGER USER")
        return
    with connection.schema_editor() as editor:
        verbs("royalties_transaction", "royalties_posting").tell(editor)


def test_what_was_posted_before_there_were_leaves_is_chained_by_the_first(
    ann: yesand.House, unguard: Callable[[str], None]
) -> None:
    """As a house that was posted to before has it: no verb, no body, no leaf."""
    post(ann.place, [replace(WAITING, verb=Verb.TRANSFER), EARNED])
    for table in ("transaction", "folio"):
        unguard(f"royalties_{table}")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_transaction SET verb = NULL, body = NULL, folio = NULL")
        cursor.execute("DELETE FROM royalties_folio")
    guard_again()
    assert post(ann.place, [EARNED]) == 0
    post(ann.place, [CARRIED_OUT])  # what waited then can be ended now
    assert Folio.objects.get().previous != "0" * 64
    check_folios()
    unguard("royalties_transaction")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE royalties_transaction SET memo = 'other' WHERE id = 'earned'")
    with pytest.raises(CheckFailed):
        check_folios()
    assert Transaction.objects.get(pk="earned").counts_from == date(2026, 10, 1)


@given(st.lists(names | st.integers(-(2**62), 2**62) | st.none(), min_size=1, max_size=5))
def test_a_row_reads_back_from_the_text_that_copy_takes(row: list[object]) -> None:
    told = line(tuple(row))
    assert told.endswith("\n") and told.count("\n") == 1 and told.count("\t") == len(row) - 1
    fields = told[:-1].split("\t")
    for field, value in zip(fields, row, strict=True):
        plain = re.sub(r"\\(.)", lambda m: MEANT.get(m[1], m[1]), field)
        assert (field == r"\N") if value is None else plain == str(value)


@given(
    st.lists(
        st.tuples(names | st.sampled_from([r"\N", "\\", "a\tb", "\r", "b\n"]), st.none() | names),
        min_size=1,
        max_size=4,
    )
)
def test_rows_at_once_read_as_each_alone(rows: list[tuple[str, str | None]]) -> None:
    def read(text: str) -> list[list[str]]:
        fields = (told.split("\t") for told in text.split("\n")[:-1])
        return [
            [re.sub(r"\\(.)", lambda m: MEANT.get(m[1], m[1]), f) for f in row] for row in fields
        ]

    assert read(lines(rows)) == read("".join(map(line, rows)))


#: What a letter after a backslash stands for (PostgreSQL's documentation, COPY, text format).
MEANT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def test_texts_that_copy_reads_otherwise_come_back_as_they_were(ann: yesand.House) -> None:
    odd = replace(EARNED, memo="a\tb\\nc\n\\.\r\\N 🎭", id="odd\\N")
    post(ann.place, [odd])
    assert Transaction.objects.get(pk=odd.id).memo == odd.memo
    assert post(ann.place, [odd]) == 0
    check_folios()


def test_what_comes_in_any_order_is_posted_before_what_ends_it(ann: yesand.House) -> None:
    assert post(ann.place, [CARRIED_OUT, REVERSED, WAITING, EARNED, EARNED]) == 4
    check_folios()
