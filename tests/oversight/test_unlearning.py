"""A withdrawal reaches the weights: removed, proved against retraining, and owed until then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.training.whistles import PEOPLE, record

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.oversight.models import Fulfilment
from yesand.oversight.services import obligations
from yesand.oversight.succeeding.services import succeed
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.models import Entry
from yesand.takes import services as takes
from yesand.takes.media import MediaStore
from yesand.training import folder, services
from yesand.training.head_folder import read
from yesand.training.heads import HeadSettings
from yesand.training.models import TrainedModel
from yesand.training.unlearning.services import anew, check_verified, unlearn
from yesand.training.unlearning.verification import Verdict

pytestmark = pytest.mark.one_database


def asked(house: yesand.House) -> SignedManifest:
    now, use = house.place.clock.now(), UseClass.RECOGNITION
    request = Request("house-lab", Purpose.EMOTION_RECOGNITION, use, now, territory="DE")
    return corpus.gate(house.place, request).manifest


@pytest.fixture
def before(house: yesand.House, tmp_path: Path) -> Path:
    """Return the folder of a head that has learned from all four."""
    draft = standard("recognition", date(2026, 10, 1))
    takes.import_corpus(house.place, record(tmp_path / "takes"), agreement=draft)
    services.train(house.place, asked(house), tmp_path / "old", name="old", settings=HeadSettings())
    return tmp_path / "old"


@pytest.fixture
def withdrawn(house: yesand.House, before: Path) -> Path:
    withdrawal = agreements.withdraw(house.place, people.performer("Bert"))
    obligations(house.place, withdrawal)
    return before


def test_whoever_withdrew_is_out_of_the_weights_and_the_report_shows_it(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place = house.place
    manifest = anew(place, withdrawn, "Bert")
    made = unlearn(place, withdrawn, manifest, tmp_path / "new", name="new")
    check_verified(made)
    # A training without them, from nothing, finds the same weights.
    services.train(place, manifest, tmp_path / "anew", settings=HeadSettings(), name="anew")
    ours, theirs = (read(tmp_path / n / folder.WEIGHTS) for n in ("new", "anew"))
    old = read(withdrawn / folder.WEIGHTS)
    assert np.abs(ours.weights - theirs.weights).max() < 1e-6
    assert np.abs(old.weights - theirs.weights).max() > 1e-4
    assert (ours.scale.mean == theirs.scale.mean).all()
    told = made.told
    assert told["verdict"] == "unlearned" and told["takes_removed"] == 6
    assert told["distance"]["weights"] <= 1e-6 and told["from"] == {"old": made.model.run[
        "unlearning"]["from"]}  # fmt: skip
    attacks = told["membership"]
    assert attacks["after"]["auc"] == attacks["retrained"]["auc"]
    assert attacks["before"]["auc"] >= attacks["after"]["auc"]
    # Nothing in the new folder, and no word of the report, names them.
    with np.load(tmp_path / "new" / "frozen.npz") as frozen:
        assert len(frozen["take"]) == 18 and len(set(frozen["performer"].tolist())) == 3
    words = (tmp_path / "new.unlearning.md").read_text()
    assert "# Removal of takes: unlearned" in words
    assert not any(name in words + json.dumps(told) for name in PEOPLE)
    signed = json.loads((tmp_path / "new.unlearning.json").read_text())
    payload = dsse.opened(signed, {place.signer.id: place.signer.public})
    assert payload["subject"][0]["digest"]["sha256"] == made.model.digest
    assert payload["predicate"] == told


def test_the_same_again_is_the_same_model_and_report(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    manifest = anew(house.place, withdrawn, "Bert")
    made = unlearn(house.place, withdrawn, manifest, tmp_path / "new")
    report, entries = made.report.read_bytes(), Entry.objects.count()
    again = unlearn(house.place, withdrawn, manifest, tmp_path / "new")
    assert again.model == made.model and again.report.read_bytes() == report
    assert Entry.objects.count() == entries


def test_without_a_comparison_it_is_unverified_and_closes_no_duty(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    manifest = anew(house.place, withdrawn, "Bert")
    made = unlearn(
        house.place, withdrawn, manifest, tmp_path / "new", name="new", verify=False, ask=False
    )
    assert made.verdict is Verdict.UNVERIFIED
    words = made.report.with_suffix(".md").read_text()
    assert "UNVERIFIED" in words and "must not be called unlearned" in words
    with pytest.raises(CheckFailed, match="Not verified as unlearned"):
        check_verified(made)
    with pytest.raises(Refused, match="not verified"):
        succeed(house.place, "old", "new")
    assert not Fulfilment.objects.exists()
    # Verified later, elsewhere, the same model may be called so.
    check_verified(unlearn(house.place, withdrawn, manifest, tmp_path / "again"))
    assert len(succeed(house.place, "old", "new")) == 1


def test_a_duty_to_retrain_is_closed_by_the_successor_once_the_old_model_serves_nowhere(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place = house.place
    old = TrainedModel.objects.get(name="old")
    serving = services.deploy(place, old, people.organisation("house-lab"), place.clock.now())
    made = unlearn(place, withdrawn, anew(place, withdrawn, "Bert"), tmp_path / "new", name="new")
    assert not Fulfilment.objects.exists()  # of itself it claims nothing about the old one
    with pytest.raises(Refused, match="still serves"):
        succeed(place, "old", "new")
    services.decommission(place, serving, place.clock.now())
    (closed,) = succeed(place, "old", "new")
    assert made.model.digest in closed.statement and closed.obligation.subject == "model:old"
    assert succeed(place, "old", "new") == [closed]
    with pytest.raises(Refused, match="not made from new by removing"):
        succeed(place, "new", "old")


def test_a_second_withdrawal_keeps_the_successor_from_closing_it(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place = house.place
    unlearn(place, withdrawn, anew(place, withdrawn, "Bert"), tmp_path / "new", name="new")
    obligations(place, agreements.withdraw(place, people.performer("Cleo")))
    with pytest.raises(Refused, match="takes that this withdrawal takes back, too"):
        succeed(place, "old", "new")
    assert not Fulfilment.objects.exists()
    # Both together are undone from the first model as well as from the second.
    manifest = anew(place, withdrawn, "Cleo")
    both = unlearn(place, withdrawn, manifest, tmp_path / "both", name="both")
    check_verified(both)
    assert both.told["performers"] == 2 and len(succeed(place, "old", "both")) == 2


def test_one_withdrawal_after_the_other_is_closed_each_by_its_own_successor(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place = house.place
    unlearn(place, withdrawn, anew(place, withdrawn, "Bert"), tmp_path / "new", name="new")
    (first,) = succeed(place, "old", "new")
    obligations(place, agreements.withdraw(place, people.performer("Cleo")))
    with pytest.raises(Refused, match="takes that this withdrawal takes back, too"):
        succeed(place, "old", "new")
    unlearn(place, withdrawn, anew(place, withdrawn, "Cleo"), tmp_path / "both", name="both")
    (second,) = succeed(place, "old", "both")
    assert first.obligation != second.obligation and "replaced by both" in second.statement
    assert succeed(place, "old", "both") == [second] and succeed(place, "old", "new") == [first]


def test_a_manifest_of_another_request_is_refused(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place, same = house.place, anew(house.place, withdrawn, "Bert")
    other = corpus.gate(place, replace(same.asked(), commercial=False)).manifest
    assert {take.sha256 for take in other.takes} == {take.sha256 for take in same.takes}
    with pytest.raises(Refused, match="another request"):
        unlearn(place, withdrawn, other, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_what_was_recorded_may_be_deleted_already(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    place = house.place
    manifest = anew(place, withdrawn, "Bert")
    store, still = MediaStore(place.media), {take.sha256 for take in manifest.takes}
    for take in corpus.find(place, TrainedModel.objects.get(name="old").manifest_id).takes:
        if take.sha256 not in still:
            store.path_of(take.sha256).unlink()
            for kept in place.cache.rglob(f"{take.sha256}.npy"):
                kept.unlink()
    made = unlearn(place, withdrawn, manifest, tmp_path / "new")
    check_verified(made)
    assert made.told["membership"]["before"] is None
    assert "not at hand" in made.report.with_suffix(".md").read_text()


def test_what_cannot_be_undone_is_refused_and_says_why(
    house: yesand.House, before: Path, tmp_path: Path
) -> None:
    place = house.place
    whole = asked(house)
    with pytest.raises(Refused, match="nothing is to be undone"):
        unlearn(place, before, whole, tmp_path / "new")
    with pytest.raises(NotFound, match="No take of Nobody"):
        anew(place, before, "Nobody")
    with pytest.raises(Refused, match="Bert has not withdrawn"):
        anew(place, before, "Bert")
    agreements.withdraw(place, people.performer("Bert"))
    fewer = anew(place, before, "Bert")
    services.train(place, fewer, tmp_path / "few", name="few", settings=HeadSettings())
    # A model cannot learn by unlearning, and a trained one was not unlearned.
    with pytest.raises(Refused, match="nothing is to be undone"):
        unlearn(place, tmp_path / "few", fewer, tmp_path / "new")
    with pytest.raises(Refused, match="not made from old by removing"):
        unlearn(place, before, fewer, tmp_path / "few")
    (before / "card.md").write_text("A splendid model.")
    with pytest.raises(CheckFailed, match=r"card\.md differs"):
        unlearn(place, before, fewer, tmp_path / "new")
    assert not (tmp_path / "new").exists()


_KILLED = """
import sys, time, yesand
from pathlib import Path
place = yesand.open(sys.argv[1]).place
from yesand.training.unlearning import exact
from yesand.training.unlearning.services import anew, unlearn
audit = exact.HeadCourse._audit
def stall(*given):
    print("found", flush=True)
    time.sleep(60)
exact.HeadCourse._audit = stall
old = Path(sys.argv[2])
unlearn(place, old, anew(place, old, "Bert"), Path(sys.argv[3]), name="new")
"""


@pytest.mark.sqlite
def test_killed_before_the_proof_nothing_is_there_and_it_can_be_done_again(
    house: yesand.House, withdrawn: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made" / "new"
    run = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(house.place.root), str(withdrawn), str(out)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert run.stdout is not None and run.stdout.readline() == b"found\n"
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert not out.exists() and not TrainedModel.objects.filter(name="new").exists()
    made = unlearn(house.place, withdrawn, anew(house.place, withdrawn, "Bert"), out, name="new")
    check_verified(made)
    assert sorted(p.name for p in out.parent.iterdir()) == [
        "new", "new.unlearning.json", "new.unlearning.md",
    ]  # fmt: skip
