"""Who sees what: every address for every kind of person, and no address forgotten."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import get_resolver, reverse
from matrix import GONE, LOGIN, ROWS, SEEN, WHO, Row
from stage import Stage

from yesand.corpus.models import Manifest
from yesand.people.models import Organisation
from yesand.people.sight import RULES, Sight, visible
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.site.api import api
from yesand.training.models import Deployment, TrainedModel


def addresses() -> set[str]:
    """Every page, and every operation of the API as ``api:<method> <path>``."""
    pages = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    return pages | {row.address for row in operations()}


def operations() -> list[Row]:
    """Every operation of the API, by method and path."""
    paths = api.get_openapi_schema()["paths"].items()
    return [Row(f"api:{method} {path}") for path, found in paths for method in found]


def test_every_address_has_a_row() -> None:
    assert {row.address for row in ROWS} == addresses()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_each_person_gets_what_is_theirs(row: Row, stage: Stage, as_: dict[str, Client]) -> None:
    answers = [row.send(as_[who], stage) for who in WHO]
    found = [answer.status_code for answer in answers]
    for answer in answers:
        answer.close()
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, row.expected, strict=True))


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
    (row,) = [row for row in ROWS if row.address == name]
    address = reverse(name, args=row.fill(stage))
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
