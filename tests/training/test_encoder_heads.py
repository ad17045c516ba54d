"""A head on an encoder that its user brings: named by its digest, found by it, exact as any."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.affect.small_encoders import WIDTH, encoder
from tests.training.whistles import GROUNDS, PEOPLE, examples

from yesand.affect.head.brought import ENCODERS, Brought
from yesand.affect.head.described import Described
from yesand.affect.listening import Kept, hear
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.reliance import estimators, inputs
from yesand.serving.exporting import export
from yesand.serving.sound import of_file
from yesand.serving.voice import Voice
from yesand.training import folder, heads
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.heads import HeadSettings
from yesand.training.kinds import settings_of
from yesand.training.unlearning.exact import HeadCourse, Removed, Told

pytest.importorskip("transformers", reason="the extra encoders (transformers) is missing")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two encoders of chance, and something that is none."""
    root = tmp_path_factory.mktemp("encoders")
    encoder(root / "one")
    encoder(root / "other", seed=1)
    (root / "notes").mkdir()
    return root


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"))


@pytest.fixture(scope="module")
def trained(
    tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], place: Path, cache: Kept
) -> Path:
    out = tmp_path_factory.mktemp("heads") / "model"
    settings = settings_of("head", features=f"encoder:{place / 'one'}", pooling="mean+std")
    heads.train(troupe, GROUNDS, settings, out, Around(cache))
    return out


def test_it_names_the_encoder_and_tells_nobody_where_it_lies(trained: Path, place: Path) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["features"].startswith("encoder-v1-") and told["scores"]["uar"] > 1 / 3
    own = {"source": "encoder", "width": 2 * WIDTH, "layer": 3, "pooling": "mean+std"}
    assert told["settings"].items() >= own.items()
    assert set(told["scores"]["by_performer"]) == set(PEOPLE)
    for path in trained.iterdir():
        assert str(place).encode() not in path.read_bytes()


def test_the_same_again_is_the_same_with_and_without_a_cache_or_processes(
    trained: Path, troupe: list[Example], place: Path, tmp_path: Path
) -> None:
    settings = settings_of("head", features=f"encoder:{place / 'one'}", pooling="mean+std")
    heads.train(troupe, GROUNDS, settings, tmp_path / "plain")
    assert resources(tmp_path / "plain") == resources(trained)


def test_it_hears_by_the_encoder_with_its_digest_wherever_that_lies_now(
    trained: Path,
    troupe: list[Example],
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(place, tmp_path / "moved")
    monkeypatch.setenv(ENCODERS, str(tmp_path / "moved"))
    voice = Voice.open(trained)
    (first,), _ = voice.hear([of_file(troupe[0].path)])
    said = voice.loaded.hear(troupe[0].path)
    assert first == pytest.approx([*said.values()], abs=1e-4)
    monkeypatch.delenv(ENCODERS)
    by_hand = folder.load(trained, Brought(encoders=(place,))).hear(troupe[0].path)
    assert by_hand == said
    signal, rate = soundfile.read(troupe[0].path, dtype="float32")
    with pytest.raises(BadInput, match="was given others"):
        voice.loaded.probability([hear(signal, rate)])


def test_without_that_encoder_it_says_which_and_where_to_put_it(
    trained: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = json.loads((trained / "model.json").read_text())["features"]
    monkeypatch.delenv(ENCODERS, raising=False)
    with pytest.raises(NotFound, match=version) as none:
        folder.load(trained)
    assert ENCODERS in str(none.value.remedy)
    shutil.copytree(place / "other", tmp_path / "some" / "other")
    monkeypatch.setenv(ENCODERS, str(tmp_path / "some"))
    for way in (folder.load, folder.check_brought):
        with pytest.raises(NotFound, match=version):
            way(trained)  # another digest
    folder.check_brought(trained, Brought(encoders=(place,)))
    told = json.loads((trained / "model.json").read_text())
    broken = tmp_path / "broken"
    shutil.copytree(trained, broken)
    told["settings"]["width"] = WIDTH
    (broken / "model.json").write_text(json.dumps(told))
    with pytest.raises((BadInput, CheckFailed), match=r"does not fit|another encoder"):
        folder.load(broken, Brought(encoders=(place,)))


def test_reliance_is_measured_on_it_without_the_encoder(trained: Path) -> None:
    given = inputs.read(trained, "ab" * 32)
    assert given.model.embedding.shape[2] == 2 * WIDTH  # as the head sees them
    found = estimators.estimator("leave-one-out").estimate(given.model, given.corpus, given.queries)
    assert len(found.rows) == len(PEOPLE)


def test_takes_are_undone_in_it_exactly_and_by_what_is_kept_without_the_encoder(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    gone = tuple(e for e in troupe if e.performer == "Bert")
    told = list[Told]()
    around = Around(cache, ready=lambda _, record: told.append(record))
    settings = HeadSettings.parse(json.loads((trained / "model.json").read_text())["settings"])
    HeadCourse(Removed(trained, gone, 1, "old", "ab" * 32))(
        left, GROUNDS, settings, tmp_path / "removed", around
    )
    assert told[0].unlearning["verdict"] == "unlearned"
    assert told[0].unlearning["membership"]["before"] is not None
    with pytest.raises(NotFound, match="is not here"):  # what was never kept must be heard
        heads.train(left, GROUNDS, settings, tmp_path / "anew")


def test_settings_name_features_and_refuse_what_is_none(place: Path, tmp_path: Path) -> None:
    made = settings_of("head", features=f"encoder:{place / 'one'}", layer=1)
    assert isinstance(made, HeadSettings) and made.described.layer == 1
    assert HeadSettings.parse(made.as_json()) == made
    for odd in ("mfcc", "encoder:", "encoder", "prosody:x"):
        with pytest.raises(BadInput, match="No such features"):
            settings_of("head", features=odd)
    with pytest.raises(BadInput, match="features of its own"):
        settings_of("network", features=f"encoder:{place / 'one'}")
    with pytest.raises(BadInput, match="No pooling"):
        settings_of("head", features=f"encoder:{place / 'one'}", pooling="max")
    with pytest.raises(NotFound, match="No such folder"):
        settings_of("head", features=f"encoder:{tmp_path / 'gone'}")
    with pytest.raises(BadInput, match="Not a source"):
        Described.parse({"features": "x", "source": "encoder"})
    with pytest.raises(Refused, match="already"):
        heads.train([], GROUNDS, made, place)


def test_an_encoder_s_head_is_written_as_onnx_or_says_why(
    trained: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENCODERS, str(place))
    with pytest.raises(Refused, match="cannot be written as one graph"):
        export(trained, tmp_path / "model.onnx")
    assert np.isfinite(folder.load(trained).head.weights).all()  # type: ignore[union-attr]
