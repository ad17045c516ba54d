"""The reliability of a house's ratings, and the soft labels that they become."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from rating_files import table, taken

import yesand
from small_troupe import troupe
from yesand.affect.reliability.report import Reliability, Said, reliability
from yesand.affect.reliability.services import export_soft, reports
from yesand.affect.spaces import categories
from yesand.kernel.errors import NotFound


def test_reliability_of_a_house_names_who_does_not_listen(
    house: yesand.House, tmp_path: Path
) -> None:
    troupe(house, tmp_path / "troupe", performers=("Alba", "Bert", "Cleo", "Dina"))
    acted = {"angry": ("anger", 2, 8), "calm": ("neutral", 5, 2), "happy": ("happiness", 8, 7)}
    rows = []
    for who in ("Alba", "Bert", "Cleo", "Dina"):
        for emotion, (label, valence, arousal) in acted.items():
            for rater, shift in (("ann", 0), ("bob", 1), ("cat", -1)):
                rows.append(
                    f"{who}-{emotion},{rater},{label}:70,sam,{valence + shift},{arousal},4,,"
                )
            rows.append(f"{who}-{emotion},sam,fear:10,sam,5,5,0.1,,")
            rows.append(f"{who}-{emotion},ann,fear:10,sam,5,5,4,,again-{who}-{emotion}")
    taken(house, table(tmp_path / "r.csv", *rows), space="crema-d")
    found, scaled = reports()
    told = json.loads(json.dumps(found.as_json()))
    assert (found.space, found.modality) == ("crema-d@1", "voice")
    assert (scaled.space, scaled.modality) == ("sam@1", "voice")
    assert found.overall.takes == 12 and found.overall.ratings == 48
    assert found.repeated == 12
    assert 0 < found.overall.low <= found.overall.alpha <= found.overall.high < 1
    signs = {"same-answer", "too-fast", "against-everybody"}
    assert {c["sign"] for c in told["careless"]} == signs
    assert {c["rater"] for c in told["careless"]} == {"sam"}
    assert found.competence["ann"] > 0.9 > found.competence["sam"]
    bias = {r: b for r, (b, _) in scaled.bias["valence"].items()}
    assert bias["bob"] - bias["cat"] == pytest.approx(2, abs=0.8)
    assert [a.name for a in scaled.axes] == ["valence", "arousal"] and found.axes == ()
    assert export_soft(tmp_path / "soft.csv", "crema-d", "voice") == 12
    soft = list(csv.DictReader((tmp_path / "soft.csv").read_text().splitlines()))
    labels = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
    assert all(sum(float(row[x]) for x in labels) == pytest.approx(1) for row in soft)
    with pytest.raises(NotFound):
        reports("gemep")
    with pytest.raises(NotFound):
        export_soft(tmp_path / "none.csv", "crema-d", "face")


def test_one_rating_without_labels_breaks_no_report(rated: yesand.House, tmp_path: Path) -> None:
    taken(rated, table(tmp_path / "r.csv", "Alba-calm,rita,,sam,5,5,,,"))
    (found,) = reports()
    assert found.space == "sam@1" and json.dumps(found.as_json(), allow_nan=False)
    assert [(a.name, a.as_json()["alpha"]) for a in found.axes] == [
        ("valence", None), ("arousal", None),
    ]  # fmt: skip


def test_soft_labels_are_carried_over_with_what_has_no_counterpart(
    rated: yesand.House, tmp_path: Path
) -> None:
    rows = [f"Alba-{e},{who},{label},,,,,," for e, label in (("calm", "calm"), ("happy", "happy"))
            for who in ("ann", "bob")]  # fmt: skip
    taken(rated, table(tmp_path / "r.csv", *rows), space="ravdess")

    def told(**into: str) -> list[dict[str, str]]:
        assert export_soft(tmp_path / "s.csv", "ravdess", "voice", **into) == 2
        return list(csv.DictReader((tmp_path / "s.csv").read_text().splitlines()))

    own, ekman, cremad = told(), told(into="ekman"), told(into="crema-d@1")
    assert {row["space"] for row in ekman} == {"ekman@1"} and float(own[0]["outside"]) == 0
    for there, here in zip(own, ekman, strict=True):
        assert float(here["neutral"]) == pytest.approx(
            float(there["neutral"]) + float(there["calm"]), abs=1e-8
        )
    for there, here in zip(own, cremad, strict=True):
        assert here["outside"] == there["surprised"] != "0.000000000"
        labels = categories("crema-d").labels
        assert sum(float(here[label]) for label in labels) == pytest.approx(1)
    with pytest.raises(NotFound, match="No mapping from ravdess@1 to gemep@1"):
        export_soft(tmp_path / "s.csv", "ravdess", "voice", into="gemep")


@pytest.mark.parametrize("same", [True, False])
def test_of_one_rater_alone_nobody_knows_what_they_are_worth(
    rated: yesand.House, tmp_path: Path, same: bool
) -> None:
    labels = ("fear", "fear", "fear") if same else ("fear", "anger", "neutral")
    named = list(zip(("angry", "calm", "happy"), labels, (3, 4, 5), strict=True))
    rows = [
        f"{who}-{emotion},rita,{label}:80,sam,{5 if same else value},5,,,"
        for who in ("Alba", "Bert", "Cleo")
        for emotion, label, value in named
    ]
    taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    for found in reports():
        assert found.people == 1 and found.careless == ()
        assert found.bias == found.competence == found.confuses == {}
        assert all(math.isnan(one.alpha) for one in (found.overall, *found.emotions, *found.axes))
        json.dumps(found.as_json(), allow_nan=False)
    assert export_soft(tmp_path / "soft.csv", "crema-d", "voice") == 9
    for row in csv.DictReader((tmp_path / "soft.csv").read_text().splitlines()):
        parts = {label: float(row[label]) for label in categories("crema-d").labels}
        assert (
            row["raters"] == "1.00"
            and float(row["outside"]) == 0
            and 0.5 < max(parts.values()) < 0.96
            and min(parts.values())
        )


def test_what_one_rated_alone_says_nothing_of_what_they_are_worth() -> None:
    def of(*parts: tuple[str, str, str]) -> Reliability:
        said = [Said(t, "p", who, {label: None}, {}, None, 500) for t, who, label in parts]
        return reliability(said, "crema-d@1", "voice", labels)

    labels = categories("crema-d").labels
    both = [(f"t{n}", who, labels[n % 6]) for n in range(30) for who in ("ann", "bob")]
    alone = [(f"only-ann-{n}", "ann", "neutral") for n in range(60)]
    most = [(f"only-cat-{n}", "cat", labels[n % 6]) for n in range(60)]
    assert of(*both, *alone, *most).competence == of(*both).competence
    assert of(*both, *alone, *most).confuses == of(*both).confuses


@pytest.mark.both_databases
def test_a_trace_alone_hides_no_value(rated: yesand.House, tmp_path: Path) -> None:
    trace = '"{""valence"": [[0, 2], [400, 9]]}"'
    rows = [f"Alba-calm,ann,fear,sam,,,,{trace},t1", f"Bert-calm,ann,,sam,,,,{trace},t2"]
    rows += [f"{who}-calm,{name},,sam,{n},5,,,v{n}" for n, who in ((3, "Alba"), (7, "Bert"))
             for name in ("ann", "bob")]  # fmt: skip
    assert taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")["new"] == 6
    (found,) = reports("sam")
    assert found.people == 2 and found.repeated == 0
    assert [(a.name, a.ratings) for a in found.axes] == [("valence", 4), ("arousal", 4)]
    assert found.axes[0].alpha == 1 and set(found.bias["valence"]) == {"ann", "bob"}
    (labels,) = reports("crema-d")
    assert labels.people == 1


def test_values_on_two_scales_are_not_mixed(rated: yesand.House, tmp_path: Path) -> None:
    rows = []
    for name, sam, vad in (("Alba-calm", 5, 0), ("Alba-happy", 9, 1)):
        rows.append(f"{name},ann,neutral,sam,{sam},,,,")
        rows.append(f"{name},bob,neutral,sam,{sam},,,,")
        rows.append(f"{name},cat,neutral,vad,{vad},,,,")
        rows.append(f"{name},dan,neutral,vad,{vad},,,,")
    taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    assert [one.space for one in reports()] == ["crema-d@1", "sam@1", "vad@1"]
    for name in ("sam", "vad"):
        (found,) = reports(name)
        (valence,) = found.axes
        assert (valence.alpha, valence.ratings) == (1, 4)
        assert found.emotions == found.raters == ()
    (labels,) = reports("crema-d", "voice")
    assert labels.axes == () and labels.overall.ratings == 8
