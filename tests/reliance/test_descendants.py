"""A descendant inherits its parents' shares: as declared, as bounded, or as measured."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, transaction
from reliance_factories import frozen, registered

import yesand
from small_troupe import ask, troupe
from yesand.cli import _run as run
from yesand.corpus import services as corpus
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest
from yesand.provenance import dsse
from yesand.reliance.descendants.measuring.services import measure
from yesand.reliance.descendants.services import bound, inherit
from yesand.reliance.keeping.services import keep
from yesand.reliance.models import Report
from yesand.reliance.report import Agreement, RelianceReport, Utility, open_rows, signed
from yesand.reliance.rows import Row
from yesand.reliance.saving.services import opening
from yesand.reliance.services import estimate
from yesand.reliance.shares import BILLION
from yesand.royalties.gathering.resting.services import reports
from yesand.training.descending.services import descend
from yesand.training.models import TrainedModel
from yesand.training.registry.services import register_files

M = BILLION // 1000


def reported(house: yesand.House, model: TrainedModel, **shares: int) -> Report:
    """A report with these shares, in thousandths, each known to within 50."""
    rows = [
        Row(who, part * M, max(0, part - 50) * M, (part + 50) * M, part, 0, 0, 0)
        for who, part in shares.items()
    ]
    found = RelianceReport(
        model.digest, digest(b"asked"), "aumann-shapley", "1", {}, Utility(1000, 0, 900, 1100),
        Agreement(1.0, None, None, None, 0), True, "", tuple(rows),
    )  # fmt: skip
    mix = {"angry": BILLION}
    return keep(house.place, model, digest(repr((model.digest, shares)).encode()), found, mix=mix)


def gated(house: yesand.House, name: str) -> TrainedModel:
    manifest = corpus.gate(house.place, ask(house)).manifest
    return register_files(house.place, manifest, {f"{name}.bin": digest(name.encode())}, name=name)


@pytest.fixture
def parent(house: yesand.House, tmp_path: Path) -> TrainedModel:
    troupe(house, tmp_path / "two", performers=("Alba", "Bert"))
    return gated(house, "parent")


def test_a_fine_tune_shares_with_its_parents_performers_as_declared(
    house: yesand.House, parent: TrainedModel, tmp_path: Path
) -> None:
    reported(house, parent, Alba=700, Bert=300)
    troupe(house, tmp_path / "three")
    child = gated(house, "child")
    descent = descend(house.place, child, "fine-tune", {parent: None}, 600 * M)
    statement = dsse.opened(descent.envelope, {house.place.signer.id: house.place.signer.public})
    assert statement["predicate"]["parents"] == {parent.digest: BILLION}
    report = inherit(house.place, child)
    shares = {who: one["share_ppb"] // M for who, one in report.shares.items()}
    assert shares == {"Alba": 420, "Bert": 180, "Cleo": 400}
    assert report.method == "inherited-declared" and report.sets_shares
    # A word is no measurement: the interval is as wide as it can be.
    assert report.shares["Cleo"]["low_ppb"] == 0 and report.shares["Cleo"]["high_ppb"] == BILLION
    assert (
        reports(Period.of(house.place.clock.now()))[child.digest]
        == report
        == inherit(house.place, child)
    )
    told = signed(report.envelope)
    openings = [opening(report, who) for who in sorted(report.shares)]
    rows = {str(i): one["row"] for i, one in enumerate(openings)}
    assert open_rows(told, rows, {str(i): one["salt"] for i, one in enumerate(openings)})


def test_a_new_report_on_the_parent_goes_on_in_its_descendants(
    house: yesand.House, parent: TrainedModel, tmp_path: Path
) -> None:
    from yesand.reliance.descendants.services import followed

    reported(house, parent, Alba=700, Bert=300)
    merge = gated(house, "merge")
    grandchild = gated(house, "grandchild")
    other = gated(house, "other")
    reported(house, other, Alba=100, Bert=900)
    descend(house.place, merge, "merge", {parent: 3, other: 1})
    descend(house.place, grandchild, "student", {merge: None})
    assert inherit(house.place, merge).shares["Alba"]["share_ppb"] == 550 * M
    assert inherit(house.place, grandchild).shares["Alba"]["share_ppb"] == 550 * M
    made = followed(house.place, reported(house, parent, Alba=300, Bert=700))
    assert [one.model.name for one in made] == ["merge", "grandchild"]
    assert {one.shares["Alba"]["share_ppb"] for one in made} == {250 * M}


def write(path: Path, told: np.ndarray) -> Path:
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["query", "angry", "calm", "happy"])
        for i, row in enumerate(told):
            table.writerow([f"q{i}", *row])
    return path


def test_a_students_part_is_bounded_by_its_answers_by_command(
    house: yesand.House, parent: TrainedModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(0)
    told = rng.dirichlet(np.ones(3), size=(4, 200))
    files = [write(tmp_path / f"{i}.csv", one) for i, one in enumerate(told)]
    student = write(tmp_path / "s.csv", 0.7 * told[0] + 0.3 * rng.dirichlet(np.ones(3), 200))
    reported(house, parent, Alba=700, Bert=300)
    gated(house, "pupil")
    at = ["--house", str(house.place.root)]
    assert run(["descent", "pupil", "--from", "parent", "--how", "student", *at]) == 0
    asked = ["inherit", "pupil", "--answers", str(student), "--parent-answers", str(files[0])]
    assert run([*asked, "--unrelated", str(files[1]), *at]) == 2
    others = [word for file in files[1:] for word in ("--unrelated", str(file))]
    assert run([*asked, *others, *at, "--json"]) == 0
    report = Report.objects.get(method="inherited-bounded")
    part = signed(report.envelope)["descent"]
    assert part["low_ppb"] < 700 * M < part["high_ppb"] and part["others"] == 3
    assert len(part["answers"]["unrelated"]) == 3 and report.digest in capsys.readouterr().out
    # Without takes of its own all of its use is due to the parent's performers.
    assert report.shares["Alba"]["share_ppb"] == 700 * M


def test_a_bad_file_of_answers_is_told_by_its_line(tmp_path: Path) -> None:
    good = write(tmp_path / "good.csv", np.full((30, 3), 1 / 3))
    bad = tmp_path / "bad.csv"
    bad.write_text("query,angry,calm,happy\nq0,1,0\n")
    with pytest.raises(BadInput, match="line 2"):
        bound(bad, good, [good, good])


def test_descent_is_refused_where_it_cannot_be(house: yesand.House, parent: TrainedModel) -> None:
    child = gated(house, "child")
    with pytest.raises(BadInput, match="2 to 20 parents"):
        descend(house.place, child, "merge", {parent: None})
    with pytest.raises(BadInput, match="nobody's descendant"):
        inherit(house.place, child)
    made = descend(house.place, child, "student", {parent: None})
    assert descend(house.place, child, "student", {parent: None}) == made
    with pytest.raises(Refused, match="registered otherwise"):
        descend(house.place, child, "fine-tune", {parent: None})
    with pytest.raises(Refused, match="from itself"):
        descend(house.place, parent, "student", {child: None})
    with pytest.raises(Refused, match="no report"):
        inherit(house.place, child)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


def test_a_fine_tune_of_ours_is_measured_through_both_trainings(
    house: yesand.House, tmp_path: Path
) -> None:
    folders = []
    for name, performers in (("before", 4), ("after", 6)):
        (tmp_path / name).mkdir()
        frozen(tmp_path / name / "frozen.npz", performers=performers, takes=8, folds=2)
        folders.append(tmp_path / name)
    parent, child = registered(house, folders[0], "before"), registered(house, folders[1], "after")
    descend(house.place, child, "fine-tune", {parent: None})
    quick: dict[str, Any] = {"network": "mlp:4", "epochs": 3, "later_epochs": 2, "seeds": 2}
    quick |= {"max_seeds": 2, "nodes": 4, "checks": 0, "resamples": 10, "batch": 16}
    report = measure(house.place, child, folders[1], folders[0], **quick)
    told = signed(report.envelope)
    assert told["method"] == "continued" and told["quality"]["additivity"] < 0.3
    assert 0 < told["descent"]["low_ppb"] <= told["descent"]["part_ppb"] < BILLION
    assert sum(one["share_ppb"] for one in report.shares.values()) == BILLION
    assert measure(house.place, child, folders[1], folders[0], **quick) == report
    assert estimate(house.place, parent, folders[0], resamples=10).sets_shares
    if report.sets_shares:
        with pytest.raises(Refused, match="prevails"):
            inherit(house.place, child)
    with pytest.raises(BadInput, match="forgets"):
        measure(house.place, child, folders[1], folders[0], **{**quick, "network": "head"})
