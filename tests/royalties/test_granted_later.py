"""What puts a month right from before an advance was granted has no part in paying it back."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from test_earned_beyond_said import crossed
from test_statement import facts, per_request

from yesand.agreements.terms import Terms
from yesand.royalties.deducted import AdvanceAccount, Deduction
from yesand.royalties.deducting import taken
from yesand.royalties.facts import Advance, Party
from yesand.royalties.lines import Corrects, Kind, Line

OLD, NEW, NEWER = "1" * 64, "2" * 64, "3" * 64
TERMS = {
    OLD: per_request(4_000),
    NEW: crossed("first", 5_000_000).model_copy(update={"valid_from": date(2026, 10, 1)}),
    NEWER: crossed("second", 3_000_000).model_copy(update={"valid_from": date(2026, 12, 1)}),
}
PARTIES = tuple(Party(agreement=name, payer="studio") for name in TERMS)
Taken = tuple[tuple[Deduction, ...], tuple[AdvanceAccount, ...]]


def earned(micro: int, corrects: str = "") -> Line:
    about = Corrects(statement="5" * 64, line=0, reverses=micro < 0, month=corrects or None)
    return Line(
        kind=Kind.ROYALTY, licensee="studio", agreement=OLD, micro=micro, why="",
        corrects=about if corrects else None,
    )  # fmt: skip


def month(period: str, before: Taken, *lines: Line, form: int = 4) -> Taken:
    """One month's statement, with the advance that it pays, if its terms name one."""
    begun: dict[str, Terms] = {d: t for d, t in TERMS.items() if str(t.valid_from)[:7] <= period}
    left = tuple(
        Advance(
            payer=a.payer, name=a.name, granted_micro=a.granted_micro, open_micro=a.closing_micro,
            over_micro=a.over_micro, granted_in=a.granted_in,
        )
        for a in before[1]
    )  # fmt: skip
    known = {a.name for a in left}
    paid = [
        Line(kind=Kind.ADVANCE, licensee="studio", agreement=d, micro=t.pay.advance.micro, why="")
        for d, t in begun.items()
        if t.pay.advance and t.pay.advance_name not in known
    ]
    parties = tuple(p for p in PARTIES if p.agreement in begun)
    own = facts(period=period, parties=parties, advances=left)
    return taken(own, [*lines, *paid], begun, {}, form=form)


NOTHING: Taken = ((), ())


def chain(*months: tuple[str, tuple[Line, ...]]) -> list[Taken]:
    found = [NOTHING]
    for period, lines in months:
        found.append(month(period, found[-1], *lines))
    return found[1:]


def test_it_is_neither_kept_nor_given_back() -> None:
    for wrong, right, carried in ((1_000_000, 4_000_000, 3_000_000), (4_000_000, 0, -4_000_000)):
        first, second, third = chain(
            ("2026-09", (earned(wrong),)),
            ("2026-10", (earned(2_000_000),)),
            ("2026-11", (earned(-wrong, "2026-09"), earned(right, "2026-09"))),
        )
        assert first == NOTHING
        (back,) = second[0]
        assert (back.micro, second[1][0].closing_micro) == (2_000_000, 3_000_000)
        assert second[1][0].granted_in == "2026-10"
        # What September should have paid goes to the performer whole, or is owed back whole.
        assert third[0] == () and third[1][0].closing_micro == 3_000_000, carried


def test_of_two_advances_what_was_earned_between_them_goes_to_the_first() -> None:
    *_, third, fourth = chain(
        ("2026-10", (earned(4_000_000),)),
        ("2026-11", ()),
        ("2026-12", (earned(500_000),)),
        ("2027-01", (earned(-4_000_000, "2026-10"), earned(7_000_000, "2026-10"))),
    )
    assert [a.closing_micro for a in third[1]] == [500_000, 3_000_000]
    # 3.00 EUR more: 0.50 EUR were open of the first, and the rest is paid out.
    assert [d.micro for d in fourth[0]] == [500_000]
    assert [(a.closing_micro, a.over_micro) for a in fourth[1]] == [(0, 2_500_000), (3_000_000, 0)]


def test_what_was_signed_before_months_were_named_is_reckoned_as_it_was() -> None:
    given = month("2026-10", NOTHING, earned(2_000_000), form=3)
    assert given[1][0].granted_in is None
    late = earned(-1_000_000, "2026-09").model_copy(
        update={"corrects": Corrects(statement="5" * 64, line=0, reverses=True)}
    )
    ((back,), _) = month("2026-10", given, late, form=3)
    assert back.micro == -1_000_000


amounts = st.integers(0, 20_000_000)


@given(amounts, amounts, amounts, amounts, amounts, amounts)
def test_correcting_each_month_is_settling_it_right(
    a: int, b: int, c: int, right_a: int, right_b: int, right_c: int
) -> None:
    before = dict(zip(("2026-08", "2026-09", "2026-10"), (a, b, c), strict=True))
    after = dict(zip(before, (right_a, right_b, right_c), strict=True))
    back = tuple(
        earned(micro, period)
        for period in before
        for micro in (-before[period], after[period])
        if micro
    )
    corrected = chain(*((p, (earned(m),)) for p, m in before.items()), ("2026-11", back))
    once = chain(*((p, (earned(m),)) for p, m in after.items()), ("2026-11", ()))
    assert total(corrected) == total(once)
    assert [(x.closing_micro, x.over_micro) for x in corrected[-1][1]] == [
        (x.closing_micro, x.over_micro) for x in once[-1][1]
    ]


def total(months: list[Taken]) -> int:
    return sum(d.micro for deductions, _ in months for d in deductions)
