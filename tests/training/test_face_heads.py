"""A head on faces: trained on films, told of takes that show none, served films, kept no face."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from tests.training.films import PEOPLE, Reader, film, films
from tests.training.whistles import GROUNDS, examples

from yesand.affect.face.reader import SETTING
from yesand.affect.head.brought import Brought
from yesand.affect.head.described import FACES
from yesand.affect.head.faces import Unseen
from yesand.affect.listening import Kept
from yesand.agreements.vocabulary import Modality
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.reliance import inputs
from yesand.serving.answer import judged
from yesand.serving.intake import Bad, groups
from yesand.serving.sight import NO_FACE, Film, check_hears
from yesand.serving.voice import Voice
from yesand.training import folder, heads
from yesand.training.around import Around
from yesand.training.examples import Example
from yesand.training.heads import HeadSettings
from yesand.training.kinds import settings_of
from yesand.training.unlearning.exact import HeadCourse, Removed, Told

pytest.importorskip("av", reason="the extra video (PyAV) is missing")
READER = Reader()
BROUGHT = Brought(reader=READER)  # type: ignore[arg-type]
SETTINGS = HeadSettings(described=BROUGHT.describe_faces(), brought=BROUGHT)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory, cache: Kept) -> list[Example]:
    """Films of three people; one take of each of Cleo's feelings is too dark to see her."""
    return films(tmp_path_factory.mktemp("films"), cache, dark=("Cleo",))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept) -> Path:
    out = tmp_path_factory.mktemp("heads") / "model"
    heads.train(troupe, GROUNDS, SETTINGS, out, Around(cache))
    return out


def test_it_tells_feelings_by_faces_it_never_met_and_who_shows_none(
    trained: Path, troupe: list[Example]
) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["scores"]["uar"] > 0.9 and set(told["scores"]["by_performer"]) == set(PEOPLE)
    dark = {e.sha256 for e in troupe if e.path.stem in ("Cleo-glad-1", "Cleo-grave-1")}
    assert set(told["left_out_without_a_face"]) == dark and told["senses"] == ["face"]
    card = (trained / "card.md").read_text()
    assert "from the face" in card and "2 more show no face, and were left out" in card
    assert told["settings"].items() >= {"source": "face", "width": 499}.items()


def test_whose_every_take_shows_no_face_is_known_to_reliance_and_relied_on_not_at_all(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    hidden = film(tmp_path / "Dora.mp4", "glad", 3, 0, bright=0)
    from yesand.kernel.ids import digest_file

    odd = Example(hidden, digest_file(hidden), "Dora", "glad", 600)
    heads.train([*troupe, odd], GROUNDS, SETTINGS, tmp_path / "m", Around(cache))
    given = inputs.read(tmp_path / "m", "ab" * 32)
    assert given.corpus.performers == PEOPLE and given.copiers == ("Dora",) and given.copies == 0


def test_a_take_without_a_picture_is_left_out_as_one_without_a_face(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    sound = examples(tmp_path / "sounds", ("Alba",))[0]
    record = heads.train([*troupe, sound], GROUNDS, SETTINGS, tmp_path / "m", Around(cache))
    assert sound.sha256 in record.unseen and record.card["data"]["left_out_without_a_face"] == 3
    alone = [e for e in troupe if e.path.stem in ("Cleo-glad-1", "Cleo-grave-1")]
    with pytest.raises(BadInput, match="fewer than two emotions"):
        heads.train(alone, GROUNDS, SETTINGS, tmp_path / "n", Around(cache))


def test_nothing_of_a_face_but_how_it_moves_lies_in_a_folder(trained: Path, cache: Kept) -> None:
    assert {path.name for path in trained.iterdir()} == {
        "card.json", "card.md", "confusion.png", "confusion.svg", "frozen.npz", "model.json",
        "report.html", "weights.safetensors",
    }  # fmt: skip
    with np.load(trained / "frozen.npz") as frozen:
        assert frozen["embedding"].shape[-1] <= 64  # principal components of 499 functionals
        assert not any("landmark" in name for name in frozen.files)
    rows = [*(cache.folder / "face").rglob("*.npy")]
    assert rows and all(len(np.load(row)) == 499 for row in rows)


def test_films_are_served_by_path_and_from_memory_and_say_where_there_is_no_face(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    voice = Voice.open(trained, BROUGHT)
    dark = film(tmp_path / "dark.mp4", "glad", 0, 0, bright=0)
    sound = examples(tmp_path / "sounds", ("Alba",))[0].path
    before = {*tmp_path.rglob("*")}
    given = [troupe[0].path, troupe[0].path.read_bytes(), dark, sound, np.zeros(8_000)]
    (group,) = groups(given, 16_000, voice.eyes)
    one, same, unseen, *rest = group
    assert len(rest) == 2
    assert all(isinstance(x, Bad) and "sound alone shows none" in str(x.fault) for x in rest)
    assert isinstance(one, Film) and isinstance(same, Film) and isinstance(unseen, Film)
    rows, _ = voice.hear([one, same, unseen])
    assert rows[0] == pytest.approx(rows[1]) and voice.loaded.labels[rows[0].argmax()] == "glad"
    assert [voice.nothing(x) for x in (one, same, unseen)] == ["", "", NO_FACE]
    answer = judged({"glad": 1.0}, unseen.seconds, 0, nothing=NO_FACE, notes=unseen.notes)
    assert answer.abstained and "No face is seen" in answer.notes[0]
    assert {*tmp_path.rglob("*")} == before  # what was sent as bytes lay on no disk
    assert str(READER.read_paths[-2]).startswith(f"/proc/{os.getpid()}/fd/")
    with pytest.raises(BadInput, match="sound alone"):
        check_hears(voice.loaded)  # type: ignore[arg-type]
    heard = voice.loaded.hear(troupe[0].path)
    assert heard["glad"] == pytest.approx(rows[0][0])
    with pytest.raises(Unseen):
        voice.loaded.hear(dark)


def test_another_model_of_faces_or_none_is_refused_and_says_what_to_do(
    trained: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with pytest.raises(NotFound, match=READER.version) as none:
        folder.load(trained)
    assert SETTING in str(none.value.remedy) and "docs/signals.md" in str(none.value.remedy)
    other = Reader()
    other.version = "face-v1-" + "cd" * 16
    with pytest.raises(CheckFailed, match="another model of faces"):
        folder.load(trained, Brought(reader=other))  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="No such model of faces"):
        settings_of("head", features=f"{FACES}:{tmp_path / 'gone.task'}")


def test_takes_are_undone_in_it_exactly(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    gone = tuple(e for e in troupe if e.performer == "Bert")
    told = list[Told]()
    around = Around(cache, ready=lambda _, record: told.append(record))
    course = HeadCourse(Removed(trained, gone, 1, "old", "ab" * 32), ask=False)
    course(left, GROUNDS, SETTINGS, tmp_path / "removed", around)
    assert told[0].unlearning["verdict"] == "unlearned"
    assert len(told[0].as_json()["left_out_without_a_face"]) == 2


def test_what_a_model_is_trained_on_is_told_by_its_settings() -> None:
    assert SETTINGS.senses == {Modality.FACE} and HeadSettings().senses == {Modality.VOICE}
    assert settings_of("network").senses == settings_of("network", 2).senses == {Modality.VOICE}
    assert HeadSettings.parse(SETTINGS.as_json()) == SETTINGS
