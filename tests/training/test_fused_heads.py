"""Fused heads: by voice, by face, by both; each alone where the other is lacking; exact as one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.affect.test_calibration import said
from tests.takes.videos import video
from tests.training.films import PEOPLE, Reader, film, films
from tests.training.whistles import GROUNDS, examples

from yesand.affect.calibration import settled, trust
from yesand.affect.evaluating import Known
from yesand.affect.head.brought import Brought
from yesand.affect.listening import Kept
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput, Refused
from yesand.reliance import estimators, inputs
from yesand.serving.exporting import export
from yesand.serving.intake import groups
from yesand.serving.sight import NO_FACE, Film
from yesand.serving.voice import Voice
from yesand.training import folder, fused
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.fused import FusedSettings
from yesand.training.fused_folder import Trust
from yesand.training.kinds import settings_of
from yesand.training.unlearning.exact import Removed, Told
from yesand.training.unlearning.fusing import FusedCourse

pytest.importorskip("av", reason="the extra video (PyAV) is missing")
BROUGHT = Brought(reader=Reader())  # type: ignore[arg-type]
SETTINGS = FusedSettings(BROUGHT.describe_faces(), brought=BROUGHT)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory, cache: Kept) -> list[Example]:
    return films(tmp_path_factory.mktemp("films"), cache, dark=("Cleo",))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept) -> Path:
    out = tmp_path_factory.mktemp("fused") / "model"
    heard = {e.sha256: {"glad": 3, "grave": 1} for e in troupe}
    alone = {"voice": Known(votes=heard), "face": Known(votes=heard)}
    around = Around(cache, known=Known(votes=heard), known_alone=alone)
    fused.train(troupe, GROUNDS, SETTINGS, out, around)
    return out


def test_it_is_scored_by_voice_by_face_and_by_both_beside_people(trained: Path) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["scores"]["uar"] > 0.9 and told["scores"]["takes"] == 12
    assert told["without_a_face"] == 2 and told["senses"] == ["face", "voice"]
    parts = told["by_modality"]
    assert [*parts] == ["both", "face", "voice"]
    assert {part["takes"] for part in parts.values()} == {10}  # the same, which show a face
    assert all(part["heard"]["takes"] == 10 for part in parts.values())
    card, report = ((trained / name).read_text() for name in ("card.md", "report.html"))
    assert "from voice and face" in card and "answered by the voice alone" in card
    assert "Of 10 takes with a face, by face" in card and "one rater in" in card
    assert "By voice, by face, by both" in report


def test_each_part_answers_alone_with_a_calibration_of_its_own(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    voice = Voice.open(trained, BROUGHT)
    dark = film(tmp_path / "dark.mp4", "glad", 0, 0, bright=0)
    mute = video(tmp_path / "mute.mp4", 0.6, size=(64, 48), silent=True, bright=220)
    nothing = video(tmp_path / "nothing.mp4", 0.6, size=(64, 48), silent=True, bright=0)
    sound = next(e.path for e in examples(tmp_path / "sounds", ("Alba",)) if e.emotion == "glad")
    given = [troupe[0].path, dark, mute, nothing, sound]
    (group,) = groups(given, None, voice.eyes)
    assert [isinstance(one, Film) for one in group] == [True] * 4 + [False]
    rows, _ = voice.hear(group)  # type: ignore[arg-type]
    assert rows.sum(axis=1) == pytest.approx(1) and rows[3] == pytest.approx(0.5)
    assert [voice.nothing(one) for one in group] == ["", "", "", NO_FACE, ""]  # type: ignore[arg-type]
    both, unseen, unheard = (
        voice.loaded.hear(path)["glad"] for path in (troupe[0].path, dark, mute)
    )
    assert (both, unseen, unheard) == pytest.approx(rows[:3, 0].tolist(), abs=1e-3)
    loaded = voice.loaded
    assert loaded.senses == {Modality.VOICE, Modality.FACE}
    trusted = json.loads((trained / "model.json").read_text())["trust"]
    assert trusted == loaded.trust.as_json()  # type: ignore[union-attr]
    assert loaded.hear(sound)["glad"] == pytest.approx(rows[4, 0], abs=1e-6)
    with pytest.raises(BadInput, match="without sound"):
        loaded.hear(nothing)


def test_nobody_is_named_in_its_folder(troupe: list[Example], cache: Kept, tmp_path: Path) -> None:
    masks = {who: f"p-{n}" for n, who in enumerate(PEOPLE)}
    masked = replace(GROUNDS, names=masks, masks=masks)
    fused.train(troupe, masked, SETTINGS, tmp_path / "m", Around(cache))
    for path in (tmp_path / "m").iterdir():
        if path.suffix in {".json", ".md", ".html"}:
            assert "p-0" in path.read_text() or path.name == "card.md"
            assert not any(who in path.read_text() for who in PEOPLE)


def test_the_same_takes_give_the_same_folder(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    votes = {e.sha256: {"glad": 3, "grave": 1} for e in troupe}
    known = Known(votes=votes)
    around = Around(cache, known=known, known_alone={"voice": known, "face": known})
    fused.train(troupe, GROUNDS, SETTINGS, tmp_path / "again", around)
    assert resources(tmp_path / "again") == resources(trained)


def test_takes_are_undone_exactly_in_both_heads_and_in_how_they_are_pooled(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    gone = tuple(e for e in troupe if e.performer == "Bert")
    told = list[Told]()
    around = Around(cache, ready=lambda _, record: told.append(record))
    course = FusedCourse(Removed(trained, gone, 1, "old", "ab" * 32))
    course(left, GROUNDS, SETTINGS, tmp_path / "removed", around)
    (found,) = told
    assert found.unlearning["verdict"] == "unlearned" and found.unlearning["how"] == "optimum"
    assert folder.load(tmp_path / "removed", BROUGHT).trust != folder.load(trained, BROUGHT).trust


def test_reliance_sees_both_and_onnx_says_why_not(trained: Path, tmp_path: Path) -> None:
    given = inputs.read(trained, "ab" * 32)
    assert given.corpus.performers == PEOPLE
    found = estimators.estimator("leave-one-out").estimate(given.model, given.corpus, given.queries)
    assert len(found.rows) == len(PEOPLE)
    with pytest.raises((Refused, BadInput), match=r"as one graph|is not here|No model of faces"):
        export(trained, tmp_path / "model.onnx")


def test_what_cannot_be_fused_is_said(troupe: list[Example], cache: Kept, tmp_path: Path) -> None:
    glad = [e for e in troupe if e.emotion == "glad" and "Cleo" not in e.path.name]
    sounds = [
        e for e in examples(tmp_path / "sounds", ("Alba", "Bert", "Cleo")) if e.emotion != "uneasy"
    ]
    with pytest.raises(BadInput, match="Faces are seen in takes of fewer than two emotions"):
        fused.train([*glad, *sounds], GROUNDS, SETTINGS, tmp_path / "m", Around(cache))
    with pytest.raises(Refused, match="not recorded"):
        around = Around(recorder=object())  # type: ignore[arg-type]
        fused.train(troupe, GROUNDS, SETTINGS, tmp_path / "m", around)
    assert FusedSettings.parse(SETTINGS.as_json()) == SETTINGS
    for broken in ({}, {"voice": {}, "face": {}, "penalty": 1}):
        with pytest.raises(BadInput):
            FusedSettings.parse(broken)
    for odd in (
        None,
        {},
        {"voice": 1, "face": 1, "both": [0, 0]},
        {"voice": 1, "face": -1, "both": [1, 1]},
    ):
        with pytest.raises(BadInput):
            Trust.parse(odd)
    with pytest.raises(BadInput, match="no parts"):
        settings_of("fused", 2)
    with pytest.raises(BadInput, match="of fused heads"):
        settings_of("head", face="face:elsewhere.task")
    with pytest.raises(BadInput, match="an encoder's"):
        settings_of("network", layer=3)


def test_several_parts_are_weighed_to_the_last_digits() -> None:
    one, label, _ = said(5, 1.0, takes=200)
    other = one + np.random.default_rng(6).normal(0, 2, one.shape)
    noise = np.random.default_rng(7).normal(0, 1, one.shape)
    parts = np.stack([one, other, -noise])
    found, beside = settled(parts, label), settled(parts + 1e-10, label)
    assert np.abs(found - beside).max() < 1e-8 and (found >= 0).all()
    assert found == pytest.approx(trust(parts, label), abs=2e-3)
