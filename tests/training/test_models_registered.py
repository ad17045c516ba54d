from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from tests.training.whistles import QUICK, record

import yesand
from yesand.affect.head.described import Described
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.people.models import Organisation, Performer
from yesand.provenance import dsse
from yesand.provenance.models import Entry
from yesand.takes import services as takes
from yesand.takes.crediting.masking.services import pseudonyms
from yesand.training import runs
from yesand.training.digest import model_digest
from yesand.training.errors import AlreadyEnded, NameTaken, NotRegistered
from yesand.training.folder import OVERTAKEN
from yesand.training.heads import HeadSettings
from yesand.training.models import Decommission, Deployment, TrainedModel
from yesand.training.seeing import check_senses
from yesand.training.services import (
    decommission,
    deploy,
    files_of,
    load,
    register,
    registered,
    train,
)

START = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def manifest(house: yesand.House, tmp_path: Path) -> SignedManifest:
    draft = standard("recognition", date(2026, 10, 1))
    takes.import_corpus(house.place, record(tmp_path / "takes"), agreement=draft)
    return asked(house)


def asked(house: yesand.House, licensee: str = "house-lab") -> SignedManifest:
    now, use = house.place.clock.now(), UseClass.RECOGNITION
    request = Request(licensee, Purpose.EMOTION_RECOGNITION, use, now, territory="DE")
    return corpus.gate(house.place, request).manifest


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of weights that another program trained."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(bytes(range(256)))
    (folder / "config.json").write_text('{"kind": "theirs"}')
    return folder


def lab(house: yesand.House) -> Organisation:
    return people.organisation("house-lab")


def _check_names(house: yesand.House, manifest: SignedManifest, told: dict[str, float]) -> None:
    """A card names by their credit those alone who wish it and were promised it."""
    handles = {take.performer for take in manifest.takes}
    assert len(told) == len(handles) and not handles & set(told)
    wished = Performer.objects.exclude(credit_name="").filter(credited=True)
    credited = set(wished.values_list("credit_name", flat=True))
    assert all(name in credited or name.startswith("performer-") for name in told)


def _check_masked(house: yesand.House, manifest: SignedManifest, folder: Path) -> None:
    """No file of a model says by which name a house knows its performers."""
    handles = {take.performer for take in manifest.takes}
    masks = pseudonyms(house.place, handles)
    with np.load(folder / "frozen.npz") as frozen:
        assert set(frozen["performer"].tolist()) == set(masks.values())
    told = json.loads((folder / "model.json").read_text())
    assert set(told["held_out"]) == set(told["scores"]["by_performer"]) == set(masks.values())
    written = "".join(p.read_text() for p in folder.iterdir() if p.suffix in {".json", ".md"})
    assert not any(handle in written for handle in handles)


def test_a_trained_model_is_registered_signed_and_logged(
    house: yesand.House, manifest: SignedManifest, tmp_path: Path
) -> None:
    made = train(house.place, manifest, tmp_path / "m", name="whistle", settings=QUICK)
    assert made.digest == model_digest(tmp_path / "m") and made.manifest_id == manifest.digest
    signer = house.place.signer
    payload = dsse.opened(made.envelope, {signer.id: signer.public})
    assert payload["subject"] == [{"name": "whistle", "digest": {"sha256": made.digest}}]
    assert payload["predicate"]["manifest"] == manifest.digest
    assert made.entry.kind == "model.registered" and made.entry.record == digest_of(payload)
    assert made.run["scores"]["uar"] == made.card["scores"]["uar"] > 0.9
    assert made.card["bound_to"]["agreements"] == {"individual": 4}
    _check_names(house, manifest, made.card["scores"]["by_performer"])
    _check_masked(house, manifest, tmp_path / "m")
    assert set(made.run["held_out"]) == {take.performer for take in manifest.takes}
    # Again, it is the model that is there already; nothing is trained, written or logged.
    entries = Entry.objects.count()
    assert train(house.place, manifest, tmp_path / "m", settings=QUICK) == made
    assert registered(house.place, tmp_path / "m") == made
    assert Entry.objects.count() == entries
    assert set(load(tmp_path / "m").labels) == {"glad", "grave", "uneasy"}
    # Edited afterwards, it is another thing, and we say which file.
    (tmp_path / "m" / "card.md").write_text("A splendid model.")
    with pytest.raises(CheckFailed, match=r"card\.md differs"):
        registered(house.place, tmp_path / "m")
    with pytest.raises(Refused, match="already"):
        train(house.place, manifest, tmp_path / "m", settings=QUICK)


def test_a_run_killed_before_it_was_registered_is_entered_without_training_again(
    house: yesand.House,
    manifest: SignedManifest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("yesand.training.services._enter", _killed)
        with pytest.raises(KeyboardInterrupt):
            train(house.place, manifest, tmp_path / "m", settings=QUICK)
    assert not TrainedModel.objects.exists()
    monkeypatch.setattr(runs, "train", _killed)
    made = train(house.place, manifest, tmp_path / "m", settings=QUICK)
    assert made.digest == model_digest(tmp_path / "m") and made.run["manifest"] == manifest.digest


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_withdrawal_during_training_keeps_the_model_out_of_the_registry(
    house: yesand.House, manifest: SignedManifest, tmp_path: Path
) -> None:
    def withdraw(done: int, total: int, note: str = "") -> None:
        if note == "training" and done == total:
            agreements.withdraw(house.place, people.performer("Bert"), reason="no more")

    with pytest.raises(Overtaken, match="6 of its 24 takes"):
        train(house.place, manifest, tmp_path / "m", settings=QUICK, progress=withdraw)
    assert "Not registered" in (tmp_path / "m" / OVERTAKEN).read_text()
    assert not TrainedModel.objects.exists()
    assert not Entry.objects.filter(kind="model.registered").exists()
    with pytest.raises(Refused, match="overtaken"):
        train(house.place, manifest, tmp_path / "m", settings=QUICK)
    with pytest.raises(Overtaken):
        train(house.place, manifest, tmp_path / "other", settings=QUICK)
    assert not (tmp_path / "other").exists()


def test_nothing_is_trained_on_that_the_gate_did_not_let_through(
    house: yesand.House, manifest: SignedManifest, tmp_path: Path
) -> None:
    added = replace(manifest.takes[0], sha256="ab" * 32)
    forged = replace(manifest, takes=(*manifest.takes, added))
    with pytest.raises(CheckFailed, match="signed"):
        train(house.place, forged, tmp_path / "m", settings=QUICK)
    with pytest.raises(NotFound):
        train(house.place, replace(manifest, digest="cd" * 32), tmp_path / "m", settings=QUICK)


def test_missing_recordings_are_named_and_nothing_is_left(
    house: yesand.House, manifest: SignedManifest, tmp_path: Path
) -> None:
    gone = manifest.takes[3].sha256
    next(house.place.media.rglob(f"{gone}.*")).unlink()
    with pytest.raises(BadInput, match=f"1 of 24.*{gone}"):
        train(house.place, manifest, tmp_path / "m", settings=QUICK)
    assert not (tmp_path / "m").exists()


def test_a_users_own_weights_are_registered_as_they_are(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path
) -> None:
    made = register(house.place, elsewhere, manifest, name="theirs")
    assert made == register(house.place, elsewhere, manifest)
    assert made == registered(house.place, elsewhere)
    assert set(files_of(made)) == {"config.json", "weights.bin"}
    assert made.card["scores"] is None and made.run == {"trained": "elsewhere"}
    with pytest.raises(NotFound, match="can run"):
        load(elsewhere)
    (elsewhere / "config.json").write_text("{}")
    with pytest.raises(CheckFailed, match=r"config\.json differs"):
        registered(house.place, elsewhere)
    with pytest.raises(NameTaken):
        register(house.place, elsewhere, manifest, name="theirs")


def test_a_model_of_another_manifest_is_not_taken_in(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path
) -> None:
    (elsewhere / "model.json").write_text(json.dumps({"manifest": "ab" * 32}))
    with pytest.raises(Refused, match="another manifest"):
        register(house.place, elsewhere, manifest)


def test_an_unknown_model_is_told_apart_from_an_edited_one(
    house: yesand.House, elsewhere: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotRegistered):
        registered(house.place, elsewhere)
    with pytest.raises(NotFound):
        registered(house.place, tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["", "two words", "../up", "x" * 121])
def test_a_name_that_is_none_is_refused_before_any_work(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path, name: str
) -> None:
    with pytest.raises(BadInput, match="name"):
        register(house.place, elsewhere, manifest, name=name)


def test_a_deployment_lasts_until_it_is_ended_for_good(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path, clock: SetClock
) -> None:
    model = register(house.place, elsewhere, manifest, name="theirs")
    served = deploy(house.place, model, lab(house), START)
    assert served == deploy(house.place, model, lab(house), START)
    assert served.name == "theirs-house-lab" and served.entry.kind == "deployment.started"
    with pytest.raises(NameTaken):
        deploy(house.place, model, lab(house), START + timedelta(days=1))
    with pytest.raises(BadInput, match="before it began"):
        decommission(house.place, served, START - timedelta(seconds=1))
    end = START + timedelta(days=40)
    ended = decommission(house.place, served, end)
    assert ended == decommission(house.place, served, end)
    with pytest.raises(AlreadyEnded, match="2026-11-10"):
        decommission(house.place, served, end + timedelta(days=1))
    assert Entry.objects.filter(kind__startswith="deployment.").count() == 2


def test_another_licensee_needs_a_manifest_of_their_own(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path
) -> None:
    model = register(house.place, elsewhere, manifest)
    other = people.found(house.place, "other-lab", "Other Lab", Organisation.Kind.LICENSEE)
    with pytest.raises(Refused, match="onward"):
        deploy(house.place, model, other, START)


def test_what_was_signed_about_models_cannot_be_changed_or_deleted(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path
) -> None:
    model = register(house.place, elsewhere, manifest)
    served = deploy(house.place, model, lab(house), START)
    decommission(house.place, served, START)
    for table in (TrainedModel, Deployment, Decommission):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            table.objects.all().update(envelope={})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Decommission.objects.all()._raw_delete("default")


def test_a_model_is_trained_on_no_more_of_a_take_than_its_manifest_permits(
    house: yesand.House, manifest: SignedManifest, elsewhere: Path, tmp_path: Path
) -> None:
    faces = HeadSettings(described=Described("face-v1-x-functionals-v1", "face", 499))
    with pytest.raises(Refused, match="on the face, and the manifest permits the voice alone"):
        train(house.place, manifest, tmp_path / "m", settings=faces)
    assert not (tmp_path / "m").exists()
    (elsewhere / "model.json").write_text(json.dumps({"senses": ["face", "voice"]}))
    with pytest.raises(Refused, match="permits the voice alone"):
        register(house.place, elsewhere, manifest)
    (elsewhere / "model.json").write_text(json.dumps({"senses": ["smell"]}))
    with pytest.raises(BadInput, match="Not what a model is trained on"):
        register(house.place, elsewhere, manifest)
    # A film was permitted for the voice, too.
    film = replace(manifest, request={**manifest.request, "modality": "face"})
    check_senses(film, faces.senses)
    check_senses(film, HeadSettings().senses)
