"""Taking everything home, and leaving: what goes, what stays, and that every proof still holds."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from stage import PASSWORD, Stage, recordings

from yesand.affect import derived
from yesand.agreements import held as in_agreements
from yesand.agreements import services as agreements
from yesand.agreements.collective.membership.services import say
from yesand.agreements.collective.models import Membership
from yesand.agreements.templates import standard
from yesand.kernel.errors import Refused
from yesand.people import services as people
from yesand.people.delegating.services import grant
from yesand.people.leaving.services import erase, preview
from yesand.people.models import Event, Organisation, Performer, Token, User
from yesand.people.rooms import offered
from yesand.people.security.services import make_token
from yesand.provenance import services as log
from yesand.royalties import held as royalties
from yesand.royalties.books.services import balance, post
from yesand.royalties.evidence import verify
from yesand.royalties.issuing.services import write_statement
from yesand.royalties.ledger import Draft, Side
from yesand.takes.crediting.services import credentialed
from yesand.takes.models import Take
from yesand.takes.services import import_corpus
from yesand.training.models import Deployment
from yesand.training.services import decommission


def archive(client: Client) -> zipfile.ZipFile:
    response = client.get(reverse("account_export"))
    assert response.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]


def test_a_performer_takes_everything_home(stage: Stage, as_: dict[str, Client]) -> None:
    with archive(as_["ada"]) as taken:
        names = taken.namelist()
        assert taken.testzip() is None
        assert {"README.txt", "people.json", "agreements.json", "takes.json"} <= set(names)
        people = json.loads(taken.read("people.json"))
        assert people["performer"]["handle"] == "Ada" and people["account"]["username"] == "ada"
        signed = json.loads(taken.read("agreements.json"))["agreements"]
        assert signed[0]["digest"] == stage.agreement.digest and signed[0]["envelope"]
        statements = json.loads(taken.read("royalties.json"))["statements"]
        assert statements[0]["digest"] == stage.statement.digest
        sound = [name for name in names if name.startswith(f"takes/{stage.take.sha256}")]
        kept = next(stage.house.place.media.rglob(f"{stage.take.sha256}.*"))
        assert taken.read(sound[0]) == kept.read_bytes()
        everything = b"".join(taken.read(name) for name in names if name.endswith(".json"))
        assert b"Ben" not in everything and b"Cleo" not in everything
        assert stage.users["ada"].password.encode() not in everything


def test_nobody_takes_home_what_is_anothers(stage: Stage, as_: dict[str, Client]) -> None:
    for who in ("lab", "rater", "producer"):
        with archive(as_[who]) as taken:
            assert not [name for name in taken.namelist() if name.startswith("takes/")]
            assert json.loads(taken.read("people.json"))["account"]["username"] == who


def test_who_is_owed_or_relied_on_is_told_what_comes_first(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = as_["ada"].get(reverse("account_leave")).content.decode()
    assert "still stands" in page and "owed to you" in page and "night-line" in page
    assert "Erase me" not in page
    with pytest.raises(Refused):
        erase(stage.house.place, stage.users["ada"], forgoing=True)  # her permission still stands
    stage.users["ada"].refresh_from_db()
    assert stage.users["ada"].is_active and Performer.objects.get(handle="Ada").user


@pytest.fixture
def eva(stage: Stage, tmp_path: Path) -> User:
    """A performer whose takes are in no corpus yet, with an account."""
    place = stage.house.place
    folder = recordings(tmp_path / "evas", ("Eva",), synthetic=False, first=7)
    import_corpus(place, folder, agreement=standard("recognition", date(2026, 1, 1)))
    performer = Performer.objects.get(handle="Eva")
    return people.account("eva", "performer", PASSWORD, performer)


@pytest.fixture
def ready(stage: Stage) -> Stage:
    """Ada has withdrawn, nothing relies on her any more, and she has been paid."""
    place = stage.house.place
    agreements.withdraw(place, stage.ada, reason="I go.")
    for deployment in Deployment.objects.all():
        decommission(place, deployment, place.clock.now())
    ((currency, micro),) = balance("performer:Ada").items()
    sides = (Side("performer:Ada", currency, -micro), Side("bank", currency, micro))
    post(place, [Draft("f" * 64, "paid out", sides)])
    return stage


def test_a_performer_who_leaves_is_erased_and_the_whole_house_still_checks(
    stage: Stage, eva: User
) -> None:
    place, handle = stage.house.place, "Eva"
    performer = Performer.objects.get(handle=handle)
    takes = list(Take.objects.filter(performer=performer).select_related("entry"))
    make_token(place, eva, "mine", ["account:read"], None)
    grant(place, performer, "agent", ["read"], place.clock.now() + timedelta(days=9))
    client = Client(headers={"user-agent": "Firefox"})
    client.post(reverse("account_login"), {"login": "eva", "password": PASSWORD})
    copy, copied = credentialed(place, takes[0])
    features = {
        take.sha256: derived.place_of(place.cache, "logmel", "v0", take.sha256) for take in takes
    }
    for path in features.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"what was heard")
    union = people.found(place, "voices", "Voices United", Organisation.Kind.UNION)
    assert say(place, performer, union, member=True)
    assert in_agreements.held(eva)["memberships"][0]["union__name"] == "Voices United"
    agreements.withdraw(place, performer, reason="I go.")
    told = preview(place, eva)
    assert not told.hindrances and len(told.goes) >= 4 and len(told.stays) >= 4
    wrong = client.post(reverse("account_leave"), {"name": "adele"})
    assert wrong.status_code == 422 and User.objects.filter(username="eva").exists()
    done = client.post(reverse("account_leave"), {"name": "eva"})
    assert done.headers["Location"] == reverse("start")
    gone = User.objects.get(pk=eva.pk)
    assert gone.username == f"erased-{eva.pk}" and not gone.is_active and gone.erased_at
    performer.refresh_from_db()
    assert (performer.user, performer.credit_name, performer.country) == (None, "", "")
    assert not Token.objects.filter(user=eva).exists()
    assert not Event.objects.filter(user=eva).exclude(ip="", agent="", detail="").exists()
    for take in takes:
        take.entry.refresh_from_db()
        assert (take.entry.salt, take.entry.record) == ("", "")
        # A recording that is somebody else's too stays theirs: everybody's silence is the same.
        shared = Take.objects.filter(sha256=take.sha256).exclude(performer=performer).exists()
        assert bool(list(place.media.rglob(f"{take.sha256}.*"))) == shared
        assert features[take.sha256].exists() == shared
        assert log.prove(place, take.entry_id)
    copy.entry.refresh_from_db()
    assert (copy.entry.salt, copy.entry.record) == ("", "") and not copied.exists()
    assert list(place.media.rglob(f"{stage.take.sha256}.*"))
    assert client.get(reverse("account")).status_code == 302
    said = Membership.objects.select_related("entry").get(performer=performer)
    assert (said.union, said.belongs, said.envelope, said.entry.salt) == (None, False, {}, "")
    told = stage.house.check()
    assert len(told) == 11 and {"log", "books", "disputes"} <= {one.split(":")[0] for one in told}
    page = Client()
    page.force_login(stage.users["producer"])
    for take in takes[:2]:
        assert page.get(reverse("take", args=[take.sha256])).status_code == 200
        assert page.get(reverse("entry", args=[take.entry_id])).status_code == 200
    assert page.get(reverse("performer", args=["Eva"])).status_code == 200


def test_what_was_paid_can_still_be_proved_of_who_has_left(ready: Stage) -> None:
    place, statement = ready.house.place, ready.statement
    assert not preview(place, ready.users["ada"]).hindrances
    erase(place, ready.users["ada"])
    bundle = place.root / "evidence.zip"
    assert write_statement(place, statement, {"bundle": bundle})
    assert verify(bundle).statement == statement.digest
    assert log.audit(place)


def test_who_gives_up_what_is_owed_may_leave_at_once(stage: Stage, as_: dict[str, Client]) -> None:
    place, owed = stage.house.place, balance("performer:Ada")
    agreements.withdraw(place, stage.ada, reason="I go.")
    with pytest.raises(Refused, match="owed to you"):
        erase(place, stage.users["ada"])
    page = as_["ada"].get(reverse("account_leave")).content.decode()
    assert "This you give up" in page and "night-line" in page
    kept = as_["ada"].post(reverse("account_leave"), {"name": "ada"})
    assert kept.status_code == 422 and Performer.objects.get(handle="Ada").user
    as_["ada"].post(reverse("account_leave"), {"name": "ada", "forgo": "on"})
    assert Performer.objects.get(handle="Ada").user is None
    assert balance("performer:Ada") == owed != {}
    assert len(stage.house.check()) == 11


def test_leaving_twice_changes_nothing(ready: Stage) -> None:
    place, ada = ready.house.place, ready.users["ada"]
    erase(place, ada)
    before = User.objects.values().get(pk=ada.pk)
    erase(place, User.objects.get(pk=ada.pk))
    after = User.objects.values().get(pk=ada.pk)
    assert {k: before[k] for k in ("username", "is_active")} == {
        k: after[k] for k in ("username", "is_active")
    }


def test_who_holds_nothing_leaves_at_once(stage: Stage, as_: dict[str, Client]) -> None:
    answer = as_["rater"].post(reverse("account_leave"), {"name": "rater"})
    assert answer.headers["Location"] == reverse("start")
    assert not User.objects.filter(username="rater").exists()


def test_the_last_producer_does_not_leave(stage: Stage, as_: dict[str, Client]) -> None:
    page = as_["producer"].get(reverse("account_leave")).content.decode()
    assert "last producer" in page
    assert as_["producer"].post(reverse("account_leave"), {"name": "producer"}).status_code == 422


def test_what_a_room_holds_can_be_written_down(stage: Stage) -> None:
    names = {room.__name__.split(".")[1] for room in offered("held")}
    assert {"people", "agreements", "takes", "royalties"} <= names
    assert Take.objects.filter(performer__user=stage.users["ada"]).exists()
    assert royalties.payable(stage.ada)
