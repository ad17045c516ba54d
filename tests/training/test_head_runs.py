"""Training the convex head from recordings: scored by voices never met, loaded, served, exact."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.training.whistles import GROUNDS, PEOPLE, RATE, cry, examples

from yesand.affect import derived
from yesand.affect.head.head import Head
from yesand.affect.listening import Kept, hear
from yesand.affect.prosody.functionals import VERSION
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_file
from yesand.reliance import estimators, inputs
from yesand.serving.exporting import export
from yesand.serving.voice import Voice
from yesand.training import folder, heads
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.folder import Enrolment
from yesand.training.head_folder import LoadedHead
from yesand.training.heads import HeadSettings
from yesand.training.kinds import settings_of
from yesand.training.unlearning.exact import HeadCourse, Removed, Told, apart


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept) -> Path:
    out = tmp_path_factory.mktemp("heads") / "model"
    heads.train(troupe, GROUNDS, HeadSettings(), out, Around(cache))
    return out


def test_a_head_tells_emotions_of_voices_it_never_met(trained: Path) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["scores"]["uar"] > 0.9 and set(told["scores"]["by_performer"]) == set(PEOPLE)
    assert told["optimum"]["apart"] <= 1e-9 and told["features"] == VERSION
    assert "Art. 5(1)(f)" in (trained / "card.md").read_text()


def test_the_same_takes_give_the_same_folder_with_and_without_a_cache(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    heads.train(troupe, GROUNDS, HeadSettings(), tmp_path / "model")
    assert resources(tmp_path / "model") == resources(trained)


def test_a_loaded_head_hears_recordings_and_channels_alike(
    trained: Path, troupe: list[Example]
) -> None:
    loaded = folder.load(trained)
    heard = loaded.hear(troupe[0].path)
    assert max(heard, key=lambda k: heard[k]) == troupe[0].emotion
    signal, rate = soundfile.read(troupe[0].path, dtype="float32")
    told = [hear(signal, rate)]
    assert loaded.probability(told)[0] == pytest.approx(list(heard.values()))
    with pytest.raises(BadInput, match="no enrolment"):
        loaded.probability(told, Enrolment.of(told))
    assert Voice.open(trained).loaded.labels == ("glad", "grave", "uneasy")
    with pytest.raises(NotFound):
        loaded.hear(trained / "gone.wav")


def test_reliance_is_measured_on_a_head_as_on_a_network(trained: Path) -> None:
    given = inputs.read(trained, "ab" * 32)
    assert given.corpus.performers == PEOPLE
    found = estimators.estimator("leave-one-out").estimate(given.model, given.corpus, given.queries)
    assert len(found.rows) == len(PEOPLE) and found.utility.all > found.utility.none


def test_a_head_is_not_written_as_onnx_and_says_why(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written as one graph"):
        export(trained, tmp_path / "model.onnx")


def test_what_is_kept_of_a_recording_is_forgotten_with_it(
    troupe: list[Example], tmp_path: Path
) -> None:
    cache = Kept(tmp_path / "cache")
    heads.train(troupe, GROUNDS, HeadSettings(), tmp_path / "model", Around(cache))
    kept = derived.place_of(cache.folder, "prosody", VERSION, troupe[0].sha256)
    assert kept.exists()
    derived.forget(cache.folder, [troupe[0].sha256])
    assert not kept.exists()


def test_a_withdrawal_between_two_heads_stops_the_run_and_is_said(
    troupe: list[Example], tmp_path: Path, cache: Kept
) -> None:
    asked = iter(range(99))

    def withdrawn() -> None:
        if next(asked) == 2:
            raise Overtaken("Bert has withdrawn")

    with pytest.raises(Overtaken):
        around = Around(cache, still_holds=withdrawn)
        heads.train(troupe, GROUNDS, HeadSettings(), tmp_path / "m", around)
    assert {p.name for p in (tmp_path / "m").iterdir()} == {"OVERTAKEN.txt", "checkpoint.json"}


def test_a_run_that_is_broken_off_leaves_nothing(
    troupe: list[Example], tmp_path: Path, cache: Kept
) -> None:
    def impatient(done: int, total: int, note: str = "") -> None:
        if note == "training" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        heads.train(troupe, GROUNDS, HeadSettings(), tmp_path / "m", Around(cache, impatient))
    assert not (tmp_path / "m").exists()


def test_every_recording_that_cannot_be_heard_is_named(
    troupe: list[Example], tmp_path: Path
) -> None:
    broken, changed = tmp_path / "broken.wav", tmp_path / "changed.wav"
    broken.write_bytes(b"no sound")
    soundfile.write(changed, np.zeros(800), RATE)
    bad = [
        Example(broken, digest_file(broken), "Alba", "glad", 1),
        Example(changed, "ab" * 32, "Bert", "glad", 1),
        Example(tmp_path / "gone.wav", "cd" * 32, "Cleo", "glad", 1),
    ]
    with pytest.raises(BadInput, match=r"3 of 27 recordings.*broken.*changed.*gone"):
        heads.train([*troupe, *bad], GROUNDS, HeadSettings(), tmp_path / "m")


def test_nothing_is_written_over_and_nothing_recorded(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="already"):
        heads.train(troupe, GROUNDS, HeadSettings(), trained)
    with pytest.raises(Refused, match="no course to record"):
        heads.train(
            troupe,
            GROUNDS,
            HeadSettings(),
            tmp_path / "m",
            Around(recorder=object()),  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
def test_damaged_heads_are_refused_when_loaded(trained: Path, tmp_path: Path, name: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes((trained / name).read_bytes()[:-9])
    with pytest.raises(BadInput):
        folder.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(NotFound):
        folder.load(tmp_path)


def test_a_head_of_other_features_or_emotions_is_refused(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    told = json.loads((trained / "model.json").read_text())
    for wrong in ({"features": "mfcc-v0"}, {"labels": ["glad", "grave"]}):
        (tmp_path / "model.json").write_text(json.dumps({**told, **wrong}))
        with pytest.raises(BadInput, match=r"No features called|does not fit"):
            folder.load(tmp_path)


def test_two_fifths_of_a_second_of_whatever_sound_is_answered(trained: Path) -> None:
    loaded = folder.load(trained)
    noise = np.random.default_rng(0).normal(size=6_400).astype(np.float32) * 0.1
    sounds = [(noise, 16_000), (np.zeros(6_400, np.float32), 16_000), (noise[:1_600], 48_000)]
    sounds.append((cry("glad", 0, 0).astype(np.float32), RATE))
    shares = loaded.probability([hear(*one) for one in sounds])
    assert np.isfinite(shares).all() and np.allclose(shares.sum(1), 1)


def test_settings_are_read_back_and_kinds_are_few() -> None:
    odd = replace(HeadSettings(), penalty=0.5)
    assert HeadSettings.parse(odd.as_json()) == odd
    with pytest.raises(BadInput, match="Not the settings"):
        HeadSettings.parse({})
    assert isinstance(settings_of("head"), HeadSettings)
    with pytest.raises(BadInput, match="No such kind"):
        settings_of("forest")


def test_a_head_is_calibrated_by_voices_it_never_met_apart_from_its_weights(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    told = json.loads((trained / "model.json").read_text())
    loaded = folder.load(trained)
    assert isinstance(loaded, LoadedHead) and loaded.trust == told["trust"] != 1
    signal, rate = soundfile.read(troupe[0].path, dtype="float32")
    row = hear(signal, rate).prosody[None].astype(np.float64)
    scores = loaded.trust * loaded.head.logits(row)
    said = loaded.probability([hear(signal, rate)])
    assert np.allclose(np.log(said), scores - np.logaddexp.reduce(scores, axis=1))
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.json").write_text(json.dumps({k: told[k] for k in told if k != "trust"}))
    old = folder.load(tmp_path)
    assert isinstance(old, LoadedHead) and old.trust == 1  # as it was learned
    assert np.allclose(old.probability([hear(signal, rate)]), old.head.probability(row))
    (tmp_path / "model.json").write_text(json.dumps({**told, "trust": -1}))
    with pytest.raises(BadInput, match="trusted by -1"):
        folder.load(tmp_path)


def test_how_sure_a_head_may_be_is_found_anew_without_the_takes_that_went(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    gone = tuple(e for e in troupe if e.performer == "Bert")
    heads.train(left, GROUNDS, HeadSettings(), tmp_path / "anew", Around(cache))
    told = list[Told]()
    around = Around(cache, ready=lambda _, record: told.append(record))
    course = HeadCourse(Removed(trained, gone, 1, "old", "ab" * 32))
    course(left, GROUNDS, HeadSettings(), tmp_path / "removed", around)
    trusts = [folder.load(path).about["trust"] for path in (tmp_path / "anew", trained)]
    mine = folder.load(tmp_path / "removed").about["trust"]
    assert abs(mine - trusts[0]) < 1e-6 < abs(mine - trusts[1])
    (found,) = told
    assert found.unlearning["verdict"] == "unlearned"
    # The verdict looks at it, too.
    distance = apart(loaded_head(trained), loaded_head(trained), np.zeros((1, 1455)), (1.0, 1.1))
    assert distance.weights == pytest.approx(0.1)


def loaded_head(where: Path) -> Head:
    found = folder.load(where)
    assert isinstance(found, LoadedHead)
    return found.head
