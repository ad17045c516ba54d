"""Correcting and then settling comes to what settling right in the first place comes to."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_statement import (
    AGREEMENT,
    MODEL,
    OTHER,
    REPORT,
    facts,
    per_request,
    relies,
    settled,
    usage,
)

from yesand.agreements.terms import Amount, Terms
from yesand.kernel.errors import CheckFailed
from yesand.royalties.correcting import Redone, patched, standing
from yesand.royalties.facts import CorrectedMonth, Measured, Party, Recount, Settled
from yesand.royalties.ledger import drafts_of
from yesand.royalties.lines import Kind
from yesand.royalties.statement import Before, Statement, advances_after, facts_of, statement

FIRST, SECOND, THIRD = (c * 64 for c in "567")
PARTIES = (Party(agreement=AGREEMENT, payer="studio"),)


def month(report: str = REPORT, **quantities: int) -> CorrectedMonth:
    """A correction of October; ``row0=5`` corrects the first row of its usage."""
    usage_rows = tuple(Recount(row=int(n[3:]), quantity=q) for n, q in sorted(quantities.items()))
    return CorrectedMonth(
        settlement="f" * 64,
        period="2026-10",
        reports=(Measured(model=MODEL, report=report),),
        usage=usage_rows,
        records=("4" * 64,),
        why="an error of the gateway",
    )


def redone(
    was: Settled, how: CorrectedMonth, ppb: int, *statements: tuple[str, Statement]
) -> Redone:
    parts, lines = standing((digest, issued.lines) for digest, issued in statements)
    right = {MODEL: relies(ppb)[MODEL].model_copy(update={"report": how.reports[0].report})}
    own = facts_of(statements[0][1])
    return Redone(parts, own, lines, patched(was, how), right, how.why)


def made(t: Terms, month_: Settled, ppb: int, before: Before, **change: Any) -> Statement:
    own = facts(**{"parties": PARTIES, **change})
    return statement(own, month_, "f" * 64, {AGREEMENT: t}, relies(ppb), before)


def after(issued: Statement) -> dict[str, Any]:
    return {
        "brought_forward_micro": issued.carried_micro,
        "advances": advances_after(issued),
        "previous": FIRST,
    }


def books(*statements: Statement) -> Counter[str]:
    """What all these statements have posted, by account."""
    sums = Counter[str]()
    for issued in statements:
        for draft in drafts_of(issued, FIRST):
            for side in draft.sides:
                sums[side.account] += side.micro
    return Counter({account: micro for account, micro in sums.items() if micro})


def test_a_correction_takes_the_line_back_and_states_it_again() -> None:
    was, nothing = settled(usage(1_000)), settled()
    first = made(per_request(4_000), was, 10**8, Before())
    how = month(OTHER)
    second = made(
        per_request(4_000),
        nothing,
        10**8,
        Before({}, [redone(was, how, 3 * 10**8, (FIRST, first))]),
    )
    back, right = second.lines
    assert (back.micro, right.micro) == (-400_000, 1_200_000)
    assert back.corrects and (back.corrects.statement, back.corrects.line) == (FIRST, 0)
    assert back.corrects.reverses and right.corrects and not right.corrects.reverses
    assert "Taken back from the statement of 2026-10 (an error of the gateway)" in back.why
    assert right.report == OTHER and right.why.startswith("As the statement of 2026-10 should")
    assert second.total_micro == 800_000 and second.evidence.corrected == (FIRST,)


def test_what_is_not_touched_by_a_correction_is_not_stated_again() -> None:
    was = settled(usage(1_000), usage(50, unit="character"), usage(7, realtime=True))
    first = made(per_request(4_000), was, 10**8, Before())
    how = month(row2=8)
    second = made(
        per_request(4_000), settled(), 10**8, Before({}, [redone(was, how, 10**8, (FIRST, first))])
    )
    assert [x.corrects.line for x in second.lines if x.corrects] == [2, 2]


def test_a_month_is_corrected_twice_and_only_what_stands_is_taken_back() -> None:
    was, t = settled(usage(1_000)), per_request(4_000)
    first = made(t, was, 10**8, Before())
    one = redone(was, month(row0=2_000), 10**8, (FIRST, first))
    second = made(t, settled(), 10**8, Before({}, [one]))
    two = redone(was, month(row0=1_500), 10**8, (FIRST, first), (SECOND, second))
    third = made(t, settled(), 10**8, Before({}, [two]))
    assert [x.micro for x in third.lines] == [-800_000, 600_000]
    assert third.lines[0].corrects and third.lines[0].corrects.statement == SECOND
    assert third.evidence.corrected == (FIRST, SECOND)
    # The same again changes nothing.
    three = redone(was, month(row0=1_500), 10**8, (FIRST, first), (SECOND, second), (THIRD, third))
    assert made(t, settled(), 10**8, Before({}, [three])).lines == ()


def test_a_minimum_that_is_lacking_now_is_added_and_one_too_much_is_taken_back() -> None:
    t = per_request(4_000, minimum_per_period=Amount.of("EUR", "1"))
    was = settled(usage(10_000), covers=("2026-10",))
    first = made(t, was, 10**8, Before())
    assert Kind.MINIMUM not in {x.kind for x in first.lines}
    less = redone(was, month(row0=100), 10**8, (FIRST, first))
    second = made(t, settled(covers=()), 10**8, Before({}, [less]))
    added = [x for x in second.lines if x.kind is Kind.MINIMUM]
    assert [x.corrects.line for x in added if x.corrects] == [None, None]
    assert first.total_micro + second.total_micro == 1_000_000


def test_a_correction_of_what_was_not_settled_is_refused() -> None:
    with pytest.raises(CheckFailed, match="not settled"):
        patched(settled(usage(1)), month(row1=5))


def test_only_what_reverses_a_line_may_be_below_nothing() -> None:
    (line,) = made(per_request(4_000), settled(usage(1_000)), 10**8, Before()).lines
    with pytest.raises(ValueError, match="reverses"):
        type(line)(**{**dict(line), "micro": -1})


shares = st.integers(0, 10**9)
quantities = st.integers(0, 10**6)


changes_of_a_month = st.lists(st.tuples(shares, quantities), min_size=1, max_size=3)


@given(shares, changes_of_a_month, quantities, st.booleans())
def test_correcting_and_then_settling_is_settling_right_to_the_micro_unit(
    measured: int, corrections: list[tuple[int, int]], quantity: int, bound: bool
) -> None:
    comes_to_the_same(measured, corrections, quantity, bound=bound)


large = st.tuples(st.integers(10**8, 10**9), st.integers(10**5, 10**6))


@example((817077201, 220153), [(507069464, 683244), (407608741, 827036)], 0)
@example((144272509, 519501), [(909925047, 841235), (820096753, 66172), (273878287, 123646)], 0)
@given(large, st.lists(large, min_size=1, max_size=3), quantities)
def test_correcting_what_was_earned_far_beyond_an_advance_is_settling_right(
    first: tuple[int, int], corrections: list[tuple[int, int]], later: int
) -> None:
    comes_to_the_same(first[0], corrections, first[1], later, bound=True)


def comes_to_the_same(
    measured: int,
    corrections: list[tuple[int, int]],
    quantity: int,
    later: int = 0,
    *,
    bound: bool,
) -> None:
    """A month corrected so often, and a later one that brings so much, are as if settled right."""
    t = per_request(
        3_333,
        minimum_per_period=Amount.of("EUR", "2"),
        contribution_ppm=123_456,
        **({"advance": Amount.of("EUR", "700"), "recoup_ppm": 10**6} if bound else {}),
    )
    was = settled(usage(quantity), usage(77, unit="character"))
    of_its_own = settled(*([usage(later)] if later else []), covers=())
    issued = [made(t, was, measured, Before())]
    named = [FIRST, SECOND, THIRD, "8" * 64]
    for n, (ppb, count) in enumerate(corrections, 1):
        chain = list(zip(named, issued, strict=False))
        how = redone(was, month(OTHER, row0=count), ppb, *chain)
        own = of_its_own if n == len(corrections) else settled(covers=())
        issued.append(made(t, own, measured, Before({}, [how]), **after(issued[-1])))
    ppb, count = corrections[-1]
    once = [made(t, patched(was, month(REPORT, row0=count)), ppb, Before())]
    once.append(made(t, of_its_own, measured, Before(), **after(once[0])))
    assert total(issued, "total_micro") == total(once, "total_micro")
    assert total(issued, "contributions_micro") == total(once, "contributions_micro")
    assert books(*issued) == books(*once)
    assert advances_after(issued[-1]) == advances_after(once[-1])
    assert paid(issued) == paid(once)


def total(issued: list[Statement], name: str) -> int:
    return sum(getattr(each, name) for each in issued)


def paid(issued: list[Statement]) -> int:
    return total(issued, "payable_minor") * 10_000 + issued[-1].carried_micro


def test_a_correction_takes_from_what_was_paid_before_it_opens_an_earned_out_advance() -> None:
    t = per_request(4_000, advance=Amount.of("EUR", "1"))
    was = settled(usage(5_000))
    first = made(t, was, 10**8, Before())
    assert (first.payable_minor, first.accounts[0].over_micro) == (200, 1_000_000)
    less = redone(was, month(row0=3_000), 10**8, (FIRST, first))
    second = made(t, settled(covers=()), 10**8, Before({}, [less]), **after(first))
    # 1.20 EUR is earned, and the advance of 1.00 EUR with it: 0.80 EUR was paid too much.
    assert second.deductions == () and second.carried_micro == -800_000
    assert (second.accounts[0].closing_micro, second.accounts[0].over_micro) == (0, 200_000)
    chain = (FIRST, first), (SECOND, second)
    least = redone(was, month(row0=1_000), 10**8, *chain)
    third = made(t, settled(covers=()), 10**8, Before({}, [least]), **after(second))
    # 0.40 EUR is earned: another 0.20 EUR was paid too much, and 0.60 EUR are open again.
    (back,) = third.deductions
    assert (back.base_micro, back.micro) == (-800_000, -600_000)
    assert third.carried_micro == -1_000_000
    assert (third.accounts[0].closing_micro, third.accounts[0].over_micro) == (600_000, 0)
