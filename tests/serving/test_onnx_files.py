"""A model as an ONNX file: the same answers by another runtime, from samples on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from yesand.affect.features import RATE
from yesand.affect.listening import hear
from yesand.cli import _run
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.serving import exporting
from yesand.serving.exporting import compared, export, trial_sounds
from yesand.serving.voice import Voice


@pytest.fixture(scope="module")
def model(staged: Path) -> Path:
    return staged / "model"


@pytest.fixture(scope="module")
def written(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("onnx") / "model.onnx"
    made = export(model, out)
    assert made.sounds == len(list(trial_sounds())) and made.difference < 1e-3
    return out


def test_recordings_are_heard_alike_to_a_millionth(model: Path, written: Path) -> None:
    """Real sound has no bands at the floor, where half precision rounds either way."""
    luck = np.random.default_rng(1)
    voice, noise = Voice.open(model), 0.05 * luck.standard_normal(40 * RATE).astype("f4")
    sounds = [noise[:n] * np.sin(np.arange(n) / 900) for n in (1_600, 9_999, 16_001, 640_000)]
    assert compared(voice, written.read_bytes(), [s.astype("f4") for s in sounds]) < 2e-5


def test_silence_and_every_length_go_through(model: Path, written: Path) -> None:
    session = onnxruntime.InferenceSession(str(written))
    loaded = Voice.open(model).loaded
    for n in (*range(1_600, 3_300, 161), 30_720, 31_040, 31_200, 46_400):
        quiet = np.zeros(n, np.float32)
        heard = hear(quiet, RATE)
        (share,) = session.run(["probability"], {"signal": quiet, "prosody": heard.prosody})
        assert share.sum() == pytest.approx(1, abs=1e-5)
        assert np.abs(share - loaded.probability([heard])[0]).max() < 1e-5


def test_it_says_what_it_is_and_may_be_used_for(model: Path, written: Path) -> None:
    told = onnxruntime.InferenceSession(str(written)).get_modelmeta().custom_metadata_map
    assert told["model"] == Voice.open(model).digest
    assert json.loads(told["emotions"]) == ["glad", "grave", "uneasy"]
    assert json.loads(told["bound_to"])["request"]["purpose"] == "emotion-recognition"
    assert "Art. 5(1)(f)" in told["notices"] and "yesand.metering" in told["notices"]


def test_nothing_is_written_over_and_nothing_without_a_model(
    written: Path, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="already"):
        export(model, written)
    with pytest.raises(BadInput):
        export(tmp_path, tmp_path / "out.onnx")


def test_a_graph_that_answers_otherwise_is_not_written(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LARGEST", 0.0)
    with pytest.raises(CheckFailed, match="answers otherwise"):
        export(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_the_command_tells_the_difference(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(model, tmp_path / "model")
    assert _run(["export-onnx", str(tmp_path / "model"), str(tmp_path / "m.onnx"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert 0 < told["largest_difference"] < 1e-3 and Path(told["file"]).stat().st_size > 10_000
