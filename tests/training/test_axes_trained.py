"""Training with ratings on axes: read-outs beside the network, which answers the same as ever."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tests.training.rated_whistles import MEANT, ratings_file, said
from tests.training.whistles import GROUNDS, PEOPLE, QUICK, examples, record

import yesand
from yesand.affect.dimensions.services import rated
from yesand.affect.listening import Source, read
from yesand.affect.rating.services import import_ratings
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.kernel.errors import BadInput
from yesand.people import services as people
from yesand.takes import services as takes
from yesand.training import folder, runs, services
from yesand.training.around import ALONE, Around
from yesand.training.digest import resources
from yesand.training.examples import Example, Settings
from yesand.training.services import train
from yesand.training.shards import training
from yesand.training.shards.training import ShardSettings
from yesand.training.unlearning import influence
from yesand.training.unlearning.exact import Removed
from yesand.training.unlearning.services import anew, unlearn

READ = ("dimensions.safetensors", "rated.npz")


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("rated-troupe"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example]) -> Path:
    """Trained before anybody rated."""
    out = tmp_path_factory.mktemp("plain") / "model"
    runs.train(troupe, GROUNDS, QUICK, out, ALONE)
    return out


@pytest.fixture(scope="module")
def reads(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example]) -> Path:
    out = tmp_path_factory.mktemp("reads") / "model"
    runs.train(troupe, GROUNDS, QUICK, out, Around(rated=said(troupe)))
    return out


def test_the_network_and_its_answers_are_the_same_to_the_byte(plain: Path, reads: Path) -> None:
    before, after = resources(plain), resources(reads)
    assert set(after) - set(before) == set(READ)
    for name in ("weights.safetensors", "frozen.npz", "confusion.svg", "confusion.png"):
        assert before[name] == after[name]
    old, new = (json.loads((p / "model.json").read_text()) for p in (plain, reads))
    assert {k: v for k, v in new.items() if k != "dimensions"} == old


def test_equal_ratings_give_an_equal_folder_and_who_asks_for_none_gets_none(
    tmp_path: Path, troupe: list[Example]
) -> None:
    short = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=3))
    for name in ("one", "again"):
        runs.train(troupe, GROUNDS, short, tmp_path / name, Around(rated=said(troupe)))
    assert resources(tmp_path / "one") == resources(tmp_path / "again")
    off = replace(short, dimensions=False)
    assert Settings.parse(off.as_json()) == off and "dimensions" not in QUICK.as_json()
    runs.train(troupe, GROUNDS, off, tmp_path / "off", Around(rated=said(troupe)))
    assert not set(READ) & set(resources(tmp_path / "off"))


def test_a_model_tells_what_raters_meant_of_voices_that_it_never_met(reads: Path) -> None:
    told = json.loads((reads / "model.json").read_text())["dimensions"]
    for axis in ("valence", "arousal", "dominance"):
        one = told["by_take"][axis]
        assert one["ccc"] > 0.9 and one["takes"] == 24 and one["raters"]["one_rater"] > 0.8
        assert set(one["performers"]) == set(PEOPLE) and one["intervals"]["ccc"][0] <= one["ccc"]
    over = told["over_time"]
    assert over["arousal"]["ccc"] > 0.8
    assert over["valence"] == {"none": "No take is traced on valence"}
    card = (reads / "card.md").read_text()
    assert (
        "## Valence, arousal, dominance" in card
        and "No take is traced on valence, dominance." in card
    )
    page = (reads / "report.html").read_text()
    assert "Valence, arousal, dominance" in page and "predicted against what raters said" in page
    # Nobody has said what outsiders may call them.
    everything = card + page + (reads / "card.json").read_text()
    assert not any(name in everything for name in PEOPLE)


def test_an_auditor_computes_the_read_out_again_from_what_lies_in_the_folder(reads: Path) -> None:
    outs = load_file(reads / "dimensions.safetensors")
    with np.load(reads / "rated.npz") as given, np.load(reads / "frozen.npz") as frozen:
        assert given["take"].tolist() == frozen["take"].tolist()
        sights = {
            "take.valence": frozen["final_embedding"],
            "take.dominance": frozen["final_embedding"],
            "moment.arousal": given["window.embedding"],
        }
        for name, sight in sights.items():
            cell, value, weight = (given[f"{name}.{part}"] for part in ("cell", "value", "weight"))
            x, share = sight[cell].astype(float), weight / weight.sum()
            centre = share @ x
            scale = np.sqrt(share @ (x - centre) ** 2)
            z = (x - centre) / np.where(scale > 0, scale, np.inf)
            bent = z.T @ (share[:, None] * z) + outs[f"{name}.penalty"] * np.eye(x.shape[1])
            slope = np.linalg.solve(bent, z.T @ (share * (value - share @ value)))
            told = np.clip(share @ value + z @ slope, -1, 1)
            ours = np.clip(x @ outs[f"{name}.slope"] + outs[f"{name}.bias"], -1, 1)
            assert np.allclose(told, ours, atol=1e-6)
            # And what unmet performers got: the spread that is told follows from it.
            apart = np.sort(np.abs(given[f"{name}.unmet"] - value))
            assert outs[f"{name}.within"][0] in apart


def test_a_loaded_model_tells_values_and_curves_as_they_were_learned(
    reads: Path, plain: Path, troupe: list[Example]
) -> None:
    heard = [read(Source(one.sha256, one.path)) for one in troupe[:3]]
    loaded, before = folder.load(reads), folder.load(plain)
    assert isinstance(loaded, folder.Loaded) and isinstance(before, folder.Loaded)
    told = loaded.read(heard, trace=True)
    assert np.array_equal(told.probability, before.probability(heard))
    assert before.read(heard, trace=True).values is None
    assert told.values is not None and told.curves is not None
    for one, value, curve in zip(troupe, told.values, told.curves, strict=False):
        assert value["valence"].value == pytest.approx(MEANT[one.emotion][0], abs=0.3)
        assert -1 <= value["valence"].low <= value["valence"].value <= value["valence"].high <= 1
        ((at, arousal),) = curve["arousal"].points
        assert at == pytest.approx(350, abs=30) and curve["arousal"].later(500).points[0][0] > 800
        assert arousal == pytest.approx(MEANT[one.emotion][1] - 0.14, abs=0.35)
    assert loaded.read(heard).curves is None


def test_read_outs_that_are_missing_or_damaged_are_refused(reads: Path, tmp_path: Path) -> None:
    for path in reads.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / READ[0]).write_bytes((reads / READ[0]).read_bytes()[:-9])
    with pytest.raises(BadInput, match="read-outs"):
        folder.load(tmp_path)
    (tmp_path / READ[0]).unlink()
    with pytest.raises(BadInput, match="missing"):
        folder.load(tmp_path)


def test_who_withdrew_leaves_nothing_in_a_read_out_that_is_learned_anew(
    troupe: list[Example], reads: Path, tmp_path: Path
) -> None:
    stays = [one for one in troupe if one.performer != "Bert"]
    left = {one.sha256 for one in stays}
    all_ = said(troupe) + [replace(one, rater="only-bert") for one in said(troupe)]
    those = [one for one in all_ if one.take in left]
    short = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=3))
    for name, rated_ in (("all", all_), ("those", those)):
        runs.train(stays, GROUNDS, short, tmp_path / name, Around(rated=rated_))
    assert resources(tmp_path / "all") == resources(tmp_path / "those")
    # 18 takes are too few: it says so, and has none.
    told = json.loads((tmp_path / "all" / "model.json").read_text())["dimensions"]
    why = "Only 18 takes are rated on valence; 20 are needed"
    assert told["by_take"]["valence"] == {"none": why}
    said_ = "Only 18 takes are rated on valence, arousal, dominance; 20 are needed."
    assert said_ in (tmp_path / "all" / "card.md").read_text()
    assert not set(READ) & set(resources(tmp_path / "all"))
    # A network weakened by one step keeps no read-out that has met the takes.
    gone = tuple(one for one in troupe if one.performer == "Bert")
    influence.remove(Removed(reads, gone, 1, "old", "0" * 64, ()), tmp_path / "w", None, tmp_path)
    loaded = folder.load(tmp_path / "w")
    assert isinstance(loaded, folder.Loaded) and loaded.outs.take is None
    assert "It reads out no valence" in (tmp_path / "w" / "card.md").read_text()
    assert not set(READ) & set(resources(tmp_path / "w"))


def test_a_house_trains_with_what_its_raters_said_and_unlearns_with_the_takes(
    house: yesand.House, tmp_path: Path
) -> None:
    written, place = record(tmp_path / "takes", (*PEOPLE, "Edda")), house.place
    takes.import_corpus(place, written, agreement=standard("recognition", date(2026, 10, 1)))
    report = import_ratings(place, ratings_file(written, tmp_path / "ratings.csv"))
    assert not report.bad
    now, use = place.clock.now(), UseClass.RECOGNITION
    asked = Request("house-lab", Purpose.EMOTION_RECOGNITION, use, now, territory="DE")
    manifest = corpus.gate(place, asked).manifest
    short = replace(QUICK, recipe=replace(QUICK.recipe, least_steps=20))
    model = train(place, manifest, tmp_path / "model", name="old", settings=short)
    told = model.run["dimensions"]
    assert told["by_take"]["valence"]["takes"] == 30 and told["by_take"]["valence"]["ccc"] > 0.5
    assert "none" not in told["over_time"]["arousal"]
    # The same again changes nothing.
    assert train(place, manifest, tmp_path / "model", name="old", settings=short) == model
    found = rated([take.sha256 for take in manifest.takes])
    assert len(found) == 2 * 90 and rated([]) == [] and rated(["0" * 64]) == []
    assert all(-1 <= value <= 1 for one in found for value in one.axes.values())
    agreements.withdraw(place, people.performer("Bert"))
    left = anew(place, tmp_path / "model", "Bert")
    made = unlearn(place, tmp_path / "model", left, tmp_path / "new", name="new")
    assert made.told["verdict"] == "unlearned"
    # Its read-out is what anybody learns who has only what is left, and what was said of that.
    stays = {take.sha256 for take in left.takes}
    with np.load(tmp_path / "new" / READ[1]) as given:
        assert set(given["take"].tolist()) == stays and len(stays) == 24
    grounds, of_left = services.grounds(place, left), services.examples_of(place, left.takes)
    around = Around(rated=[one for one in found if one.take in stays])
    runs.train(of_left, grounds, short, tmp_path / "alone", around)
    one, other = resources(tmp_path / "new"), resources(tmp_path / "alone")
    assert all(one[name] == other[name] for name in (*READ, "weights.safetensors"))


def test_what_cannot_read_axes_has_none_though_they_are_rated(
    troupe: list[Example], tmp_path: Path
) -> None:
    parts = ShardSettings(replace(QUICK.recipe, least_steps=2), QUICK.shape, shards=2)
    training.train(troupe, GROUNDS, parts, tmp_path / "parts", Around(rated=said(troupe)))
    assert not set(READ) & set(resources(tmp_path / "parts"))
    loaded = folder.load(tmp_path / "parts")
    heard = [read(Source(troupe[0].sha256, troupe[0].path))]
    assert loaded.read(heard, trace=True).values is None
