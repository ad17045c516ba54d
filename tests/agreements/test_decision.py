from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from strategies_of_terms import approvals, approving, fitting, requests, some, terms, withdrawals
from yesand.agreements import statute
from yesand.agreements.compiled import Ask, Rule, permits
from yesand.agreements.decision import Decision, Request, Withdrawn, decide
from yesand.agreements.templates import corpus_licence, standard, trial
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

START = date(2026, 10, 1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ASKED = Request("house-lab", Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION, NOW, territory="DE")
STANDARD = standard("recognition", START).terms


def names(decision: Decision) -> list[str]:
    return [clause.term for clause in decision.clauses]


def test_the_standard_permits_what_it_is_for_and_names_the_clauses() -> None:
    decision = decide(STANDARD, ASKED)
    assert decision.permit
    assert names(decision) == (
        "use_classes purposes modalities materials territories commercial".split()
    )


def test_ravdess_refuses_money_by_its_own_licence() -> None:
    licence = corpus_licence("ravdess", START).terms
    decision = decide(licence, ASKED)
    assert not decision.permit
    assert names(decision) == ["purposes", "commercial", "corpus_licence"]
    assert decision.clauses[-1].value == "CC-BY-NC-SA-4.0"
    assert decide(licence, replace(ASKED, commercial=False, purpose=Purpose.RESEARCH)).permit


def test_trial_terms_serve_the_house_alone_and_nothing_leaves_it() -> None:
    terms = trial(UseClass.RECOGNITION, corpus_licence("ravdess", START).terms, START).terms
    assert decide(terms, ASKED).permit
    assert names(decide(terms, replace(ASKED, licensee="acme"))) == ["trial"]
    assert names(decide(terms, replace(ASKED, action=Action.EXPORT))) == ["trial"]


@pytest.mark.parametrize("purpose", [Purpose.WORKPLACE, Purpose.EDUCATION])
@pytest.mark.parametrize("territory", ["DE", "NO", "*"])
def test_nobody_can_consent_to_emotion_inference_at_work_or_in_education(
    purpose: Purpose, territory: str
) -> None:
    request = replace(ASKED, purpose=purpose, territory=territory)
    decision = decide(fitting(request), request)
    assert names(decision) == ["statute"]
    assert "5(1)(f)" in decision.clauses[0].value
    abroad = replace(request, territory="US")
    assert decide(fitting(abroad), abroad).permit


def test_synthesis_infers_nobody_and_is_not_under_that_statute() -> None:
    request = replace(ASKED, purpose=Purpose.EDUCATION, use_class=UseClass.SYNTHESIS)
    assert decide(fitting(request), request).permit


def test_the_statute_names_every_state_of_the_eea() -> None:
    assert len(statute.EEA) == 30


@given(terms(), requests, st.lists(withdrawals, max_size=2).map(tuple))
def test_no_terms_permit_what_a_statute_forbids(
    given_terms: Terms, request: Request, taken: tuple[Withdrawn, ...]
) -> None:
    if list(statute.forbidden(request)):
        decision = decide(given_terms, request, taken)
        assert not decision.permit and decision.clauses[0].term == "statute"


@given(terms(), requests, withdrawals)
def test_any_withdrawal_that_covers_the_request_denies(
    given_terms: Terms, request: Request, withdrawal: Withdrawn
) -> None:
    decision = decide(given_terms, request, (withdrawal,))
    if withdrawal.covers(request):
        assert not decision.permit and "withdrawal" in names(decision)
    else:
        assert decision == decide(given_terms, request)


def test_a_withdrawal_without_a_scope_covers_everything() -> None:
    assert not decide(STANDARD, ASKED, (Withdrawn(NOW + timedelta(days=9)),)).permit


WIDENINGS: dict[str, Any] = {
    "use_classes": some(UseClass),
    "purposes": some(Purpose),
    "modalities": some(Modality),
    "materials": some(Material),
    "territories": st.frozensets(st.sampled_from(["*", "DE", "US"])),
}


@given(terms(), requests, withdrawals, st.data())
def test_widening_terms_never_turns_a_permit_into_a_denial(
    narrow: Terms, request: Request, withdrawal: Withdrawn, data: st.DataObject
) -> None:
    wider: dict[str, Any] = {
        name: getattr(narrow, name) | data.draw(more) for name, more in WIDENINGS.items()
    }
    # A replica is licensed alone: beside other uses it would be signed for with them.
    if UseClass.REPLICA in wider["use_classes"]:
        wider["use_classes"] = narrow.use_classes
    wider["banned_purposes"] = narrow.banned_purposes - wider["purposes"]
    wider["approval_per_use"] = frozenset(
        u for u in narrow.approval_per_use if data.draw(st.booleans())
    )
    wider["commercial"] = narrow.commercial or data.draw(st.booleans())
    wider["valid_from"] = narrow.valid_from - timedelta(days=data.draw(st.integers(0, 9)))
    for end in ("valid_until", "train_until"):
        wider[end] = data.draw(st.sampled_from([None, getattr(narrow, end)]))
    wider["suspended_in_strike"] = narrow.suspended_in_strike and data.draw(st.booleans())
    wider["trial"] = narrow.trial and data.draw(st.booleans())
    wide = narrow.model_copy(update=wider)
    for strike in (False, True):
        if decide(narrow, request, (withdrawal,), strike=strike).permit:
            assert decide(wide, request, (withdrawal,), strike=strike).permit


@given(requests, withdrawals, st.data())
def test_whatever_is_taken_from_fitting_terms_denies(
    request: Request, withdrawal: Withdrawn, data: st.DataObject
) -> None:
    whole = fitting(request)
    assume(decide(whole, request).permit)
    name = data.draw(st.sampled_from(sorted(WIDENINGS)))
    decision = decide(whole.model_copy(update={name: frozenset()}), request)
    assert names(decision) == [name]


@given(terms(), requests, st.booleans())
def test_a_denial_lists_every_failing_clause_and_a_permit_none(
    given_terms: Terms, request: Request, strike: bool
) -> None:
    decision = decide(given_terms, request, strike=strike)
    missing = {
        name
        for name, wanted in (
            ("purposes", request.purpose),
            ("modalities", request.modality),
            ("materials", request.material),
        )
        if wanted not in getattr(given_terms, name)
    }
    if request.purpose in given_terms.banned_purposes:
        missing.add("banned_purposes")
    if strike and given_terms.suspended_in_strike:
        missing.add("suspended_in_strike")
    if missing:
        assert not decision.permit and missing <= set(names(decision))
    assert decision.clauses


@given(terms(), requests)
def test_more_withdrawals_never_permit_more(given_terms: Terms, request: Request) -> None:
    narrow = Withdrawn(NOW, purposes=frozenset({Purpose.HEALTH}))
    if decide(given_terms, request, (narrow,)).permit:
        assert decide(given_terms, request).permit


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 9, 30), "valid_from"),
        (date(2029, 10, 2), "train_until"),
        (date(2031, 10, 2), "valid_until"),
    ],
)
def test_outside_its_days_an_agreement_permits_nothing(day: date, term: str) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert term in names(decide(STANDARD, replace(ASKED, at=at)))


def test_the_first_and_the_last_day_are_within() -> None:
    for day in (START, STANDARD.train_until):
        assert day
        at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        assert decide(STANDARD, replace(ASKED, at=at)).permit


def test_a_moment_without_a_zone_is_denied_and_not_a_crash() -> None:
    assert names(decide(STANDARD, replace(ASKED, at=datetime(2026, 11, 1)))) == ["at"]  # noqa: DTZ001


def test_a_country_that_is_none_is_denied_even_under_the_world() -> None:
    assert names(decide(STANDARD, replace(ASKED, territory="Narnia"))) == ["territories"]


def test_a_named_country_does_not_open_the_world() -> None:
    german = standard("recognition", START, territories=["DE"]).terms
    assert decide(german, ASKED).permit
    assert names(decide(german, replace(ASKED, territory="*"))) == ["territories"]


def test_evaluation_measures_and_never_fits() -> None:
    request = replace(ASKED, use_class=UseClass.EVALUATION)
    assert names(decide(STANDARD, request)) == ["use_classes"]
    assert decide(STANDARD, replace(request, action=Action.EVALUATE)).permit


def test_a_replica_needs_the_performer_each_time() -> None:
    request = replace(ASKED, use_class=UseClass.REPLICA)
    terms = fitting(request).model_copy(update={"approval_per_use": frozenset({UseClass.REPLICA})})
    assert names(decide(terms, request)) == ["approval_per_use"]


def test_a_strike_suspends_what_says_so() -> None:
    assert names(decide(STANDARD, ASKED, strike=True)) == ["suspended_in_strike"]
    willing = STANDARD.model_copy(update={"suspended_in_strike": False})
    assert decide(willing, ASKED, strike=True).permit


@settings(max_examples=500, deadline=None)
@given(requests, st.data())
def test_compiled_terms_permit_exactly_what_the_decision_permits(
    request: Request, data: st.DataObject
) -> None:
    own = data.draw(terms() | st.just(fitting(request)))
    taken = tuple(data.draw(st.lists(withdrawals, max_size=2)))
    strike = data.draw(st.booleans())
    compiled = permits(Rule.of(own), Ask.of(request, strike=strike), taken)
    assert compiled == decide(own, request, taken, strike=strike).permit


@settings(max_examples=500, deadline=None)
@given(requests, st.data())
def test_compiled_leave_for_single_uses_permits_exactly_what_the_decision_permits(
    request: Request, data: st.DataObject
) -> None:
    asking = {"approval_per_use": frozenset({request.use_class})}
    own = data.draw(terms() | st.just(fitting(request))).model_copy(update=asking)
    given_leave = tuple(data.draw(st.lists(approving(request) | approvals, max_size=3)))
    decision = decide(own, request, approvals=given_leave)
    assert permits(Rule.of(own), Ask.of(request), (), approvals=given_leave) == decision.permit
    if decision.permit:
        assert "agreed to this use" in next(
            c.reason for c in decision.clauses if c.term == "approval_per_use"
        )


def test_compiled_terms_know_no_moment_without_a_zone_and_no_unknown_place() -> None:
    rule = Rule.of(fitting(ASKED))
    assert permits(rule, Ask.of(ASKED))
    assert not permits(rule, Ask.of(replace(ASKED, at=NOW.replace(tzinfo=None))))
    assert not permits(rule, Ask.of(replace(ASKED, territory="XX")))


@given(requests)
def test_a_request_survives_its_json(request: Request) -> None:
    assert Request.parse(request.as_json()) == request


def test_a_request_with_errors_lists_each_of_them() -> None:
    wrong = {**ASKED.as_json(), "purpose": "fun", "modality": "smell", "extra": 1}
    with pytest.raises(BadInput) as fault:
        Request.parse(wrong)
    assert all(name in fault.value.what for name in ("purpose", "modality", "extra"))
