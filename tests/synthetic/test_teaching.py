"""Synthetic takes are taught beside performed ones, and those whom they came from are paid."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from tests.synthetic.taught_stage import asks, batch_of, permit_of, staged, taught

import yesand
from once import once
from yesand.agreements.scope import Scope
from yesand.agreements.vocabulary import Action, Purpose, UseClass
from yesand.cli import _run
from yesand.corpus.errors import Overtaken
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.oversight.withdrawing.services import foresee, take_back
from yesand.people.models import Organisation, Performer
from yesand.people.seats import PRODUCER
from yesand.people.services import account, found, organisation
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.services import key_of
from yesand.reliance.descendants.measuring.services import measure
from yesand.reliance.models import Lean, Report
from yesand.reliance.planning.services import foresee as planned
from yesand.reliance.report import signed
from yesand.royalties.models import Statement
from yesand.royalties.services import payload
from yesand.royalties.statement import parse_statement
from yesand.synthetic.auditing.services import check_synthetic
from yesand.synthetic.deleting.services import HOME
from yesand.synthetic.models import SyntheticBatch
from yesand.synthetic.shelf import COPIES, Shelf
from yesand.synthetic.teaching.services import NOT_PERMITTED, WITHDRAWN, added
from yesand.takes.copies.finding import Copy
from yesand.takes.copies.finding import Kind as Alike
from yesand.training.descending.services import descend
from yesand.training.digest import resources
from yesand.training.heads import HeadSettings
from yesand.training.models import TrainedModel
from yesand.training.services import register, register_files, train

BILLION = 10**9


@pytest.fixture(scope="session")
def stage(empty_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the staged house lies, with its models and reports beside it."""
    return once(tmp_path_factory, "taught", lambda folder: staged(empty_house, folder))


@pytest.fixture(scope="session")
def on_sqlite(stage: Path) -> Path:
    """The house that tests copy."""
    return stage / "house"


def frozen(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "frozen.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays}


def test_nobody_held_out_is_heard_through_a_variation_and_none_is_asked_about(
    house: yesand.House, stage: Path
) -> None:
    told = TrainedModel.objects.get(name="mixed").run
    held, kept = told["held_out"], frozen(stage / "mixed")
    assert len(kept["fold"]) == len(kept["take"]) == 24 and kept["fold"].min() >= 0
    batch = batch_of("variation")
    for n, sha256 in enumerate(kept["made_take"].tolist()):
        people = set(
            batch.takes.filter(sha256=sha256).values_list("descents__performer__handle", flat=True)
        )
        for fold in range(len(kept["made_into"])):
            heard = {who for who, k in held.items() if k == fold} & people
            assert kept["made_into"][fold, n] == (not heard and bool(people))
    varied, voiced = told["synthetic"]["batches"]
    if varied["generator"] == "troupe":
        varied, voiced = voiced, varied
    assert (varied["passed_on"], voiced["passed_on"]) == ("to its parents", "as measured")
    parts = {tuple(row) for row in kept["passed_ppb"].tolist() if row[1] < row[2] < BILLION}
    assert parts  # the fitted voice's own reliance, with an interval
    assert 0 < varied["in_folds"] <= varied["takes"] == batch.made and voiced["in_folds"] == 0
    assert told["synthetic"]["share_ppm"] == pytest.approx(660_000, abs=90_000)
    assert "synthetic**" in (stage / "mixed" / "card.md").read_text()
    assert "Sample_" not in (stage / "mixed" / "model.json").read_text()


def test_shares_pass_through_variations_add_up_and_are_computed_again_without_the_house(
    house: yesand.House, stage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = json.loads((stage / "told.json").read_text())["report"]
    batches = {batch_of("variation").digest, batch_of("troupe").digest}
    report = Report.objects.get(digest=name)
    assert sum(row["share_ppb"] for row in report.shares.values()) == BILLION
    through = {who: row.get("through", {}) for who, row in report.shares.items()}
    assert {b for parts in through.values() for b in parts} == batches
    assert all(
        sum(parts.values()) <= report.shares[who]["share_ppb"] for who, parts in through.items()
    )
    assert 0 < sum(sum(parts.values()) for parts in through.values()) < BILLION
    key = str(key_of(house.place))
    model = ["--key", key, "--model", str(stage / "mixed")]
    assert _run(["verify", str(stage / "mixed.json"), *model]) == 0
    assert "to the byte" in capsys.readouterr().out


def test_what_taught_the_final_model_alone_counts_by_its_minutes_and_says_so(
    house: yesand.House, stage: Path
) -> None:
    name = json.loads((stage / "told.json").read_text())["report"]
    report = Report.objects.get(digest=name)
    whole = batch_of("troupe").digest
    made = TrainedModel.objects.get(name="mixed").run["synthetic"]["batches"]
    length = {one["batch"]: one["duration_ms"] for one in made}
    performed = int(frozen(stage / "mixed")["duration_ms"].sum())
    part = length[whole] / (sum(length.values()) + performed)
    through = sum(row.get("through", {}).get(whole, 0) for row in report.shares.values())
    assert through / BILLION == pytest.approx(part, abs=1e-6)
    assert sum(row["share_ppb"] for row in report.shares.values()) == BILLION
    (said,) = [c for c in signed(report.envelope)["caveats"] if whole[:12] in c]
    assert "not measured" in said
    # What was never asked about follows no mix of emotions.
    assert report.sets_shares and not Lean.objects.exists()


def test_from_recording_to_a_statement_with_a_line_that_came_through_a_synthetic_take(
    house: yesand.House, stage: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    since = datetime(2026, 10, 1, tzinfo=UTC)
    house.deploy(stage / "mixed", since=since, name="coach")
    event = {
        "specversion": "1.0", "id": "e-1", "source": "https://lab.example/gateway",
        "type": "org.yes-and.usage.v1", "subject": "coach", "time": "2026-10-05T12:00:00Z",
        "data": {"unit": "request", "quantity": 100_000},
    }  # fmt: skip
    clock = house.place.clock
    assert isinstance(clock, SetClock)
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    (tmp_path / "usage.jsonl").write_text(json.dumps(event) + "\n")
    assert house.meter(tmp_path / "usage.jsonl").accepted == 1
    house.settle("2026-10")
    name = json.loads((stage / "told.json").read_text())["report"]
    shares = Report.objects.get(digest=name).shares
    paid = 0
    for row in Statement.objects.select_related("performer"):
        made = parse_statement(payload(row))
        (line,) = [x for x in made.lines if x.kind == "royalty"]
        own = shares[row.performer.handle].get("through", {})
        assert {p.batch: p.share_ppb for p in line.through} == own
        paid += sum(p.micro for p in line.through)
        for batch in own:
            assert f"through synthetic takes of batch {batch[:12]}" in line.why
    brought = sum(sum(s.get("through", {}).values()) for s in shares.values())
    assert paid == pytest.approx(200_000_000 * brought / BILLION, abs=6) and paid > 10**6
    who = max(shares, key=lambda handle: shares[handle]["share_ppb"])
    out, root = tmp_path / "evidence.zip", ["--house", str(house.place.root)]
    assert _run(["statement", who, "2026-10", *root, "--bundle", str(out)]) == 0
    assert _run(["verify", str(out)]) == 0
    assert "recomputed" in capsys.readouterr().out


def test_a_withdrawn_parent_takes_its_variations_along_and_reaches_what_they_taught(
    house: yesand.House, stage: Path, tmp_path: Path
) -> None:
    permit, place = permit_of(house), house.place
    who = Performer.objects.order_by("handle")[0]
    scope = Scope(use_classes=frozenset({UseClass.SYNTHESIS}))
    beside = added(place, permit, [batch_of("variation").digest])
    foreseen = foresee(place, who, scope)
    reached = {batch for each in foreseen.corpora for batch, _ in each.batches}
    assert reached == {batch_of("variation").digest, batch_of("troupe").digest}
    assert {name for each in foreseen.corpora for _, name in each.models} == {"mixed"}
    withdrawal, _ = take_back(place, who, scope)
    owed = {(o.duty, o.subject) for o in withdrawal.obligations.all()}
    batches = {(duty, subject) for duty, subject in owed if subject.startswith("batch:")}
    # The troupe's voice is nobody's: its takes stay, and teach nothing any more.
    assert batches == {("delete recordings", f"batch:{batch_of('variation').digest}")}
    assert ("retrain or retire", "model:mixed") in owed
    assert owed == {(d.duty.value, d.subject) for d in foreseen.duties}
    with pytest.raises(Overtaken, match="synthetic takes descend"):
        beside.still_holds()
    now = added(place, permit, [batch_of("variation").digest])
    (told,) = now.batches.values()
    left = told["left_out"]
    assert left == {WITHDRAWN: len(beside.takes) - len(now.takes)} and now.takes
    assert all(who.handle not in take.people for take in now.takes)
    with pytest.raises(Refused, match="× descends from what may no longer"):
        added(place, permit, [batch_of("troupe").digest])


def test_a_batch_is_taught_only_under_a_permit_that_holds_its_parents(
    house: yesand.House, tmp_path: Path
) -> None:
    place, batch = house.place, batch_of("variation")
    gone = Performer.objects.order_by("handle")[1]
    take_back(place, gone, Scope(use_classes=frozenset({UseClass.RECOGNITION})))
    permit = asks(house, Action.TRAIN, UseClass.RECOGNITION)
    told = added(place, permit, [batch.digest])
    assert all(gone.handle not in take.people for take in told.takes)
    assert set(told.batches[batch.digest]["left_out"]) == {NOT_PERMITTED}
    with pytest.raises(BadInput, match="named twice"):
        added(place, permit, [batch.digest, batch.digest[:12]])
    with pytest.raises(Refused, match="taught to a convex head"):
        train(place, permit, tmp_path / "network", added=told)
    made_from = asks(house, Action.SYNTHESISE, UseClass.SYNTHESIS)
    with pytest.raises(Refused, match="not to train"):
        added(place, made_from, [batch.digest])


def test_a_run_that_is_overtaken_through_a_synthetic_take_leaves_no_model(
    house: yesand.House, tmp_path: Path
) -> None:
    permit, place = permit_of(house), house.place
    beside = added(place, permit, [batch_of("variation").digest])
    who = Performer.objects.order_by("handle")[0]
    take_back(place, who, Scope(use_classes=frozenset({UseClass.SYNTHESIS})))
    before = TrainedModel.objects.count()
    with pytest.raises(Overtaken):
        train(place, permit, tmp_path / "late", settings=HeadSettings(), added=beside, copies=[])
    assert TrainedModel.objects.count() == before


def test_the_same_training_again_is_the_same_model_and_with_other_batches_is_another(
    house: yesand.House, stage: Path, tmp_path: Path
) -> None:
    shutil.copytree(stage / "mixed", tmp_path / "mixed")
    permit = permit_of(house)
    both = [batch_of(name).digest for name in ("troupe", "variation")]
    known = TrainedModel.objects.get(name="mixed")
    assert taught(house, permit, tmp_path / "mixed", *both, name="mixed") == known
    with pytest.raises(Refused, match="lies there already"):
        taught(house, permit, tmp_path / "mixed", batch_of("troupe").digest, name="mixed")


def test_the_audit_finds_a_file_a_parent_and_a_record_that_were_changed(
    house: yesand.House, unguard: Callable[[str], None]
) -> None:
    place, batch = house.place, batch_of("variation")
    assert check_synthetic(place).startswith("synthetic: ")
    take = batch.takes.first()
    assert take is not None
    path = Shelf(place.synthetic).path(take.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole + b"x")
    with pytest.raises(CheckFailed, match="was changed"):
        check_synthetic(place)
    path.unlink()
    with pytest.raises(CheckFailed, match="is missing"):
        check_synthetic(place)
    path.write_bytes(whole)
    unguard("synthetic_ancestry")
    line = take.descents.first()
    assert line is not None
    other = Performer.objects.exclude(pk=line.performer_id)[0]
    type(line).objects.filter(pk=line.pk).update(performer=other)
    with pytest.raises(CheckFailed, match="another performer's"):
        check_synthetic(place)
    type(line).objects.filter(pk=line.pk).update(performer=line.performer, parent=None)
    with pytest.raises(CheckFailed, match="does not descend"):
        check_synthetic(place)


def test_what_a_withdrawal_asks_for_is_deleted_by_command_and_the_audit_knows_it(
    house: yesand.House,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place, batch = house.place, batch_of("variation")
    account("pam", "producer", "a long word of hers", organisation=organisation(PRODUCER))

    def delete(named: str) -> int:
        monkeypatch.setattr(sys, "stdin", StringIO("a long word of hers\n"))
        at = ["--house", str(place.root), "--by", "pam", "--json"]
        return _run(["synth", "delete", named, *at])

    assert delete(batch.digest[:12]) == 1
    assert "No withdrawal asks" in capsys.readouterr().err
    who = Performer.objects.order_by("handle")[0]
    mine = list(batch.takes.filter(descents__performer=who).distinct())
    home = Shelf(place.synthetic)
    kept = home.path(mine[0].copy, COPIES).read_bytes()
    withdrawal, _ = take_back(place, who, Scope(use_classes=frozenset({UseClass.SYNTHESIS})))
    assert delete(batch.digest[:12]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["takes"], told["new"]) == (len(mine), len(mine)) and 0 < len(mine) < batch.made
    there = [t for t in batch.takes.all() if home.path(t.sha256).exists()]
    assert len(there) == batch.made - len(mine)
    assert not any(home.path(t.copy, COPIES).exists() for t in mine)
    assert check_synthetic(place).startswith("synthetic: ")
    owed = withdrawal.obligations.get(subject=f"batch:{batch.digest}")
    assert owed.fulfilment.by is not None and owed.fulfilment.by.username == "pam"
    assert delete(batch.digest[:12]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 0
    assert Entry.objects.filter(kind=Kind.SYNTHETIC_DELETED.value).count() == 1
    assert delete(batch_of("troupe").digest) == 1
    assert "Nobody's voice" in capsys.readouterr().err
    home.path(mine[0].copy, COPIES).write_bytes(kept)
    with pytest.raises(CheckFailed, match="was deleted, as the log says, and lies here"):
        check_synthetic(place)
    assert delete(batch.digest[:12]) == 0 and check_synthetic(place)
    (there_too,) = (place.synthetic / HOME / batch.digest).glob("*.json")
    there_too.unlink()
    with pytest.raises(CheckFailed, match="is missing"):
        check_synthetic(place)


def test_a_training_whose_batches_come_from_copies_alone_is_refused_before_it_begins(
    house: yesand.House, tmp_path: Path
) -> None:
    permit, place = permit_of(house), house.place
    beside = added(place, permit, [batch_of("variation").digest])
    parents = sorted({parent for take in beside.takes for parent in take.parents})
    copies = [Copy(one, "0" * 64, Alike.NEAR, 10**6) for one in parents]
    with pytest.raises(Refused, match="all come from copies"):
        train(place, permit, tmp_path / "m", settings=HeadSettings(), added=beside, copies=copies)
    assert not (tmp_path / "m").exists()


def test_a_folder_that_says_synthetic_is_registered_by_its_own_training_alone(
    house: yesand.House, stage: Path, tmp_path: Path
) -> None:
    place, permit = house.place, permit_of(house)
    known = TrainedModel.objects.get(name="mixed")
    assert register(place, stage / "mixed", permit) == known
    shutil.copytree(stage / "mixed", tmp_path / "other")
    (tmp_path / "other" / "note.txt").write_text("Tuned.\n")
    with pytest.raises(Refused, match="nobody asked whom they came from"):
        register(place, tmp_path / "other", permit, name="other")
    (tmp_path / "other" / "card.json").unlink()
    with pytest.raises(Refused, match="nobody asked whom they came from"):
        register(place, tmp_path / "other", permit, name="other")


def test_no_report_is_planned_or_measured_whose_effects_are_no_sums_over_takes(
    house: yesand.House, stage: Path, tmp_path: Path
) -> None:
    place, permit = house.place, permit_of(house)
    with pytest.raises(Refused, match="passed on only where"):
        planned(place, stage / "mixed", estimator="datamodel")
    shutil.copytree(stage / "mixed", tmp_path / "tuned")
    (tmp_path / "tuned" / "note.txt").write_text("Tuned.\n")
    tuned = register_files(place, permit, resources(tmp_path / "tuned"), name="tuned")
    descend(place, tuned, "fine-tune", {TrainedModel.objects.get(name="mixed"): None})
    with pytest.raises(Refused, match="passed on only where"):
        measure(place, tuned, tmp_path / "tuned", stage / "mixed")
    assert not Report.objects.filter(model=tuned).exists()


def test_a_batch_of_another_licensee_or_purpose_and_one_in_quarantine_teach_nothing(
    house: yesand.House, unguard: Callable[[str], None]
) -> None:
    permit, batch = permit_of(house), batch_of("variation")
    found(house.place, "acme", "Acme", Organisation.Kind.LICENSEE)
    theirs = asks(house, Action.TRAIN, UseClass.RECOGNITION, licensee="acme")
    with pytest.raises(Refused, match="made for house-lab, and acme would train"):
        added(house.place, theirs, [batch.digest])
    other = asks(house, Action.TRAIN, UseClass.RECOGNITION, Purpose.HEALTH)
    with pytest.raises(Refused, match="purpose entertainment, not health"):
        added(house.place, other, [batch.digest])
    unguard("synthetic_syntheticbatch")
    SyntheticBatch.objects.filter(pk=batch.pk).update(quarantined=True)
    with pytest.raises(Refused, match="Nobody vouches"):
        added(house.place, permit, [batch.digest])
