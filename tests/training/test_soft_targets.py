"""A model taught what raters heard: how many takes, by how many raters, and never unsaid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.affect.rating_files import table, taken
from tests.training.test_evaluation_report import Seen
from tests.training.test_overtaken_runs import asked
from tests.training.whistles import GROUNDS, QUICK, examples

import yesand
from yesand.affect.evaluating import Known
from yesand.affect.head.head import learn
from yesand.affect.learning import _target, _weights
from yesand.affect.listening import Kept
from yesand.corpus import services as corpus
from yesand.kernel.errors import BadInput, Refused
from yesand.reliance import inputs
from yesand.reliance.inrun.recorder import Recorder
from yesand.training import heads, runs
from yesand.training.around import Around
from yesand.training.examples import Example, Settings
from yesand.training.heads import HeadSettings
from yesand.training.kinds import settings_of
from yesand.training.services import examples_of, train
from yesand.training.shards import training
from yesand.training.targeting import services as targeting
from yesand.training.targeting.heard import Perceived, summary, targets
from yesand.training.unlearning import influence
from yesand.training.unlearning.exact import Removed

LABELS = ("glad", "grave", "uneasy")


def perceived(raters: float = 5.0, outside: float = 0.1, **shares: float) -> Perceived:
    return Perceived(shares, outside, raters, "whistles@1", "whistles@1", 0.0)


def as_heard(takes: list[Example]) -> list[Example]:
    """Every take is heard as what was acted and, a little, as uneasy; the last by too few."""
    heard = [
        replace(e, heard=perceived(**{e.emotion: 0.75} | {"uneasy": 0.25 + 0.75 * _is(e)}))
        for e in takes
    ]
    return [*heard[:-1], replace(takes[-1], heard=perceived(raters=2.0, glad=1.0))]


def _is(one: Example) -> bool:
    return one.emotion == "uneasy"


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return as_heard(examples(tmp_path_factory.mktemp("troupe")))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


def test_too_few_raters_and_words_it_lacks_leave_a_take_as_it_was_acted(
    troupe: list[Example],
) -> None:
    one = troupe[0]
    for heard in (None, perceived(raters=2.9, grave=1.0), perceived(outside=0.6, grave=1.0)):
        row = targets([replace(one, heard=heard)], LABELS)[0]
        assert row.tolist() == [1.0, 0.0, 0.0]
    soft = targets([replace(one, heard=perceived(glad=0.5, grave=0.25, gone=0.25))], LABELS)[0]
    assert soft == pytest.approx([2 / 3, 1 / 3, 0])
    told = summary(troupe)
    assert (told["heard"], told["acted"]) == (len(troupe) - 1, 1)
    assert told["raters"] == {"mean": 5.0, "least": 5.0} and told["outside"] == 0.1
    with pytest.raises(BadInput, match="rated by 3 or more"):
        summary([replace(one, heard=None)])


def test_certain_targets_teach_a_network_what_labels_teach() -> None:
    label = torch.tensor([0, 2, 1, 1, 0])
    certain = torch.nn.functional.one_hot(label, 3).float()
    weight = _weights(label, 3, 1.0)
    assert torch.allclose(_weights(certain, 3, 1.0), weight)
    assert torch.allclose(_target(certain, weight, 0.1), _target(label, weight, 0.1))


def test_a_head_taught_what_was_heard_is_nearer_to_raters_and_says_so(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    votes = {e.sha256: {e.emotion: 6} | {"uneasy": 2 + 6 * _is(e)} for e in troupe[:-1]}
    around = Around(cache, known=Known(votes=votes))
    out = tmp_path / "model"
    record = heads.train(troupe, GROUNDS, HeadSettings(targets="heard"), out, around)
    told = json.loads((out / "model.json").read_text())
    assert told["settings"]["targets"] == "heard" == HeadSettings.parse(told["settings"]).targets
    with np.load(out / "frozen.npz") as frozen:
        assert np.allclose(frozen["target"], targets(troupe, LABELS))
        assert frozen["label"].tolist() == [LABELS.index(e.emotion) for e in troupe]
    heard, acted = record.card["scores"]["heard"], record.card["targets"]["taught_acted"]
    for name in ("cross_entropy", "js", "total_variation"):
        assert heard[name] < acted[name]
    words = Seen((out / "report.html").read_text()).words
    assert "Of 23 takes it was taught what raters heard" in words
    assert "taught what was acted" in words and "against what was acted" in words
    assert "5.0 raters a take" in (out / "card.md").read_text()
    corpus = inputs.read(out, "ab" * 32).corpus
    assert corpus.heard is not None and np.allclose(corpus.heard, targets(troupe, LABELS))
    with pytest.raises(BadInput, match="taught what raters heard"):
        corpus.acted("a peer")
    # Undone in it, a take is undone exactly.
    rows = np.random.default_rng(0).standard_normal((len(troupe), 12))
    target, stays = targets(troupe, LABELS), np.arange(len(troupe)) % 5 > 0
    old = learn(rows, target, 1e-3).head
    near = learn(rows[stays], target[stays], 1e-3, old).head
    assert np.abs(near.weights - learn(rows[stays], target[stays], 1e-3).head.weights).max() < 1e-6
    with pytest.raises(BadInput, match="rated by 3"):
        none = [replace(e, heard=None) for e in troupe]
        heads.train(none, GROUNDS, HeadSettings(targets="heard"), tmp_path / "m", around)


def test_a_network_taught_what_was_heard_keeps_its_targets(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    settings = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=30), targets="heard")
    out = tmp_path / "model"
    record = runs.train(troupe, GROUNDS, settings, out, Around(cache))
    assert Settings.parse(record.as_json()["settings"]) == settings
    assert record.as_json()["targets"]["heard"] == len(troupe) - 1
    with np.load(out / "frozen.npz") as frozen:
        assert np.allclose(frozen["target"], targets(troupe, LABELS))
    with pytest.raises(BadInput, match="taught what was heard"):
        removed = Removed(out, tuple(troupe[:6]), 1, "m", "ab" * 32)
        influence.remove(removed, tmp_path / "w", None, tmp_path / "s")
    with pytest.raises(Refused, match="Leave out --record"):
        around = Around(cache, recorder=Recorder())
        runs.train(troupe, GROUNDS, settings, tmp_path / "r", around)
    with pytest.raises(Refused, match="Leave out --shards"):
        shards = settings_of("network", 2, targets="heard")
        training.train(troupe, GROUNDS, shards, tmp_path / "p")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="No such targets"):
        settings_of("head", targets="felt")
    with pytest.raises(BadInput, match="taught what was acted"):
        settings_of("adapter", targets="heard")


def test_a_houses_ratings_become_targets_through_a_mapping_that_says_what_it_loses(
    house: yesand.House, tmp_path: Path
) -> None:
    place = house.place
    manifest = corpus.find(place, asked(house, tmp_path / "takes"))
    as_rated = [
        replace(e, emotion={"glad": "happiness", "grave": "sadness", "uneasy": "fear"}[e.emotion])
        for e in examples_of(place, manifest.takes)
    ]
    # Nobody rated in the model's own words, and no mapping leads to them.
    assert targeting.attach(examples_of(place, manifest.takes))[0].heard is None
    rows = [
        f"{e.sha256},{rater},{label}:70,,,,4,,"
        for e in as_rated
        for rater, label in (("ann", "happy"), ("bob", "sad"), ("cat", "happy"))
    ]
    told = taken(house, table(tmp_path / "r.csv", *rows), space="ravdess")
    assert told["bad"] == []
    found = targeting.attach(as_rated)
    heard = found[0].heard
    assert heard is not None and heard.space == "ravdess@1" and heard.into == "ekman@1"
    assert heard.raters == pytest.approx(3, abs=0.6) and heard.lost > 0.1
    assert sum(heard.shares.values()) == pytest.approx(1) and set(heard.shares) <= {
        "happiness", "sadness", "fear",
    }  # fmt: skip
    with pytest.raises(BadInput, match="rated by 3"):
        train(place, manifest, tmp_path / "m", settings=HeadSettings(targets="heard"))
