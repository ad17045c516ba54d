from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from small_troupe import START, ask, troupe
from yesand.agreements import services as agreements
from yesand.agreements.scope import Scope
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms, Withdrawing
from yesand.agreements.vocabulary import Purpose
from yesand.corpus import services as corpus
from yesand.corpus.models import Manifest
from yesand.kernel.clock import SetClock
from yesand.kernel.ids import digest_of
from yesand.oversight.duties import Due, Duty, Holding, arising, strictest
from yesand.oversight.models import Obligation
from yesand.oversight.services import _once, obligations
from yesand.people import services as people
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.training.models import Decommission, Deployment, TrainedModel


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    return house


def trained(house: yesand.House, manifest: str, name: str = "ear") -> TrainedModel:
    digest = digest_of({"model": name})
    return TrainedModel.objects.create(
        digest=digest,
        name=name,
        manifest=Manifest.objects.get(digest=manifest),
        run={},
        card={},
        envelope={},
        at=house.place.clock.now(),
        entry=log.record(house.place, Kind.MODEL_REGISTERED, digest),
    )


def deployed(house: yesand.House, model: TrainedModel, name: str = "ear-live") -> Deployment:
    return Deployment.objects.create(
        name=name,
        model=model,
        licensee=people.organisation("house-lab"),
        since=house.place.clock.now(),
        envelope={},
        entry=log.record(house.place, Kind.DEPLOYMENT_STARTED, digest_of({"deployment": name})),
    )


def told(found: list[Obligation]) -> set[tuple[str, str, str]]:
    return {(o.duty, o.bearer.slug, o.subject.split(":")[0]) for o in found}


def test_a_withdrawal_raises_every_duty_with_its_date(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    deployed(filled, trained(filled, manifest.digest))
    withdrawal = agreements.withdraw(filled.place, people.performer("Bert"))
    found = obligations(filled.place, withdrawal)
    assert told(found) == {
        ("stop training", "house-lab", "manifest"),
        ("notify", "producer", "manifest"),
        ("notify", "producer", "deployment"),
        ("delete recordings", "house-lab", "manifest"),
        ("delete recordings", "producer", "performer"),
        ("retrain or retire", "house-lab", "model"),
        ("go on paying", "house-lab", "deployment"),
    }
    days = {o.duty: (o.due - withdrawal.at).days for o in found if o.due}
    assert days == {
        "stop training": 0,
        "notify": 7,
        "delete recordings": 30,
        "retrain or retire": 180,
    }
    assert found[0].duty == "stop training" and found[-1].duty == "go on paying"
    assert "withdrawing.notify_days = 7" in {o.clause for o in found}


def test_raising_obligations_again_changes_nothing(filled: yesand.House, clock: SetClock) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    withdrawal = agreements.withdraw(filled.place, people.performer("Bert"))
    first = obligations(filled.place, withdrawal)
    clock.advance(days=5)
    assert obligations(filled.place, withdrawal) == first
    trained(filled, manifest.digest)
    later = obligations(filled.place, withdrawal)
    assert len(later) == len(first) + 1
    assert {o.duty for o in later} - {o.duty for o in first} == {"retrain or retire"}


def test_nothing_is_raised_for_takes_that_went_nowhere_but_their_deletion(
    filled: yesand.House,
) -> None:
    withdrawal = agreements.withdraw(filled.place, people.performer("Bert"))
    (only,) = obligations(filled.place, withdrawal)
    assert only.duty == "delete recordings" and only.bearer.slug == "producer"
    assert only.due == withdrawal.at + timedelta(days=30)


def test_a_manifest_of_others_is_not_concerned(filled: yesand.House) -> None:
    agreements.withdraw(filled.place, people.performer("Bert"))
    corpus.gate(filled.place, ask(filled))
    withdrawal = agreements.withdraw(filled.place, people.performer("Alba"))
    concerned = obligations(filled.place, withdrawal)
    bert = agreements.withdrawals_of(people.performer("Bert"))[0]
    assert ("stop training", "house-lab", "manifest") in told(concerned)
    assert told(obligations(filled.place, bert)) == {("delete recordings", "producer", "performer")}


def test_a_narrow_withdrawal_concerns_what_was_asked_for_and_nothing_else(
    filled: yesand.House,
) -> None:
    health = corpus.gate(filled.place, ask(filled, purpose=Purpose.HEALTH)).manifest
    corpus.gate(filled.place, ask(filled))
    scope = Scope(purposes=frozenset({Purpose.HEALTH}))
    withdrawal = agreements.withdraw(filled.place, people.performer("Bert"), scope)
    found = obligations(filled.place, withdrawal)
    assert {o.subject for o in found} == {f"manifest:{health.digest}"}
    # What a corpus was made for may no longer be done: its licensee has no ground to keep it.
    assert {o.duty for o in found} == {"stop training", "notify", "delete recordings"}
    assert {o.bearer.slug for o in found if o.duty == "delete recordings"} == {"house-lab"}


def test_a_decommissioned_deployment_owes_nothing_more(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    deployment = deployed(filled, trained(filled, manifest.digest))
    Decommission.objects.create(
        deployment=deployment,
        until=filled.place.clock.now(),
        envelope={},
        entry=log.record(filled.place, Kind.DEPLOYMENT_ENDED, digest_of({"end": 1})),
    )
    withdrawal = agreements.withdraw(filled.place, people.performer("Bert"))
    duties = {o.duty for o in obligations(filled.place, withdrawal)}
    assert "go on paying" not in duties and "retrain or retire" in duties


def test_the_dates_come_from_the_agreement_that_was_signed(
    house: yesand.House, tmp_path: Path
) -> None:
    base = standard("recognition", START)
    terms = base.terms.model_copy(
        update={"withdrawing": Withdrawing(notify_days=2, delete_recordings_days=5)}
    )
    troupe(house, tmp_path / "troupe", type(base)("own", terms, base.summary, base.text))
    corpus.gate(house.place, ask(house))
    withdrawal = agreements.withdraw(house.place, people.performer("Bert"))
    days = {
        o.duty: (o.due - withdrawal.at).days for o in obligations(house.place, withdrawal) if o.due
    }
    assert days == {"stop training": 0, "notify": 2, "delete recordings": 5}


def test_later_manifests_never_hold_withdrawn_takes(filled: yesand.House, clock: SetClock) -> None:
    corpus.gate(filled.place, ask(filled))
    agreements.withdraw(filled.place, people.performer("Bert"))
    for days in (0, 1, 200, 400):
        clock.advance(days=days)
        for purpose in (Purpose.HEALTH, Purpose.RESEARCH, Purpose.EMOTION_RECOGNITION):
            manifest = corpus.gate(filled.place, ask(filled, purpose=purpose)).manifest
            assert {take.performer for take in manifest.takes} == {"Alba", "Cleo"}


days = st.integers(0, 3650)
promises = st.builds(
    Withdrawing,
    stop_training_days=days,
    notify_days=days,
    delete_recordings_days=days,
    retrain_or_retire_days=days,
    delete_replica=st.booleans(),
)


@given(st.lists(promises, min_size=1, max_size=4))
def test_among_several_agreements_the_strictest_date_counts(found: list[Withdrawing]) -> None:
    one = strictest(found)
    for name in Withdrawing.model_fields:
        values = [getattr(each, name) for each in found]
        best: Any = any(values) if name == "delete_replica" else min(values)
        assert getattr(one, name) == best


@given(promises, st.integers(0, 3), st.integers(0, 3))
def test_no_duty_is_due_before_the_withdrawal_and_pay_has_no_end(
    withdrawing: Withdrawing, models: int, deployments: int
) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    holding = Holding(
        "0" * 64,
        "acme",
        withdrawing,
        tuple(f"m{n}" for n in range(models)),
        tuple((f"d{n}", "acme") for n in range(deployments)),
    )
    found = list(arising(at, "producer", [holding]))
    assert all(d.due >= at for d in found if d.due is not None)
    assert {d.duty for d in found if d.due is None} <= {Duty.PAY}
    assert len([d for d in found if d.duty == Duty.PAY]) == deployments
    assert len([d for d in found if d.duty == Duty.DELETE]) == 1


def test_of_a_duty_with_a_day_and_without_the_one_with_a_day_is_kept() -> None:
    day = Due(Duty.STOP, "acme", "manifest:0", datetime(2026, 10, 1, tzinfo=UTC), "")
    later, never = replace(day, due=datetime(2026, 10, 2, tzinfo=UTC)), replace(day, due=None)
    assert _once([never, later, day]) == _once([day, later, never]) == [day]


def test_terms_without_a_word_on_withdrawing_still_protect() -> None:
    assert Terms(valid_from=date(2026, 10, 1)).withdrawing.stop_training_days == 0
