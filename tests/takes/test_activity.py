"""Where somebody is heard, by each who listens."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from yesand.cli import _run as run
from yesand.kernel.errors import BadInput
from yesand.takes.activity.activity import Activity, Detector
from yesand.takes.activity.choosing import SETTING, detector
from yesand.takes.activity.energy import Energy
from yesand.takes.activity.levels import frame_levels
from yesand.takes.activity.silero import RATE, silero
from yesand.takes.apart import Apart
from yesand.takes.loudness import true_peak
from yesand.takes.quality import judge, measure
from yesand.takes.room import room
from yesand.takes.sound import Probe, Samples, Sound, read

LUCK = np.random.default_rng(0)


@pytest.fixture(scope="module")
def ear() -> Detector:
    found = silero()
    assert found is not None, "silero-vad is one of what developers install"
    return found


def spoken(seconds: float = 2.0, rate: int = RATE) -> Samples:
    """Vowels of a voice that rises and falls, syllable by syllable: a vocal tract over pulses."""
    time = np.arange(round(seconds * rate)) / rate
    pitch = 120 * 2 ** (0.25 * np.sin(2 * np.pi * 0.7 * time))
    pulses = np.diff(np.floor(np.cumsum(pitch) / rate), prepend=0)
    for place, width in ((650, 80), (1_100, 90), (2_500, 120), (3_400, 200)):
        radius, angle = np.exp(-np.pi * width / rate), 2 * np.pi * place / rate
        pulses = lfilter([1], [1, -2 * radius * np.cos(angle), radius**2], pulses)
    syllables = np.sin(2 * np.pi * 2 * time).clip(0) ** 0.5
    made: Samples = (0.3 * syllables * pulses / np.abs(pulses).max()).astype(np.float32)
    return made


def sound(samples: Samples, rate: int = RATE) -> Sound:
    two = samples.reshape(len(samples), -1).astype(np.float32)
    probe = Probe("audio/wav", round(1000 * len(two) / rate), rate, two.shape[1], len(two))
    return Sound(probe, two)


def hiss(level: float, seconds: float, rate: int = RATE) -> Samples:
    """Noise at a level in dBFS."""
    made: Samples = (10 ** (level / 20) * LUCK.standard_normal(round(seconds * rate))).astype("f4")
    return made


def test_silero_hears_a_voice_where_it_is_and_none_in_noise(ear: Detector) -> None:
    signal = hiss(-60, 6)
    signal[2 * RATE : 4 * RATE] += spoken(2)
    heard = ear.hear(signal, RATE)
    before, during = heard.at(np.arange(0, 1.9, 0.01)), heard.at(np.arange(2.1, 3.9, 0.01))
    assert before.mean() < 0.05 and during.mean() > 0.4
    assert heard.detector.startswith("silero-vad 6") and 0.5 < heard.seconds < 2.6
    assert all(1.9 < start < end < 4.4 for start, end in heard.spans)
    assert not ear.hear(hiss(-20, 3), RATE).seconds
    assert Energy().hear(hiss(-20, 3), RATE).seconds == pytest.approx(3)  # which energy cannot tell


def test_silero_gives_its_own_package_s_probabilities(ear: Detector) -> None:
    """Frame by frame with its state carried over, as `silero_vad.OnnxWrapper` does it."""
    from importlib.util import find_spec

    import onnxruntime

    spec = find_spec("silero_vad")
    assert spec and spec.submodule_search_locations and "silero_vad" not in sys.modules
    path = Path(spec.submodule_search_locations[0]) / "data" / "silero_vad.onnx"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    signal = spoken(1.7)
    state, told = np.zeros((2, 1, 128), np.float32), []
    padded = np.pad(signal, (64, -len(signal) % 512))
    for start in range(0, len(padded) - 64, 512):
        block = padded[None, start : start + 64 + 512]
        given = {"input": block, "state": state, "sr": np.array(16_000)}
        likely, state = session.run(None, given)
        told.append(float(likely[0, 0]))
    assert ear.probability(signal) == pytest.approx(told, abs=1e-4)  # type: ignore[attr-defined]


@given(st.integers(1, 5_000), st.sampled_from([8_000, 16_000, 44_100, 192_000]))
def test_any_length_and_rate_is_heard_by_both(samples: int, rate: int) -> None:
    listeners = [Energy(), *filter(None, [silero()])]
    for listener in listeners:
        heard = listener.hear(np.zeros(samples, np.float32), rate)
        assert heard.active.dtype == np.bool_ and not heard.seconds and not heard.spans
        told = room(frame_levels(np.zeros(samples, np.float32), rate), heard, hears_voice=True)
        assert np.isfinite(told.noise_dbfs)


@given(st.lists(st.booleans(), max_size=40))
def test_spans_are_the_frames(active: list[bool]) -> None:
    heard = Activity("someone", np.array(active, dtype=np.bool_), 0.5)
    assert sum(end - start for start, end in heard.spans) == heard.seconds == sum(active) / 2
    middles = np.array([(start + end) / 2 for start, end in heard.spans])
    assert heard.at(middles).all() and not heard.at(np.array([])).size


@pytest.mark.parametrize("snr", [5, 15, 30])
def test_room_noise_is_measured_between_the_words(ear: Detector, snr: int) -> None:
    voice = np.concatenate([spoken(2), np.zeros(2 * RATE, np.float32), spoken(2)])
    heard = ear.hear(voice, RATE)
    frames = frame_levels(voice, RATE)
    inside = heard.at((np.arange(len(frames)) + 0.5) * 0.02)
    power = 10 * np.log10((10 ** (frames[inside] / 10)).mean())
    noisy = voice + hiss(power - snr, 6)
    told = room(frame_levels(noisy, RATE), heard, hears_voice=True)
    assert told.snr_db == pytest.approx(snr, abs=1.5)
    assert told.noise_dbfs == pytest.approx(power - snr, abs=1)


def test_the_report_names_who_listened_and_the_gate_its_reasons(ear: Detector) -> None:
    assert measure(sound(spoken()), ear).detector == ear.name
    assert measure(sound(spoken()), Energy()).detector == "energy"
    (found,) = [f for f in judge(sound(hiss(-30, 2)), ear) if f.finding == "no-voice"]
    assert not found.rejects and ear.name in found.reason
    (low,) = [f for f in judge(sound(hiss(-30, 2)), Energy()) if f.finding == "noise"]
    assert "voice found by energy" in low.reason
    assert {f.finding for f in judge(sound(np.zeros(RATE, np.float32)), ear)} == {
        "silence", "quiet", "noise",
    }  # fmt: skip


def test_who_listens_is_chosen_by_what_is_installed_or_by_name(
    ear: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert detector().name == "energy"  # as the tests are told
    monkeypatch.setenv(SETTING, "silero")
    assert detector().name == ear.name
    monkeypatch.delenv(SETTING)
    assert detector().name == ear.name
    monkeypatch.setenv(SETTING, "nobody")
    with pytest.raises(BadInput, match="No detector 'nobody'"):
        detector()


def test_a_stranger_s_file_is_heard_by_the_same_ear_apart(
    ear: Detector, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "a.wav", hiss(-30, 2), RATE)
    assert "no-voice" not in {f.finding for f in Apart()(tmp_path / "a.wav").findings}
    monkeypatch.setenv(SETTING, "silero")
    assert "no-voice" in {f.finding for f in Apart()(tmp_path / "a.wav").findings}


def test_the_true_peak_lies_between_the_samples() -> None:
    """ITU-R BS.1770-4 annex 2: a sine at a quarter of the rate, sampled 45° off its peaks."""
    time = np.arange(20_000)
    wave = np.sin(np.pi / 2 * time + np.pi / 4) * np.hanning(20_000)
    assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak(wave.astype(np.float32)[:, None]) == pytest.approx(0, abs=0.1)
    assert true_peak(np.full((9, 2), 0.0, np.float32)) == -120


def test_the_command_tells_figures_and_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    soundfile.write(tmp_path / "good.wav", spoken(), RATE)
    assert run(["quality", str(tmp_path)]) == 0
    assert "good" in capsys.readouterr().out
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE), RATE)
    (tmp_path / "text.wav").write_text("hello")
    assert run(["quality", str(tmp_path), "--json"]) == 1
    told = capsys.readouterr().out
    assert '"fault": "Text, not a recording, whatever its name says"' in told
    assert '"finding": "silence"' in told and '"detector": "energy"' in told


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["ravdess", "emodb"])
def test_silero_hears_somebody_in_real_takes(ear: Detector, data: Path, corpus: str) -> None:
    paths = sorted((data / corpus).rglob("*.flac"))[::10]
    found = [measure(read(path), ear) for path in paths]
    heard = np.array([one.voiced_s >= 0.1 for one in found])
    assert heard.mean() > 0.99
