"""Every denial says what would change it, and what it proposes does change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies_of_terms import requests, terms, withdrawals
from yesand.agreements.change import change, changes
from yesand.agreements.clause import Clause
from yesand.agreements.decision import Request, Withdrawn, decide
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass

NOW = datetime(2026, 10, 1, tzinfo=UTC)
ASKED = Request("acme", Purpose.RESEARCH, UseClass.RECOGNITION, NOW, territory="FR")
WIDE = Terms(
    use_classes=frozenset({UseClass.RECOGNITION}),
    purposes=frozenset({Purpose.RESEARCH}),
    modalities=frozenset({"voice"}),
    territories=frozenset({"DE", "FR"}),
    commercial=True,
    valid_from=date(2026, 1, 1),
    train_until=None,
)


def sentences(of: Terms, *taken: Withdrawn, strike: bool = False) -> list[str]:
    denied = decide(of, ASKED, taken, strike=strike)
    assert not denied.permit
    return [c.sentence for c in changes(denied.clauses, ASKED)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"territories": {"DE", "AT"}}, "Would be permitted in Austria or Germany."),
        ({"territories": set()}, "No place is named: only after the performer signs other terms."),
        ({"valid_from": date(2027, 1, 1)}, "Would be permitted from 2027-01-01."),
        (
            {"valid_from": date(2026, 10, 2), "zone": "Europe/Berlin"},
            "Would be permitted from 2026-10-02 in Europe/Berlin.",
        ),
        (
            {"version": 1, "use_classes": set(UseClass), "purposes": {Purpose.HEALTH}},
            "Would be permitted for the purpose health.",
        ),
        (
            {"minor": True, "represented_by": "guardian", "majority_on": date(2026, 9, 30)},
            "Would be permitted after the performer signs it themselves.",
        ),
        (
            {"valid_until": date(2026, 5, 1)},
            "Was permitted until 2026-05-01; now only under a new agreement.",
        ),
        (
            {"train_until": date(2026, 5, 1)},
            "Training was permitted until 2026-05-01; measuring with it still may be.",
        ),
        (
            {"approval_per_use": {UseClass.RECOGNITION}},
            "Would be permitted after the performer agrees to this use.",
        ),
        ({"commercial": False}, "Would be permitted if no money is made with it."),
        ({"purposes": {Purpose.HEALTH}}, "Would be permitted for the purpose health."),
        ({"trial": True}, "Would be permitted inside this house, where trial terms hold."),
    ],
)
def test_a_denial_says_what_would_change_it(changed: dict[str, object], said: str) -> None:
    assert sentences(Terms.model_validate({**dict(WIDE), **changed})) == [said]


def test_a_replica_that_was_signed_for_with_the_rest_says_what_it_needs() -> None:
    mixed = Terms.parse({**WIDE.as_json(), "version": 1, "use_classes": set(UseClass)})
    asked = replace(ASKED, use_class=UseClass.REPLICA)
    assert [c.sentence for c in changes(decide(mixed, asked).clauses, asked)] == [
        "Would be permitted under an agreement for a replica alone, signed by itself.",
        "Would be permitted after the performer agrees to this use.",
    ]


def test_a_withdrawal_and_a_strike_say_what_they_wait_for() -> None:
    assert sentences(WIDE, Withdrawn(NOW), strike=True) == [
        "Would be permitted after the performer signs a new agreement.",
        "Would be permitted when the strike is over.",
    ]


@given(terms(), requests, st.lists(withdrawals, max_size=2), st.booleans())
def test_what_is_proposed_lifts_its_clause(
    of: Terms, request: Request, taken: list[Withdrawn], strike: bool
) -> None:
    denied = decide(of, request, tuple(taken), strike=strike)
    for each in changes(denied.clauses, request) if not denied.permit else ():
        assert each.sentence.endswith(".")
        if each.request:
            again = decide(of, each.applied(request), tuple(taken), strike=strike)
            assert again.permit or each.clause not in again.clauses


@given(terms(), requests)
def test_where_everything_proposed_is_enough_it_leads_to_a_permit(
    of: Terms, request: Request
) -> None:
    asked = request
    for _ in range(9):
        denied = decide(of, asked)
        if denied.permit:
            return
        open_ = [c for c in changes(denied.clauses, asked) if c.request]
        if len(open_) != len(denied.clauses):
            return  # not all of it is the asker's to change
        asked = open_[0].applied(asked)
    pytest.fail(f"{decide(of, asked).clauses} after nine changes")


TERMS = st.sampled_from([*Terms.model_fields, "statute", "state", "modality", "agreement", "odd"])


@given(TERMS, st.text(max_size=9) | st.just("2026-01-01"), requests)
def test_no_clause_is_without_an_answer(term: str, value: str, request: Request) -> None:
    assert change(Clause(term, value, "why"), request).sentence
