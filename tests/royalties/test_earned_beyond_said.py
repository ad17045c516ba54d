"""What is said of an advance that more than it was earned towards, and in which order they go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from test_deducting import owed, with_advance
from test_statement import AGREEMENT, facts, per_request

from yesand.agreements.terms import Amount, Terms
from yesand.royalties.deducted import AdvanceAccount, Deduction
from yesand.royalties.deducting import taken
from yesand.royalties.facts import Advance, Party
from yesand.royalties.lines import Corrects, Kind, Line

#: Two agreements and what they are called once each is amended: the other way round.
NAMES = (("1" * 64, "2" * 64), ("4" * 64, "3" * 64))


def crossed(name: str, amount: int, ppm: int = 1_000_000) -> Terms:
    """Terms with an advance that every agreement with its producer pays back."""
    granted = Amount(currency="EUR", micro=amount)
    return per_request(
        4_000, advance=granted, advance_name=name, recoup_ppm=ppm, cross_collateral=True
    )


def line(agreement: str, micro: int) -> Line:
    back = Corrects(statement="5" * 64, line=0, reverses=True)
    return Line(
        kind=Kind.ROYALTY, licensee="studio", agreement=agreement, micro=micro, why="",
        corrects=back if micro < 0 else None,
    )  # fmt: skip


def month(
    names: tuple[str, ...], advances: tuple[Advance, ...], terms: tuple[Terms, ...], *micros: int
) -> tuple[tuple[Deduction, ...], tuple[AdvanceAccount, ...]]:
    """Take the advances off what each agreement earned; the first month pays them."""
    signed = sorted(zip(names, terms, strict=True))
    own = facts(
        parties=tuple(Party(agreement=name, payer="studio") for name, _ in signed),
        advances=advances,
    )
    lines = [line(*one) for one in zip(names, micros, strict=True)]
    if not advances:
        lines += [
            Line(kind=Kind.ADVANCE, licensee="studio", agreement=name, micro=t.pay.advance.micro,
                 why="")
            for name, t in signed if t.pay.advance
        ]  # fmt: skip
    return taken(own, lines, dict(signed), {})


def left(accounts: tuple[AdvanceAccount, ...]) -> tuple[Advance, ...]:
    return tuple(
        Advance(
            payer=a.payer, name=a.name, granted_micro=a.granted_micro, open_micro=a.closing_micro,
            over_micro=a.over_micro,
        )
        for a in accounts
    )  # fmt: skip


some = st.integers(0, 10_000_000)


@given(some, some, some, some)
def test_a_correction_undoes_a_month_though_the_agreements_were_amended_since(
    one: int, two: int, first: int, second: int
) -> None:
    terms = crossed("one", one + 1), crossed("two", two + 1)
    before, flipped = NAMES
    # The advances are paid; then something is earned, which is taken back under other digests.
    _, opened = month(before, (), terms, 0, 0)
    _, earned = month(before, left(opened), terms, first, second)
    for names in NAMES:
        _, again = month(names, left(earned), terms, -first, -second)
        assert left(again) == left(opened)
    # And what is earned under other digests counts the same.
    assert left(month(flipped, left(opened), terms, first, second)[1]) == left(earned)


def test_what_is_earned_beyond_an_advance_is_said_with_its_recoupment() -> None:
    issued = owed(with_advance(), 5_000)
    (deduction,) = issued.deductions
    assert deduction.why == (
        "100 % of 2.00 EUR in royalties goes to the advance “advance” from studio, of which "
        "1.00 EUR was open: 0.00 EUR is open now, and 1.00 EUR is earned beyond it."
    )


def said(over: int, open_: int, base: int) -> str:
    was = Advance(
        payer="studio", name="advance", granted_micro=1_000_000, open_micro=open_, over_micro=over
    )
    (found,), _ = month((AGREEMENT,), (was,), (with_advance(),), base)
    return found.why


def test_a_correction_says_what_comes_from_where() -> None:
    assert said(200_000, 0, -800_000) == (
        "100 % of -0.80 EUR in royalties is -0.80 EUR. Of this 0.20 EUR comes from what was "
        "earned beyond the advance “advance” from studio, and 0.60 EUR from what was paid back on "
        "it, of which 0.00 EUR was open: 0.60 EUR is open now."
    )
    assert said(0, 400_000, -1_500_000) == (
        "100 % of -1.50 EUR in royalties is -1.50 EUR. Of this 0.60 EUR comes from what was paid "
        "back on the advance “advance” from studio, of which 0.40 EUR was open: 1.00 EUR is open "
        "now. The other 0.90 EUR was never earned towards it."
    )
    assert said(200_000, 0, -1_500_000).endswith(
        "and 1.00 EUR from what was paid back on it, of which 0.00 EUR was open: 1.00 EUR is open "
        "now. The other 0.30 EUR was never earned towards it."
    )
