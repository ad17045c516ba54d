"""A report is signed, logged, kept once, and opens row by row."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from django.db import DatabaseError, transaction
from reliance_factories import by_pseudonyms, frozen, registered

import yesand
from yesand.cli import _run as run
from yesand.corpus.manifest import ManifestTake, SignedManifest, statement
from yesand.corpus.models import ManifestPerformer
from yesand.corpus.services import path_of
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest
from yesand.people.seats import AUDITOR
from yesand.people.services import join
from yesand.people.sight import Sight
from yesand.provenance import dsse
from yesand.provenance.models import Entry
from yesand.reliance.models import Report
from yesand.reliance.report import checks, signed
from yesand.reliance.rows import open_row
from yesand.reliance.saving.services import load, opening, save
from yesand.reliance.services import check_takes, estimate, latest, read
from yesand.reliance.shares import BILLION
from yesand.reliance.templatetags.reliance_panels import reliance_of, shares_of
from yesand.royalties.gathering.resting.services import reports
from yesand.training.models import TrainedModel


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "model"
    made.mkdir()
    frozen(made / "frozen.npz", performers=4, folds=2)
    return made


@pytest.fixture
def model(house: yesand.House, folder: Path) -> TrainedModel:
    return registered(house, folder)


def public(house: yesand.House) -> bytes:
    return house.place.signer.public


def test_a_report_is_signed_by_the_house_and_logged(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    statement = dsse.opened(report.envelope, {house.place.signer.id: public(house)})
    predicate = statement["predicate"]
    assert statement["subject"] == [{"name": "voice", "digest": {"sha256": model.digest}}]
    assert predicate["manifest"] == model.manifest.digest
    assert predicate["sets_shares"] is report.sets_shares is True
    assert sum(s["share_ppb"] for s in report.shares.values()) == BILLION
    assert report.entry.record == report.digest == digest(canonical(statement))


def test_a_report_on_voices_made_by_code_says_so(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    row = model.manifest.performers.select_related("performer").first()
    assert row is not None
    row.performer.synthetic = True
    row.performer.save()
    report = estimate(house.place, model, folder, resamples=10)
    assert parse(dsse.payload_of(report.envelope))["predicate"]["synthetic"] is True


def test_the_command_says_why_a_report_sets_no_shares(
    house: yesand.House,
    model: TrainedModel,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["reliance", str(folder), "--house", str(house.place.root)]
    asked += ["--out", str(tmp_path / "report.json"), "--estimator", "leave-one-out"]
    assert run([*asked, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sets_shares"] is False and told["reason"]
    assert told["synthetic"] is False
    assert run(asked) == 0
    assert told["reason"] in capsys.readouterr().out
    assert run(asked[:-2]) == 0
    assert "With leaving one out (Spearman)" in capsys.readouterr().out


def test_the_command_takes_settings_of_the_estimator(
    house: yesand.House,
    model: TrainedModel,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["reliance", str(folder), "--house", str(house.place.root), "--json"]
    asked += ["--out", str(tmp_path / "report.json"), "--set", "resamples=10"]
    assert run([*asked, "--set", "l2=2.5", "--set", "network=head"]) == 0
    report = Report.objects.get(digest=json.loads(capsys.readouterr().out)["report"])
    told = parse(dsse.payload_of(report.envelope))["predicate"]
    assert (told["settings"]["l2"], told["settings"]["resamples"]) == (2.5, 10)
    assert told["quality"]["nodes"] == 12 and told["quality"]["trainings"] > 0
    assert run([*asked, "--set", "network"]) == run([*asked, "--set", "network=tree"]) == 2


def test_a_manifest_that_changed_since_training_is_told(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    given = read(house.place, model, folder, None)
    takes = given.corpus.takes
    named = [
        ManifestTake(take, "P00", "calm", "0" * 64, 2_000, False, n) for n, take in enumerate(takes)
    ]
    told = {"house": house.place.name, "request": {}, "log": {"size": 0}, "trial": False}

    def kept(*permitted: ManifestTake) -> TrainedModel:
        payload = statement(permitted, (), told)
        envelope = dsse.seal(payload, [house.place.signer])
        found = SignedManifest(digest(canonical(payload)), {}, permitted, 0, False, envelope, ())
        found.save(path_of(house.place, model.manifest_id))
        return model

    read(house.place, kept(*named), folder, None)
    with pytest.raises(CheckFailed, match=r"has changed since .* 2 takes that it does not name"):
        read(house.place, kept(*named[2:]), folder, None)
    # What a folder says was left out is not lacking; what it does not mention is.
    other = replace(named[0], sha256="f" * 64)
    kept(*named, other)
    read(house.place, model, folder, None)  # a folder of old does not say what it left out
    check_takes(house.place, model, replace(given, left_out=(other.sha256,)))
    with pytest.raises(CheckFailed, match="1 that the folder lacks"):
        check_takes(house.place, model, replace(given, left_out=()))


def test_where_the_manifests_list_is_gone_its_numbers_tell(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    given = read(house.place, model, folder, None)
    owner = given.corpus.owner.copy()
    owner[np.flatnonzero(owner == 1)[:3]] = 0
    other = replace(given, corpus=replace(given.corpus, owner=owner))
    with pytest.raises(CheckFailed, match="3 takes more than it permits"):
        check_takes(house.place, model, other)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics card")
def test_the_command_takes_the_backend_by_which_processes_talk(
    house: yesand.House,
    model: TrainedModel,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = ["reliance", str(folder), "--house", str(house.place.root)]
    asked += ["--out", str(tmp_path / "report.json"), "--set", "across=true"]
    asked += ["--set", "network=mlp:4", "--set"]
    assert run([*asked, "backend=mpi"]) == 2
    assert "auto, gloo or nccl" in capsys.readouterr().err
    for name, value in {"RANK": "0", "WORLD_SIZE": "1", "MASTER_PORT": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    for chosen in ("backend=nccl", "device=cuda"):
        assert run([*asked, chosen]) == 2
        assert "NCCL needs a graphics card" in capsys.readouterr().err


def test_a_check_takes_no_place_from_the_report_that_pays(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    pays = estimate(house.place, model, folder, resamples=10)
    estimate(house.place, model, folder, resamples=10, estimator="leave-one-out")
    request = SimpleNamespace(sight=Sight(frozenset({AUDITOR})))
    assert reliance_of({"request": request}, model)["report"] == pays
    performer = model.manifest.performers.select_related("performer")[0].performer
    (shown,) = shares_of({"request": request}, performer)["shares"]
    assert shown["report"] == pays and reports(Period.of(house.place.clock.now())) == {
        model.digest: pays
    }


def test_the_signed_report_names_nobody(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    signed = dsse.payload_of(report.envelope).decode()
    for handle, share in report.shares.items():
        assert handle not in signed
        assert str(share["share_ppb"]) not in signed
        assert report.salts[handle] not in signed


def test_a_performer_opens_their_own_row_alone(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    predicate = json.loads(dsse.payload_of(report.envelope))["predicate"]
    shown = opening(report, "P02")
    row = open_row(predicate, shown["row"], shown["salt"])
    assert row.share_ppb == report.shares["P02"]["share_ppb"]
    assert not any(handle in str(shown) for handle in ("P00", "P01", "P03"))
    with pytest.raises(BadInput):
        opening(report, "P99")


def test_asked_the_same_again_it_is_the_same_report(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    first = estimate(house.place, model, folder, resamples=10)
    entries = Entry.objects.count()
    clock.advance(days=3)
    assert estimate(house.place, model, folder, resamples=10) == first
    assert Entry.objects.count() == entries
    assert estimate(house.place, model, folder, resamples=10, seed=2) != first
    assert estimate(house.place, model, folder, resamples=10, mix={"angry": 1}) != first


def test_the_latest_report_counts_and_the_one_before_is_found(
    house: yesand.House, model: TrainedModel, folder: Path, clock: SetClock
) -> None:
    assert latest(model) is None
    first = estimate(house.place, model, folder, resamples=10)
    between = clock.now() + timedelta(days=1)
    clock.advance(days=2)
    second = estimate(house.place, model, folder, resamples=10, estimator="leave-one-out")
    assert latest(model) == second
    assert latest(model, before=between) == first


def test_a_report_is_never_changed(house: yesand.House, model: TrainedModel, folder: Path) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    report.sets_shares = False
    with pytest.raises(DatabaseError), transaction.atomic():
        report.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.filter(pk=report.pk).delete()


def test_a_saved_report_loads_with_every_row_checked(
    house: yesand.House, model: TrainedModel, folder: Path, tmp_path: Path
) -> None:
    report = estimate(house.place, model, folder, resamples=10)
    save(house.place, report, tmp_path / "reliance.json")
    loaded = load(tmp_path / "reliance.json", public(house))
    assert {h: s["share_ppb"] for h, s in loaded["shares"].items()} == {
        h: s["share_ppb"] for h, s in report.shares.items()
    }


@pytest.mark.parametrize("damage", "share,missing row,signature,not json,not a report".split(","))
def test_a_saved_report_that_was_changed_does_not_load(
    house: yesand.House, model: TrainedModel, folder: Path, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "reliance.json"
    save(house.place, estimate(house.place, model, folder, resamples=10), path)
    told = json.loads(path.read_text())
    if damage == "share":
        told["openings"][0]["row"]["share_ppb"] += 1
    elif damage == "missing row":
        told["openings"].pop()
    elif damage == "signature":
        told["report"]["signatures"][0]["sig"] = "00" * 64
    path.write_text({"not json": "{", "not a report": "[]"}.get(damage, json.dumps(told)))
    with pytest.raises((CheckFailed, BadInput)):
        load(path, public(house))


def test_features_changed_after_training_are_refused(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    frozen(folder / "frozen.npz", performers=4, folds=2, seed=9)
    with pytest.raises(CheckFailed, match="digest"):
        estimate(house.place, model, folder, resamples=10)
    assert not Report.objects.exists()


def test_a_folder_by_pseudonyms_gives_the_same_shares_as_one_of_old_by_handles(
    house: yesand.House, model: TrainedModel, folder: Path, tmp_path: Path
) -> None:
    made = by_pseudonyms(house, model, folder, tmp_path / "masked")
    reports = estimate(house.place, model, folder), estimate(house.place, made, tmp_path / "masked")
    assert reports[0].shares == reports[1].shares and set(reports[1].shares) == {
        "P00",
        "P01",
        "P02",
        "P03",
    }


def test_features_of_other_performers_than_the_manifests_are_refused(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    ManifestPerformer.objects.create(
        manifest=model.manifest,
        performer=join(house.place, "P99")[0],
        agreement="a" * 64,
        takes=1,
        duration_ms=1_000,
    )
    with pytest.raises(CheckFailed, match="performers"):
        estimate(house.place, model, folder, resamples=10)


def test_the_page_of_a_report_says_what_it_took_and_nothing_of_halves_never_drawn(
    house: yesand.House, model: TrainedModel, folder: Path
) -> None:
    exact = signed(estimate(house.place, model, folder, resamples=10).envelope)
    told = dict(checks(exact))
    assert exact["agreement"]["halves"] == 1 and not any("drawn" in title for title in told)
    assert told["Places along the path"] == "12" and int(told["Trainings that it took"]) > 12
    drawn = estimate(house.place, model, folder, estimator="shapley", pairs=2, resamples=10)
    assert any("drawn" in title for title, _ in checks(signed(drawn.envelope)))


def test_a_plan_as_used_needs_usage(
    house: yesand.House, model: TrainedModel, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["reliance", str(folder), "--house", str(house.place.root), "--plan", "--as-used"]
    assert run(asked) == 1
    assert "No metered usage" in capsys.readouterr().err


def test_a_measurement_as_used_can_be_asked_again_without_new_usage(
    house: yesand.House,
    model: TrainedModel,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = estimate(house.place, model, folder, resamples=10, mix={"angry": 3, "sad": 1})
    asked = ["reliance", str(folder), "--house", str(house.place.root), "--as-used", "--json"]
    asked += ["--out", str(tmp_path / "report.json"), "--set", "resamples=10"]
    assert run(asked) == 0
    assert json.loads(capsys.readouterr().out)["report"] == first.digest


def test_the_command_says_that_a_later_report_stands(
    house: yesand.House,
    model: TrainedModel,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["reliance", str(folder), "--house", str(house.place.root)]
    asked += ["--out", str(tmp_path / "report.json"), "--set", "resamples=10"]
    assert run(asked) == 0
    assert "sets shares" in capsys.readouterr().out
    later = estimate(house.place, model, folder, resamples=10, seed=2)
    assert run(asked) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"report {later.digest[:16]}, signed later, sets shares" in told
    assert run([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stands"] is False


@pytest.mark.parametrize("l2", [0, 0.0, -1.0])
def test_a_penalty_of_nothing_is_refused_before_anything_is_trained(
    house: yesand.House, model: TrainedModel, folder: Path, l2: float
) -> None:
    for estimator in ("aumann-shapley", "leave-one-out", "datamodel"):
        with pytest.raises(BadInput, match="l2 is"):
            estimate(house.place, model, folder, estimator=estimator, l2=l2)
