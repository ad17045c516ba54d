"""A network of parts: who withdraws is in one of them, and it alone is trained anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.training.whistles import GROUNDS, QUICK, examples

from yesand.affect.listening import Kept
from yesand.kernel.errors import BadInput, Refused
from yesand.reliance import inputs
from yesand.serving.exporting import export
from yesand.training import folder
from yesand.training.around import Around
from yesand.training.digest import resources
from yesand.training.examples import Example
from yesand.training.kinds import settings_of
from yesand.training.shards import parts, training
from yesand.training.shards.planning import plan
from yesand.training.shards.training import Before, ShardSettings

SIX = ("Alba", "Bert", "Cleo", "Dora", "Emil", "Fay")
SETTINGS = ShardSettings(replace(QUICK.recipe, least_steps=30), QUICK.shape, shards=2)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"), SIX)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example], cache: Kept) -> Path:
    out = tmp_path_factory.mktemp("parts") / "model"
    training.train(troupe, GROUNDS, SETTINGS, out, Around(cache))
    return out


def test_a_network_of_parts_hears_what_is_played(trained: Path, troupe: list[Example]) -> None:
    told = json.loads((trained / "model.json").read_text())
    assert told["scores"]["uar"] > 0.6 and set(told["scores"]["by_performer"]) == set(SIX)
    assert told["one_withdrawal_costs"] == pytest.approx(1 / 2 * 30 / 36, abs=0.06)
    heard = folder.load(trained).hear(troupe[0].path)
    assert sum(heard.values()) == pytest.approx(1)
    with pytest.raises(Refused, match="not written as one graph"):
        export(trained, trained.with_name("m.onnx"))


def test_all_parts_together_are_calibrated_and_those_of_old_as_they_were(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    loaded = folder.load(trained)
    assert isinstance(loaded, folder.Loaded) and loaded.model.trust not in (0.0, 1.0)
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = load_file(trained / "weights.safetensors")
    assert float(weights.pop("trust")) == loaded.model.trust
    save_file(weights, tmp_path / "weights.safetensors")
    old = folder.load(tmp_path)
    assert isinstance(old, folder.Loaded) and old.model.trust == 1
    mine, theirs = loaded.hear(troupe[0].path), old.hear(troupe[0].path)
    assert mine != theirs and max(mine, key=mine.__getitem__) == max(theirs, key=theirs.__getitem__)


def test_attribution_sees_one_linear_layer_on_all_embeddings(trained: Path) -> None:
    given = inputs.read(trained, "ab" * 32)
    width = 2 * 3 * QUICK.shape.embedding
    assert given.model.embedding.shape == (6, 36, width)
    loaded = folder.load(trained)
    with np.load(trained / "frozen.npz") as frozen:
        seen = frozen["final_embedding"]
    layer = loaded.model.last_layer().numpy()
    scores = seen @ layer[:, :-1].T + layer[:, -1]
    told = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    import torch

    assert np.allclose(told, loaded.model.probability(torch.from_numpy(seen)).numpy(), atol=1e-5)


def test_what_goes_on_from_known_parts_is_to_the_byte_what_begins_anew(
    trained: Path,
    troupe: list[Example],
    cache: Kept,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = [e for e in troupe if e.performer != "Bert"]
    taught, fit = list[int](), parts.fit

    def counted(pack, takes, *more):  # type: ignore[no-untyped-def]
        taught.append(len(takes))
        return fit(pack, takes, *more)

    monkeypatch.setattr(parts, "fit", counted)
    training.train(
        left, GROUNDS, SETTINGS, tmp_path / "on", Around(cache), before=Before.read(trained)
    )
    on = list(taught)
    fresh = Before.read(trained, reuse=False)
    training.train(left, GROUNDS, SETTINGS, tmp_path / "anew", Around(cache), before=fresh)
    assert resources(tmp_path / "on") == resources(tmp_path / "anew")
    # Of two parts the other one is not touched; nobody's fold but theirs had never met them.
    assert sum(on) <= 0.5 * sum(taught[len(on) :]) and len(on) <= 6
    assert resources(tmp_path / "on") != resources(trained)


def test_the_plan_says_beforehand_what_a_withdrawal_costs() -> None:
    performers = [f"p{n % 12:02d}" for n in range(240)]
    fold = np.array([n % 12 // 3 for n in range(240)])
    made = plan(performers, fold, 3)
    owner = np.array([n % 12 for n in range(240)])
    for person in range(12):
        mine = owner == person
        assert len(set(made.part[mine].tolist())) == 1
        again = whole = 0
        for k in range(5):
            for s in range(3):
                there = made.taught(k, s)
                whole += len(there)
                again += len(there) * bool(mine[there].any())
        told = made.cost(int(made.part[mine][0]), int(made.fold[mine][0]))
        assert told == pytest.approx(again / whole) and again / whole <= made.most() < 0.4


def test_a_part_with_nobody_to_learn_from_is_refused() -> None:
    performers = ["a"] * 4 + ["b"] * 4
    fold = np.array([0] * 4 + [1] * 4)
    for many in (1, 2, 9):
        with pytest.raises(BadInput, match=r"two or more|nobody left"):
            plan(performers, fold, many)


def test_who_was_in_no_part_cannot_be_added_by_removal(
    trained: Path, troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    odd = replace(troupe[0], sha256="ab" * 32)
    with pytest.raises(Refused, match="in no part before"):
        training.train(
            [*troupe, odd],
            GROUNDS,
            SETTINGS,
            tmp_path / "m",
            Around(cache),
            before=Before.read(trained),
        )
    one = [e for e in troupe if e.performer in ("Alba", "Bert")]
    with pytest.raises(Refused, match="nobody left"):
        training.train(
            one, GROUNDS, SETTINGS, tmp_path / "m", Around(cache), before=Before.read(trained)
        )
    assert not (tmp_path / "m").exists()


def test_a_broken_off_run_stops_its_threads_and_leaves_nothing(
    troupe: list[Example], cache: Kept, tmp_path: Path
) -> None:
    def impatient(done: int, total: int, note: str = "") -> None:
        if note.startswith("training") and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        training.train(troupe, GROUNDS, SETTINGS, tmp_path / "m", Around(cache, impatient))
    assert not (tmp_path / "m").exists()


def test_settings_of_parts_are_read_back() -> None:
    assert ShardSettings.parse(SETTINGS.as_json()) == SETTINGS
    assert settings_of("network", 3) == ShardSettings(shards=3)
    with pytest.raises(BadInput, match="no parts"):
        settings_of("head", 3)
    with pytest.raises(BadInput, match="Not the settings"):
        ShardSettings.parse(QUICK.as_json())
