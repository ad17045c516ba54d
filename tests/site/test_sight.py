"""Who sees what: every address for every kind of person, and no address forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import get_resolver, reverse
from stage import Stage

from yesand.corpus.models import Manifest
from yesand.people.models import Organisation
from yesand.people.sight import RULES, Sight, visible
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.training.models import Deployment, TrainedModel

#: nobody, the performer whose it is, a fellow in the same corpus, a performer with nothing here,
#: the licensee whose it is, another licensee, producer, auditor, rater.
WHO = ("nobody", "ada", "ben", "dora", "lab", "other", "producer", "auditor", "rater")
LOGIN, SEEN, GONE = 302, 200, 404

OPEN = (SEEN,) * 9
CLOSED = (LOGIN, *(SEEN,) * 8)
HERS_ALONE = (LOGIN, SEEN, GONE, GONE, GONE, GONE, SEEN, SEEN, GONE)
THEIRS = (LOGIN, SEEN, SEEN, GONE, SEEN, GONE, SEEN, SEEN, GONE)
LICENSEES = (LOGIN, GONE, GONE, GONE, SEEN, GONE, SEEN, SEEN, GONE)


def none(stage: Stage) -> list[Any]:
    return []


#: Every address: how it is filled in, and what each of WHO gets.
MATRIX: dict[str, tuple[Callable[[Stage], list[Any]], tuple[int, ...]]] = {
    "start": (none, OPEN),
    "account_login": (none, (SEEN, *(LOGIN,) * 8)),  # who is in is sent home
    "account_logout": (none, CLOSED),
    "account_inactive": (none, OPEN),
    "account_change_password": (none, CLOSED),
    "me": (none, CLOSED),
    "log": (none, (LOGIN, *(SEEN,) * 8)),
    "entry": (lambda s: [0], CLOSED),
    "performers": (none, CLOSED),
    "performer": (lambda s: ["Ada"], HERS_ALONE),
    "agreements": (none, CLOSED),
    "agreement": (lambda s: [s.agreement.digest], HERS_ALONE),
    "sessions": (none, CLOSED),
    "takes": (none, CLOSED),
    "take": (lambda s: [s.take.sha256], HERS_ALONE),
    "take_media": (lambda s: [s.take.sha256], HERS_ALONE),
    "manifests": (none, CLOSED),
    "manifest": (lambda s: [s.manifest.digest], THEIRS),
    "manifest_document": (lambda s: [s.manifest.digest], LICENSEES),
    "models": (none, CLOSED),
    "model": (lambda s: [s.model.digest], THEIRS),
    "report_chart": (lambda s: [s.report.digest], THEIRS),
    "reports": (none, CLOSED),
    "report": (lambda s: [s.report.digest], THEIRS),
    "usage": (none, CLOSED),
    "statements": (none, CLOSED),
    "statement": (lambda s: [s.statement.digest], HERS_ALONE),
    "statement_document": (lambda s: [s.statement.digest], HERS_ALONE),
    "statement_pdf": (lambda s: [s.statement.digest], HERS_ALONE),
    "statement_evidence": (lambda s: [s.statement.digest], HERS_ALONE),
    "payouts": (none, CLOSED),
}


def addresses() -> set[str]:
    return {name for name in get_resolver().reverse_dict if isinstance(name, str)}


def test_every_address_has_a_row() -> None:
    assert addresses() == set(MATRIX)


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_each_person_gets_what_is_theirs(name: str, stage: Stage, as_: dict[str, Client]) -> None:
    fill, expected = MATRIX[name]
    address = reverse(name, args=fill(stage))
    answers = [as_[who].get(address) for who in WHO]
    found = [answer.status_code for answer in answers]
    for answer in answers:
        answer.close()
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, expected, strict=True))


def test_who_is_nobody_is_sent_to_log_in_and_back(as_: dict[str, Client], stage: Stage) -> None:
    address = reverse("take", args=[stage.take.sha256])
    assert as_["nobody"].get(address).headers["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("name", ["takes", "agreements", "sessions", "statements", "performers"])
def test_a_list_holds_only_what_is_ones_own(name: str, as_: dict[str, Client]) -> None:
    page = as_["ada"].get(reverse(name)).content.decode()
    assert "Ada" in page and "Ben" not in page and "Cleo" not in page
    assert "Ada" not in as_["lab"].get(reverse(name)).content.decode()
    assert "Cleo" in as_["auditor"].get(reverse(name)).content.decode()


def test_no_one_becomes_another_by_asking(as_: dict[str, Client]) -> None:
    for asked in ("performer=Ben", "q=Ben", "user=ben", "performer=", "handle=Ben"):
        for name in ("takes", "agreements", "statements", "performers", "me"):
            page = as_["ada"].get(f"{reverse(name)}?{asked}").content.decode()
            assert "Ben Actor" not in page


@pytest.mark.parametrize("name", ["manifest", "model", "report", "report_chart"])
def test_a_performer_is_not_told_who_else_is_in_it(
    name: str, stage: Stage, as_: dict[str, Client]
) -> None:
    address = reverse(name, args=MATRIX[name][0](stage))
    page = as_["ada"].get(address).content.decode()
    assert "Ben" not in page and "Cleo" not in page
    assert "Cleo" in as_["producer"].get(address).content.decode()


def test_an_entry_says_what_it_is_about_only_to_those_whose_it_is(
    stage: Stage, as_: dict[str, Client]
) -> None:
    entry = stage.take.entry
    address = reverse("entry", args=[entry.index])
    assert entry.record in as_["ada"].get(address).content.decode()
    theirs = as_["ben"].get(address).content.decode()
    assert entry.record not in theirs and stage.take.sha256 not in theirs
    assert entry.commitment in theirs and entry.salt not in theirs


def test_a_record_without_a_rule_is_seen_by_those_who_see_all_alone(stage: Stage) -> None:
    for model in apps.get_models():
        if model.__module__.startswith("yesand.") and model._meta.label_lower not in RULES:
            assert not visible(model, Sight.of(stage.users["ada"])).exists()
            assert not visible(model, Sight.of(stage.users["lab"])).exists()


def test_who_lost_their_seat_sees_nothing(stage: Stage, as_: dict[str, Client]) -> None:
    stage.users["ada"].seats.all().delete()
    assert as_["ada"].get(reverse("take", args=[stage.take.sha256])).status_code == GONE
    assert as_["ada"].get(reverse("me")).status_code == SEEN


def test_who_was_shut_out_is_out(stage: Stage, as_: dict[str, Client]) -> None:
    stage.users["ada"].is_active = False
    stage.users["ada"].save()
    assert as_["ada"].get(reverse("me")).status_code == LOGIN


def test_a_model_is_seen_by_who_trained_it_and_by_who_has_it_in_service(stage: Stage) -> None:
    trained_by, served_by = Sight.of(stage.users["lab"]), Sight.of(stage.users["other"])
    assert not visible(TrainedModel, served_by).exists()
    Deployment.objects.create(
        name="elsewhere",
        model=stage.model,
        licensee=Organisation.objects.get(slug="other-lab"),
        since=stage.model.at,
        envelope={},
        entry=log.record(stage.house.place, Kind.DEPLOYMENT_STARTED, "0" * 64),
    )
    assert visible(TrainedModel, served_by).get() == stage.model
    assert not visible(Manifest, served_by).exists()
    undeployed = TrainedModel.objects.create(
        digest="1" * 64,
        name="undeployed",
        manifest=stage.manifest,
        run={},
        card={},
        envelope={},
        at=stage.model.at,
        entry=log.record(stage.house.place, Kind.MODEL_REGISTERED, "1" * 64),
    )
    assert undeployed in visible(TrainedModel, trained_by)
    assert undeployed not in visible(TrainedModel, served_by)


def test_nobody_and_who_was_shut_out_have_no_sight(stage: Stage) -> None:
    producer = stage.users["producer"]
    assert Sight.of(producer).everything
    producer.is_active = False
    for user in (producer, AnonymousUser()):
        assert Sight.of(user) == Sight()
        assert not visible(TrainedModel, Sight.of(user)).exists()
        assert not visible(Entry, Sight.of(user)).exists()
