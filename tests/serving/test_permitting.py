"""What a served model may answer for: the law first, then what the gate permitted, else nothing."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime
from itertools import product
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements.clause import Request
from yesand.agreements.statute import EEA
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import BadInput
from yesand.serving import permitting, predictor
from yesand.serving.errors import NotPermitted
from yesand.serving.permitting import Permission, Reason, Setting, Use

AT = datetime(2026, 11, 1, tzinfo=UTC)
BEGAN = datetime(2026, 10, 1, tzinfo=UTC)


def manifest(trial: bool = False, **changes: Any) -> SignedManifest:
    told = {"purpose": "entertainment", "use_class": "recognition", "territory": "DE", **changes}
    request = Request("acme", at=BEGAN, **told).as_json()
    return SignedManifest("ab" * 32, request, (), 0, trial, {})


def use(**changes: Any) -> Use:
    told = {"purpose": "entertainment", "territory": "DE", "setting": "elsewhere", **changes}
    return Use.parse(told)


def check(signed: SignedManifest, licensee: str, asked: Use, at: datetime) -> None:
    Permission.of(signed).check(licensee, asked, at)


def refused(signed: SignedManifest, asked: Use, licensee: str = "acme") -> str:
    with pytest.raises(NotPermitted) as told:
        check(signed, licensee, asked, AT)
    return str(told.value)


@pytest.mark.parametrize("module", [permitting, predictor])
def test_the_examples_in_the_docstrings_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted and not found.failed


def test_what_the_gate_permitted_may_be_answered() -> None:
    check(manifest(), "acme", use(), AT)
    check(manifest(territory="*"), "acme", use(territory="US"), AT)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"setting": ""}, "setting = none"),
        ({"territory": "*"}, "territories"),
        ({"territory": "FR"}, "territories"),
        ({"purpose": "advertising"}, "purposes"),
        ({"purpose": "political"}, "banned_purposes"),
    ],
)
def test_what_is_not_named_or_not_said_is_denied(changes: dict[str, str], named: str) -> None:
    assert named in refused(manifest(), use(**changes))


def test_a_use_without_a_purpose_is_denied_and_an_unknown_one_is_bad() -> None:
    with pytest.raises(NotPermitted, match="no purpose is stated"):
        Use.parse({"territory": "DE"})
    with pytest.raises(BadInput):
        use(purpose="fortune-telling")
    with pytest.raises(BadInput):
        use(consent="they all said yes")


def test_money_is_made_only_where_the_gate_permitted_that() -> None:
    signed = manifest(commercial=False)
    assert "commercial" in refused(signed, use())
    check(signed, "acme", use(commercial=False), AT)


def test_a_model_that_was_licensed_for_something_else_recognises_nobody() -> None:
    assert "recognition is not named" in refused(manifest(use_class="synthesis"), use())
    assert "recognition is not named" in refused(manifest(use_class="replica"), use())


def test_trial_terms_serve_nobody_outside_the_house() -> None:
    assert "trial" in refused(manifest(trial=True), use())
    check(manifest(trial=True), "house-lab", use(), AT)


@pytest.mark.parametrize("setting", ["workplace", "education"])
@pytest.mark.parametrize("territory", ["DE", "IS", "*"])
@pytest.mark.parametrize("reason", ["", "medical", "safety"])
def test_work_and_education_are_banned_whoever_agrees(
    setting: str, territory: str, reason: str
) -> None:
    for purpose in ("entertainment", setting):
        signed = manifest(purpose=purpose, territory="*")
        said = refused(signed, use(purpose=purpose, territory=territory, setting=setting,
                                   reason=reason))  # fmt: skip
        assert "EU AI Act Art. 5(1)(f)" in said


def test_medical_reasons_are_heard_only_for_health_and_only_where_the_gate_permitted_it() -> None:
    asked = use(purpose="health", setting="workplace", reason="medical")
    check(manifest(purpose="health"), "acme", asked, AT)
    assert "purposes" in refused(manifest(), asked)
    assert "5(1)(f)" in refused(
        manifest(purpose="health"), use(purpose="health", setting="workplace")
    )
    safety = use(purpose="health", setting="workplace", reason="safety")
    assert "5(1)(f)" in refused(manifest(purpose="health"), safety)


def test_outside_the_eea_work_needs_a_manifest_that_names_it() -> None:
    asked = use(purpose="workplace", territory="US", setting="workplace")
    check(manifest(purpose="workplace", territory="US"), "acme", asked, AT)
    asked = use(territory="US", setting="workplace")
    assert "workplace is not named" in refused(manifest(territory="US"), asked)


@given(
    purpose=st.sampled_from(Purpose),
    of_gate=st.sampled_from(Purpose),
    territory=st.sampled_from(["DE", "US", "NO", "*", "XX"]),
    setting=st.sampled_from(Setting),
    commercial=st.booleans(),
    reason=st.sampled_from(Reason),
)
def test_nothing_is_ever_permitted_beyond_the_manifest_or_against_the_law(
    purpose: Purpose,
    of_gate: Purpose,
    territory: str,
    setting: Setting,
    commercial: bool,
    reason: Reason,
) -> None:
    signed = manifest(purpose=of_gate, territory="*", commercial=False)
    asked = Use(purpose, territory, setting, commercial, reason)
    try:
        check(signed, "acme", asked, AT)
    except NotPermitted as fault:
        assert fault.clauses
        return
    assert purpose is of_gate and not commercial and setting is not Setting.UNKNOWN
    banned = setting is not Setting.ELSEWHERE or purpose in {Purpose.WORKPLACE, Purpose.EDUCATION}
    medical = purpose is Purpose.HEALTH and reason is Reason.MEDICAL
    assert medical or not (banned and territory in EEA | {"*"})


def test_every_use_class_but_recognition_is_refused_everywhere() -> None:
    for kind, territory in product(set(UseClass) - {UseClass.RECOGNITION}, ("DE", "US")):
        refused(manifest(use_class=kind, territory=territory), use(territory=territory))
