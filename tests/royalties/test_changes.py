"""Why a statement differs from the one before: parts that add up, each by its own cause."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_deducting import after, owed
from test_statement import AGREEMENT, facts, per_request, relies, settled, terms, usage

from yesand.agreements.terms import Amount, Terms
from yesand.royalties.changes import Cause, Change, changes
from yesand.royalties.documents.tongue import Tongue
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.facts import UsageTotal
from yesand.royalties.statement import Statement, statement

ISSUER = Issuer("House", "yes-and/test", "a" * 64, {})


def made(t: Terms, *rows: UsageTotal, ppb: int = 10**8) -> Statement:
    return statement(facts(), settled(*rows), "f" * 64, {AGREEMENT: t}, relies(ppb))


def test_price_quantity_and_share_are_told_apart_in_that_order() -> None:
    was = made(per_request(4_000), usage(1_000), ppb=100_000_000)
    now = made(per_request(5_000), usage(1_200), ppb=150_000_000)
    # 0.40 → 0.50 by the price, → 0.60 by the use, → 0.90 by the share.
    assert changes(was, now) == (
        Change(Cause.PRICE, 100_000),
        Change(Cause.QUANTITY, 100_000),
        Change(Cause.SHARE, 300_000),
    )


def test_what_comes_into_use_is_a_cause_of_its_own() -> None:
    t = per_request(4_000)
    was = made(t, usage(1_000), usage(10, deployment="old"))
    now = made(t, usage(1_000), usage(50, deployment="new"))
    assert changes(was, now) == (Change(Cause.DEPLOYMENTS, 16_000),)


def test_nothing_that_changed_is_nothing_to_tell() -> None:
    was = made(per_request(4_000), usage(1_000))
    assert changes(was, was) == ()
    told = words(was, ISSUER, "en", was)
    assert told["changed"]["rows"] == [] and "to the same" in told["changed"]["lead"]


def test_a_part_of_revenue_changes_by_what_was_earned_and_the_share() -> None:
    t = terms(revenue_share_ppm=200_000)
    row = {"unit": "revenue", "currency": "EUR"}
    was, now = made(t, usage(10**7, **row)), made(t, usage(2 * 10**7, **row), ppb=2 * 10**8)
    assert changes(was, now) == (Change(Cause.QUANTITY, 200_000), Change(Cause.SHARE, 400_000))


def test_the_document_says_it_in_words_that_add_up() -> None:
    t = per_request(4_000, advance=Amount.of("EUR", "1"))
    first = owed(t)
    told = words(owed(t, 2_000, **after(first)), ISSUER, "de", first)
    causes = {row["cause"]: row["amount"] for row in told["changed"]["rows"]}
    assert causes[Tongue("de")("More or less use")] == "+0,40\u00a0EUR"
    assert causes[Tongue("de")("Advance")] == "−1,00\u00a0EUR"
    assert told["changed"]["total"] == "−0,80\u00a0EUR"
    (account,) = told["advances"]
    assert (account["opening"], account["back"], account["closing"]) == (
        "0,60\u00a0EUR",
        "0,60\u00a0EUR",
        "0,00\u00a0EUR",
    )
    assert told["deductions"]["total"] == "−0,60\u00a0EUR"


uses = st.lists(
    st.builds(
        usage,
        st.integers(0, 10**6),
        deployment=st.sampled_from(["coach", "game"]),
        realtime=st.booleans(),
        unit=st.sampled_from(["request", "character"]),
        usage_period=st.sampled_from(["2026-09", "2026-10"]),
    ),
    max_size=5,
)


@given(uses, uses, st.integers(0, 10**5), st.integers(0, 10**5), st.integers(0, 10**9))
def test_the_parts_add_up_to_the_difference_to_the_micro_unit(
    one: list[UsageTotal], other: list[UsageTotal], price: int, later: int, ppb: int
) -> None:
    least = Amount.of("EUR", "2")
    was = made(per_request(price, minimum_per_period=least), *one)
    now = made(per_request(later, minimum_per_period=least), *other, ppb=ppb)
    found = changes(was, now)
    assert sum(c.micro for c in found) == now.total_micro - was.total_micro
    assert [c.cause for c in found] == [c for c in Cause if c in {x.cause for x in found}]
