"""An adapter on frozen features: scored, calibrated, loaded, relied on and retrained as any."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.training.whistles import GROUNDS, PEOPLE, examples

from yesand.affect.adapter import Adapter, Form
from yesand.affect.head.described import Described
from yesand.affect.learning import Recipe
from yesand.affect.listening import Kept
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.reliance import estimators, inputs
from yesand.serving.sound import of_file
from yesand.serving.voice import Voice
from yesand.training import adapters, folder
from yesand.training.adapters import AdapterSettings
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.kinds import settings_of
from yesand.training.unlearning.exact import Removed, Told
from yesand.training.unlearning.retraining import RetrainCourse

QUICK = AdapterSettings(
    recipe=Recipe(epochs=1, least_steps=60, batch=8, dropout=0.1, learning_rate=5e-3),
    form=Form(bottleneck=8, embedding=8),
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept) -> Path:
    out = tmp_path_factory.mktemp("adapters") / "model"
    adapters.train(troupe, GROUNDS, QUICK, out, Around(cache))
    return out


def test_it_tells_feelings_of_voices_it_never_met_and_is_calibrated(
    trained: Path, troupe: list[Example]
) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["scores"]["uar"] > 0.7 and set(told["scores"]["by_performer"]) == set(PEOPLE)
    assert told["trust"] not in (0, 1) and told["settings"]["kind"] == "adapter"
    voice = Voice.open(trained)
    rows, _ = voice.hear([of_file(e.path) for e in troupe[:4]])
    one = voice.loaded.hear(troupe[0].path)
    assert rows[0] == pytest.approx([*one.values()], abs=1e-5)
    with np.load(trained / "frozen.npz") as frozen:
        seen = torch.from_numpy(frozen["final_embedding"][:4])
    with torch.inference_mode():
        layer = voice.loaded.head.head(seen)  # type: ignore[union-attr]
    assert np.allclose((told["trust"] * layer.double()).softmax(1).numpy(), rows, atol=1e-5)


def test_it_begins_at_the_features_themselves() -> None:
    model, rows = Adapter(5, 3, Form(2, 4)), torch.randn(7, 5)
    model.meet(rows)
    within = model.within(rows)
    assert torch.equal(model.shown(rows), within)
    assert within.mean(0).abs().max() < 1e-5
    model.meet(torch.ones(4, 5))  # what never varies says nothing
    assert not model.within(torch.randn(3, 5)).any()


def test_the_same_takes_and_seed_give_the_same_folder_and_another_seed_another(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    luck = torch.get_rng_state()
    adapters.train(troupe, GROUNDS, QUICK, tmp_path / "again", Around(cache))
    assert resources(tmp_path / "again") == resources(trained)
    assert torch.equal(torch.get_rng_state(), luck)
    other = replace(QUICK, recipe=replace(QUICK.recipe, seed=1))
    adapters.train(troupe, GROUNDS, other, tmp_path / "other", Around(cache))
    assert resources(tmp_path / "other") != resources(trained)


def test_reliance_sees_its_last_layer(trained: Path) -> None:
    given = inputs.read(trained, "ab" * 32)
    assert given.model.embedding.shape == (4, 24, 8)
    found = estimators.estimator("leave-one-out").estimate(given.model, given.corpus, given.queries)
    assert len(found.rows) == len(PEOPLE)


def test_without_takes_it_is_trained_anew(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    gone = tuple(e for e in troupe if e.performer == "Bert")
    told = list[Told]()
    around = Around(cache, ready=lambda _, record: told.append(record))
    course = RetrainCourse(Removed(trained, gone, 1, "old", "ab" * 32), adapters.train)
    course(left, GROUNDS, QUICK, tmp_path / "new", around)
    assert told[0].unlearning["verdict"] == "unlearned"
    adapters.train(left, GROUNDS, QUICK, tmp_path / "anew", Around(cache))
    assert resources(tmp_path / "anew") == resources(tmp_path / "new")


def test_a_withdrawal_stops_it_and_what_diverged_is_not_written(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    asked = iter(range(99))

    def withdrawn() -> None:
        if next(asked) == 2:
            raise Overtaken("Bert has withdrawn")

    with pytest.raises(Overtaken):
        around = Around(cache, still_holds=withdrawn)
        adapters.train(troupe, GROUNDS, QUICK, tmp_path / "m", around)
    assert (tmp_path / "m" / "OVERTAKEN.txt").exists()
    wild = replace(QUICK, recipe=replace(QUICK.recipe, learning_rate=1e30))
    with pytest.raises(CheckFailed, match="diverged"):
        adapters.train(troupe, GROUNDS, wild, tmp_path / "n", Around(cache))
    assert not (tmp_path / "n").exists()
    with pytest.raises(Refused, match="not recorded"):
        odd = Around(recorder=object())  # type: ignore[arg-type]
        adapters.train(troupe, GROUNDS, QUICK, tmp_path / "n", odd)


def test_damaged_adapters_are_refused(trained: Path, tmp_path: Path) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    with pytest.raises(BadInput, match="do not fit"):
        folder.load(tmp_path)
    weights.unlink()
    with pytest.raises(NotFound, match="weights are missing"):
        folder.load(tmp_path)


def test_settings_of_an_adapter_are_read_back() -> None:
    made = replace(QUICK, described=Described("encoder-v1-x", "encoder", 24, 3, "mean"))
    assert AdapterSettings.parse(made.as_json()) == replace(made)
    assert isinstance(settings_of("adapter"), AdapterSettings)
    for broken in ({}, {"recipe": {}, "form": {}}):
        with pytest.raises(BadInput, match="Not the"):
            AdapterSettings.parse(broken)
    with pytest.raises(BadInput, match="An adapter has no parts"):
        settings_of("adapter", 2)
