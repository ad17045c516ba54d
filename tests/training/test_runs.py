from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save
from tests.training.whistles import GROUNDS, PEOPLE, QUICK, examples

from yesand.affect.evaluating import uar
from yesand.affect.frames import Pack
from yesand.affect.listening import Heard, Kept, Source, extract, read
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.training import folder, runs
from yesand.training.around import Around
from yesand.training.digest import model_digest, resources
from yesand.training.examples import Example


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    return examples(tmp_path_factory.mktemp("troupe"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, troupe: list[Example]) -> Path:
    out = tmp_path_factory.mktemp("models") / "model"
    runs.train(troupe, GROUNDS, QUICK, out)
    return out


def test_a_model_learns_to_tell_emotions_of_voices_it_never_met(trained: Path) -> None:
    scores = json.loads((trained / "model.json").read_text())["scores"]
    assert scores["labels"] == ["glad", "grave", "uneasy"]
    assert scores["uar"] > 0.9 and set(scores["by_performer"]) == set(PEOPLE)


def test_the_same_takes_give_the_same_folder_on_one_core_as_on_all(
    tmp_path: Path, troupe: list[Example], trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    runs.train(troupe, GROUNDS, QUICK, tmp_path / "model", Around(Kept(tmp_path / "cache")))
    assert resources(tmp_path / "model") == resources(trained)
    # And PyTorch is left as it was found.
    assert before == (torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())


def test_frozen_features_hold_every_take_as_every_fold_sees_it(
    trained: Path, troupe: list[Example]
) -> None:
    with np.load(trained / "frozen.npz", allow_pickle=False) as frozen:
        assert frozen["take"].tolist() == [e.sha256 for e in troupe]
        assert frozen["performer"].tolist() == [e.performer for e in troupe]
        named = frozen["labels"][frozen["label"]].tolist()
        assert named == [e.emotion for e in troupe]
        assert frozen["duration_ms"].tolist() == [700] * len(troupe)
        folds, width = int(frozen["fold"].max()) + 1, 3 * QUICK.shape.embedding
        assert frozen["embedding"].shape == (folds, len(troupe), width)
        assert frozen["embedding"].dtype == np.float32
        assert frozen["final_embedding"].shape == (len(troupe), width)
        held = zip(frozen["performer"], frozen["fold"], strict=True)
        assert len(set(held)) == len(PEOPLE)


def test_a_linear_head_on_frozen_features_repeats_the_models_answers(trained: Path) -> None:
    with np.load(trained / "frozen.npz", allow_pickle=False) as frozen:
        loaded = folder.load(trained)
        shares = loaded.model.probability(torch.from_numpy(frozen["final_embedding"]))
        assert uar(frozen["label"], shares.argmax(dim=1).numpy()) > 0.9


def test_a_loaded_model_hears_a_recording(trained: Path, troupe: list[Example]) -> None:
    heard = folder.load(trained).hear(troupe[0].path)
    assert max(heard, key=lambda k: heard[k]) == troupe[0].emotion
    assert sum(heard.values()) == pytest.approx(1)
    with pytest.raises(NotFound):
        folder.load(trained).hear(trained / "gone.wav")


def test_an_embedding_does_not_depend_on_the_company(trained: Path, troupe: list[Example]) -> None:
    model = folder.load(trained).model
    takes = extract([Source(e.sha256, e.path) for e in troupe])
    # A long one, of many windows.
    takes[0] = Heard(np.concatenate([takes[0].mel] * 9), takes[0].prosody)
    together = model.embed(Pack.of(takes), batch=5)
    alone = torch.cat([model.embed(Pack.of([take])) for take in takes])
    assert torch.allclose(together, alone, atol=1e-5)


def test_the_card_puts_the_worst_performer_and_the_law_in_words(trained: Path) -> None:
    text, facts = (trained / "card.md").read_text(), json.loads((trained / "card.json").read_text())
    assert GROUNDS.manifest in text and "Art. 5(1)(f)" in text
    assert f"({facts['scores']['worst_performer']['performer']})" in text
    assert facts["marks"] == [] and facts["bound_to"]["agreements"] == {"individual": 4}
    assert facts["data"]["emotions"] == {"glad": 8, "grave": 8, "uneasy": 8}
    # Nobody has said what outsiders may call them.
    assert not any(name in text + json.dumps(facts) for name in PEOPLE)
    assert len(facts["scores"]["by_performer"]) == len(PEOPLE)


def test_nothing_in_a_model_is_a_pickle(trained: Path) -> None:
    assert {p.suffix for p in trained.iterdir()} <= {
        ".safetensors", ".json", ".md", ".npz", ".svg", ".png", ".html",
    }  # fmt: skip
    with np.load(trained / "frozen.npz", allow_pickle=False) as frozen:
        assert all(frozen[name].dtype.hasobject is False for name in frozen.files)


@pytest.mark.parametrize("name", ["weights.safetensors", "model.json"])
def test_damaged_models_are_refused_when_loaded(trained: Path, tmp_path: Path, name: str) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    whole = (trained / name).read_bytes()
    (tmp_path / name).write_bytes(whole[:-9])
    with pytest.raises(BadInput):
        folder.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(NotFound):
        folder.load(tmp_path)


def test_a_model_of_other_features_is_refused(trained: Path, tmp_path: Path) -> None:
    about = json.loads((trained / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**about, "features": "mfcc-v0"}))
    with pytest.raises(BadInput, match="Train it again"):
        folder.load(tmp_path)


def test_nothing_is_written_over(tmp_path: Path, troupe: list[Example]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Refused, match="already"):
        runs.train(troupe, GROUNDS, QUICK, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_one_emotion_or_one_voice_teaches_nothing(tmp_path: Path, troupe: list[Example]) -> None:
    with pytest.raises(BadInput, match="two emotions"):
        runs.train([e for e in troupe if e.emotion == "glad"], GROUNDS, QUICK, tmp_path / "m")
    with pytest.raises(BadInput, match="two performers"):
        runs.train([e for e in troupe if e.performer == "Alba"], GROUNDS, QUICK, tmp_path / "m")
    with pytest.raises(BadInput, match="twice"):
        runs.train([*troupe, troupe[0]], GROUNDS, QUICK, tmp_path / "m")


def test_a_broken_off_run_stops_its_threads_and_leaves_nothing(
    tmp_path: Path, troupe: list[Example]
) -> None:
    def impatient(done: int, total: int, note: str = "") -> None:
        if note == "training":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.train(troupe, GROUNDS, QUICK, tmp_path / "model", Around(progress=impatient))
    assert not list(tmp_path.iterdir())


_KILLED = """
import sys, time
from pathlib import Path
from tests.training.whistles import GROUNDS, QUICK, examples
from yesand.training import runs
from yesand.training.around import Around
def stall(folder, record):
    print("written", flush=True)
    time.sleep(60)
runs.train(examples(Path(sys.argv[1])), GROUNDS, QUICK, Path(sys.argv[2]), Around(ready=stall))
"""


def test_a_killed_run_leaves_no_half_model_and_the_next_one_is_whole(
    tmp_path: Path, troupe: list[Example], trained: Path
) -> None:
    out = tmp_path / "models" / "model"
    run = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path / "takes"), str(out)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert run.stdout is not None and run.stdout.readline() == b"written\n"
    run.send_signal(signal.SIGKILL)
    run.communicate()
    assert not out.exists()
    runs.train(troupe, GROUNDS, QUICK, out)
    assert model_digest(out) == model_digest(trained)
    assert [p.name for p in out.parent.iterdir()] == ["model"]


def test_a_training_that_diverges_leaves_nothing(troupe: list[Example], tmp_path: Path) -> None:
    wild = replace(QUICK, recipe=replace(QUICK.recipe, learning_rate=1e30))
    with pytest.raises(CheckFailed, match=r"no number.*smaller learning rate"):
        runs.train(troupe, GROUNDS, wild, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_before_there_was_prosody_is_heard_as_it_was(
    trained: Path, troupe: list[Example], tmp_path: Path
) -> None:
    for path in trained.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    about = json.loads((trained / "model.json").read_text())
    del about["settings"]["shape"]["prosody"]
    about["features"] = "logmel64-v1"
    (tmp_path / "model.json").write_text(json.dumps(about))
    weights = load_file(trained / "weights.safetensors")
    old = ("trust", "prosody.", "adapted.", "enrolled")
    kept = {n: v for n, v in weights.items() if not n.startswith(old)}
    (tmp_path / "weights.safetensors").write_bytes(save(kept))
    loaded, new = folder.load(tmp_path), folder.load(trained)
    heard = [read(Source(troupe[0].sha256, troupe[0].path))]
    with torch.inference_mode():
        seen = new.model.embed(Pack.of(heard))[:, : QUICK.shape.embedding]
        expected = new.model.head(seen).softmax(dim=1).numpy()
    assert loaded.probability(heard) == pytest.approx(expected, abs=1e-6)
    with pytest.raises(BadInput, match="no enrolment"):
        loaded.hear(troupe[0].path, folder.Enrolment.by([troupe[0].path]))
