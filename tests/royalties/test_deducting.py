"""From what is earned to what is paid: each deduction, its order, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_statement import AGREEMENT, KEY, OTHER, facts, per_request, relies, settled, usage

from yesand.agreements.terms import Amount, Terms
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed
from yesand.royalties.facts import Hold, Party, SessionHeld, Taxed
from yesand.royalties.instruments.shapes import Certificate, Direction, TaxRow, TaxTable
from yesand.royalties.ledger import drafts_of, residues
from yesand.royalties.lines import Kind, Reliance
from yesand.royalties.statement import (
    Before,
    Statement,
    advances_after,
    parse_settled,
    parse_statement,
    recompute,
    statement,
)

TABLE, CERTIFICATE, DIRECTION = (c * 64 for c in "123")
PARTIES = (Party(agreement=AGREEMENT, payer="studio"),)
US = TaxTable(
    country="US",
    name="us-royalties",
    effective="2026-01-01",
    kinds=(Kind.ROYALTY, Kind.LATE, Kind.MINIMUM, Kind.ADVANCE),
    rows=(TaxRow(residence="DE", ppm=0, law="Art. 12 of the treaty with Germany"),),
    default_ppm=300_000,
    default_law="26 U.S.C. § 1441(a)",
    backup_ppm=240_000,
    backup_law="26 U.S.C. § 3406(a)",
)
AT_HOME = Certificate(
    performer="Actor_07",
    performer_key=KEY,
    country="DE",
    form="W-8BEN",
    effective="2026-01-01",
    until="2028-12-31",
)
TO_AGENT = Direction(
    performer="Actor_07",
    performer_key=KEY,
    role="agent",
    to="best-voices",
    ppm=150_000,
    effective="2026-02-01",
)
BEFORE = Before({TABLE: US, CERTIFICATE: AT_HOME, DIRECTION: TO_AGENT})


def owed(t: Terms, quantity: int = 1_000, **change: Any) -> Statement:
    """A statement of 1,000 requests, of which a tenth is theirs, by these terms."""
    own = facts(**{"parties": PARTIES, **change})
    given_terms = {AGREEMENT: t, OTHER: t}
    return statement(own, settled(usage(quantity)), "f" * 64, given_terms, relies(10**8), BEFORE)


def after(issued: Statement, **change: Any) -> dict[str, Any]:
    """What the next statement brings forward."""
    return {
        "brought_forward_micro": issued.carried_micro,
        "advances": advances_after(issued),
        "previous": "9" * 64,
        **change,
    }


def taken(issued: Statement) -> dict[str, int]:
    return {d.kind.value: d.micro for d in issued.deductions}


def with_advance(amount: str = "1", **more: Any) -> Terms:
    return per_request(4_000, advance=Amount.of("EUR", amount), **more)


def test_an_advance_is_paid_once_and_earned_out() -> None:
    first = owed(with_advance())
    assert [x.kind for x in first.lines] == [Kind.ROYALTY, Kind.ADVANCE]
    assert first.total_micro == 1_400_000 and taken(first) == {"recoupment": 400_000}
    (account,) = first.accounts
    assert (account.opening_micro, account.paid_micro, account.closing_micro) == (
        0,
        1_000_000,
        600_000,
    )
    second = owed(with_advance(), **after(first))
    assert [x.kind for x in second.lines] == [Kind.ROYALTY]
    assert taken(second) == {"recoupment": 400_000} and second.payable_minor == 0
    third = owed(with_advance(), **after(second))
    assert taken(third) == {"recoupment": 200_000} and third.payable_minor == 20
    assert taken(owed(with_advance(), **after(third))) == {}


def test_an_advance_says_what_was_open_and_what_is_now() -> None:
    (deduction,) = owed(with_advance()).deductions
    assert deduction.account == "licensee:studio"
    assert deduction.why == (
        "100 % of 0.40 EUR in royalties goes to the advance “advance” from studio, of which "
        "1.00 EUR was open: 0.60 EUR is open now."
    )


def test_a_part_of_royalties_may_pay_an_advance_back() -> None:
    assert taken(owed(with_advance(recoup_ppm=250_000))) == {"recoupment": 100_000}


def test_a_minimum_and_fees_are_not_recouped_from_unless_terms_say_so() -> None:
    held = SessionHeld(session="s1", agreement=AGREEMENT, payer="studio", on="2026-10-02")
    pay = {
        "minimum_per_period": Amount.of("EUR", "3"),
        "session_fee": Amount.of("EUR", "150"),
    }
    kept = owed(with_advance("500", **pay), sessions=(held,))
    assert taken(kept) == {"recoupment": 400_000}
    also = with_advance("500", **pay, recoup_from={"minimum", "session-fee"})
    assert taken(owed(also, sessions=(held,))) == {"recoupment": 153_000_000}


def test_an_advance_is_paid_back_from_its_own_agreement_or_across_all_with_the_payer() -> None:
    both = (*PARTIES, Party(agreement=OTHER, payer="studio"))
    others = with_advance("9"), per_request(4_000)

    def of(alone: Terms, rest: Terms) -> Statement:
        own = facts(parties=both, weights=(_two_agreements(),))
        terms = {AGREEMENT: rest, OTHER: alone}
        return statement(own, settled(usage(1_000)), "f" * 64, terms, relies(10**8), BEFORE)

    assert taken(of(*others)) == {"recoupment": 200_000}
    across = of(with_advance("9", cross_collateral=True), others[1])
    assert sum(d.micro for d in across.deductions) == 400_000
    assert {d.agreement for d in across.deductions} == {AGREEMENT, OTHER}


def _two_agreements() -> Any:
    from test_statement import weight

    from yesand.royalties.lines import Part

    return weight(
        Part(agreement=AGREEMENT, takes=1, duration_ms=5_000),
        Part(agreement=OTHER, takes=1, duration_ms=5_000),
    )


def test_an_advance_of_the_same_name_in_the_next_agreement_is_not_paid_again() -> None:
    first = owed(with_advance())
    later = (Party(agreement=OTHER, payer="studio"),)
    again = owed(with_advance(), **after(first, parties=later))
    assert Kind.ADVANCE not in {x.kind for x in again.lines}
    new = owed(with_advance(advance_name="second"), **after(first, parties=later))
    assert [a.name for a in new.accounts] == ["advance", "second"]
    assert new.accounts[0].closing_micro == 600_000


def test_an_agent_gets_a_part_of_what_is_left_after_the_advance() -> None:
    t = with_advance(agent="voices", agent_ppm=100_000, recoup_ppm=500_000)
    issued = owed(t)
    assert taken(issued) == {"recoupment": 200_000, "agent": 120_000}
    assert issued.deductions[1].account == "agent:voices"
    directed = owed(t, directions=(DIRECTION,))
    assert taken(directed)["agent"] == 180_000
    assert directed.deductions[1].account == "agent:best-voices"
    assert directed.deductions[1].record == DIRECTION


@pytest.mark.parametrize(
    ("certificate", "rate", "law"),
    [(None, 240_000, "3406"), (CERTIFICATE, 0, "")],
)
def test_tax_is_withheld_by_residence_and_treaty_and_without_one_by_the_backup_rate(
    certificate: str | None, rate: int, law: str
) -> None:
    taxed = (Taxed(country="US", table=TABLE, certificate=certificate),)
    issued = owed(per_request(4_000, withhold="US"), taxes=taxed)
    assert issued.deductions_micro == 400_000 * rate // 10**6
    for deduction in issued.deductions:
        assert deduction.account == "tax:US" and law in deduction.why
        assert deduction.record == TABLE and deduction.rule == "us-royalties of 2026-01-01"


def test_a_residence_without_a_treaty_has_the_default_rate() -> None:
    elsewhere = AT_HOME.model_copy(update={"country": "JP"})
    assert US.rate(elsewhere.country) == (300_000, "26 U.S.C. § 1441(a)")


def test_tax_is_on_what_is_paid_gross_of_the_agent_and_not_twice_on_an_advance() -> None:
    taxed = (Taxed(country="US", table=TABLE, certificate=None),)
    t = with_advance(agent="voices", agent_ppm=100_000, withhold="US")
    issued = owed(t, taxes=taxed)
    # 0.40 earned and kept, 1.00 advanced and paid: 1.00 is taxed, and the agent's tenth is of it.
    assert taken(issued) == {"recoupment": 400_000, "agent": 100_000, "withholding": 240_000}
    assert issued.payable_minor == 66


def test_less_than_the_threshold_is_carried_and_paid_when_it_is_reached() -> None:
    t = per_request(4_000, least_payout=Amount.of("EUR", "0.75"))
    first = owed(t)
    assert (first.payable_minor, first.carried_micro) == (0, 400_000)
    second = owed(t, **after(first))
    assert (second.payable_minor, second.carried_micro) == (80, 0)


def test_a_line_in_dispute_is_earned_and_not_payable_until_it_is_released() -> None:
    hold = Hold(statement="d" * 64, line=0, micro=150_000, released=False)
    first = owed(per_request(4_000), holds=(hold,))
    assert (first.total_micro, first.held_micro, first.payable_minor) == (400_000, 150_000, 25)
    free = hold.model_copy(update={"released": True})
    second = owed(per_request(4_000), **after(first, holds=(free,)))
    assert second.released_micro == 150_000 and second.payable_minor == 55


def test_what_is_below_nothing_is_carried_and_never_charged() -> None:
    issued = owed(
        per_request(4_000), **{**after(owed(per_request(1))), "brought_forward_micro": -9}
    )
    assert issued.payable_minor * 10_000 + issued.carried_micro == 399_991
    deep = owed(per_request(4_000), brought_forward_micro=-1_000_000, previous="9" * 64)
    assert (deep.payable_minor, deep.carried_micro) == (0, -600_000)


def test_the_books_say_who_gets_what_is_taken_off() -> None:
    taxed = (Taxed(country="US", table=TABLE, certificate=None),)
    issued = owed(with_advance(agent="voices", agent_ppm=100_000, withhold="US"), taxes=taxed)
    drafts = list(drafts_of(issued, "e" * 64))
    assert [d.memo for d in drafts] == [
        "statement of 2026-10",
        "deductions in the statement of 2026-10",
    ]
    sums: dict[str, int] = {}
    for side in (s for d in drafts for s in d.sides):
        sums[side.account] = sums.get(side.account, 0) + side.micro
    assert sums == {
        "licensee:acme": 400_000,
        "licensee:studio": 600_000,
        "performer:Actor_07": -660_000,
        "agent:voices": -100_000,
        "tax:US": -240_000,
    }


amounts = st.integers(0, 3_000_000)


@given(
    st.lists(st.integers(0, 5_000), min_size=1, max_size=6),
    amounts,
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    amounts,
    st.booleans(),
)
def test_over_months_everything_is_paid_taken_or_carried_and_an_advance_never_overdrawn(
    months: list[int], advance: int, recoup: int, agent: int, least: int, taxed: bool
) -> None:
    euros = {"currency": "EUR"}
    t = per_request(
        4_000,
        advance=Amount(**euros, micro=advance),
        recoup_ppm=recoup,
        agent="voices" if agent else "",
        agent_ppm=agent,
        withhold="US" if taxed else "",
        least_payout=Amount(**euros, micro=least),
    )
    taxes = (Taxed(country="US", table=TABLE, certificate=None),) if taxed else ()
    earned = paid = off = 0
    carry: dict[str, Any] = {}
    for quantity in months:
        issued = owed(t, quantity, taxes=taxes, **carry)
        again = parse_statement(json.loads(canonical(issued.model_dump(mode="json"))))
        assert again == issued
        for draft in drafts_of(issued, "e" * 64):
            assert not any(residues(draft.sides).values())
        earned += issued.total_micro
        off += issued.deductions_micro
        paid += issued.payable_minor * 10_000
        assert earned == paid + off + issued.carried_micro
        (account,) = issued.accounts
        assert 0 <= account.closing_micro <= advance
        carry = after(issued)
    assert sum(x.micro for x in issued.lines if x.kind is Kind.ADVANCE) in (0, advance)


@pytest.mark.parametrize(
    "name", ["deductions_micro", "held_micro", "released_micro", "least_payout_micro"]
)
def test_a_deduction_that_does_not_follow_is_found(name: str) -> None:
    t = {AGREEMENT: with_advance()}
    issued = owed(t[AGREEMENT])
    given_settled = settled(usage(1_000))
    same = recompute(issued, given_settled, "f" * 64, t, relies(10**8), None, BEFORE)
    assert same == issued
    forged = issued.model_copy(update={name: getattr(issued, name) + 1})
    with pytest.raises(CheckFailed, match=name):
        recompute(forged, given_settled, "f" * 64, t, relies(10**8), None, BEFORE)


def test_an_advance_that_the_statement_before_did_not_leave_is_found() -> None:
    t = {AGREEMENT: with_advance()}
    first = owed(t[AGREEMENT])
    second = owed(t[AGREEMENT], **after(first))
    given_settled = settled(usage(1_000))
    recompute(second, given_settled, "f" * 64, t, relies(10**8), first, BEFORE)
    (was,) = second.advances
    more = was.model_copy(update={"open_micro": was.open_micro + 1})
    forged = second.model_copy(update={"advances": (more,)})
    with pytest.raises(CheckFailed, match="advances"):
        recompute(forged, given_settled, "f" * 64, t, relies(10**8), first, BEFORE)


def test_a_statement_of_form_2_still_recomputes_and_keeps_its_bytes() -> None:
    told = json.loads((Path(__file__).parent / "statement_two.json").read_text("utf-8"))
    issued, month = parse_statement(told["statement"]), parse_settled(told["settled"])
    terms = {AGREEMENT: with_advance()}
    # Form 2 did not count the 1.00 EUR that was earned beyond the advance.
    assert issued.version == 2 and issued.total_micro - issued.deductions_micro == 2_000_000
    again = recompute(issued, month, told["settlement"], terms, relies(10**8), None, BEFORE)
    assert canonical(again.model_dump(mode="json")) == canonical(told["statement"])
    assert advances_after(again)[0].over_micro == 0
    (account,) = owed(with_advance(), 5_000).accounts
    assert (account.closing_micro, account.over_micro) == (0, 1_000_000)


def test_what_is_earned_beyond_an_advance_is_counted_and_a_forged_count_is_found() -> None:
    t = {AGREEMENT: with_advance()}
    first = owed(t[AGREEMENT], 5_000)
    second = owed(t[AGREEMENT], **after(first))
    assert taken(second) == {} and second.accounts[0].over_micro == 1_400_000
    (was,) = second.advances
    forged = second.model_copy(
        update={"advances": (was.model_copy(update={"over_micro": 0}),)},
    )
    with pytest.raises(CheckFailed, match="advances"):
        recompute(forged, settled(usage(1_000)), "f" * 64, t, relies(10**8), first, BEFORE)


def test_a_statement_of_form_1_still_reads_recomputes_and_keeps_its_bytes() -> None:
    told = json.loads((Path(__file__).parent / "statement_one.json").read_text("utf-8"))
    issued, month = parse_statement(told["statement"]), parse_settled(told["settled"])
    terms = {digest: Terms.parse(plain) for digest, plain in told["terms"].items()}
    shares = {model: Reliance(**share) for model, share in told["shares"].items()}
    assert issued.version == 1 and issued.deductions == ()
    again = recompute(issued, month, told["settlement"], terms, shares)
    assert canonical(again.model_dump(mode="json")) == canonical(told["statement"])
    assert canonical(month.model_dump(mode="json")) == canonical(told["settled"])
    assert {d: t.as_json() for d, t in terms.items()} == told["terms"]
