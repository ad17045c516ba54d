"""Prosody against sounds whose every number is known."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter

from yesand.affect.features import RATE, logmel
from yesand.affect.prosody import formants
from yesand.affect.prosody.descriptors import COLOUR, QUALITY, Descriptors, describe
from yesand.affect.prosody.pitch import HIGHEST, LOWEST, pitch
from yesand.affect.prosody.rows import NAMES, row, rows
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput

Floats = NDArray[np.float64]
LUCK = np.random.default_rng(0)


def sung(hertz: float, seconds: float = 1.0, glide: float = 0.0) -> Floats:
    """A voice of ten harmonics, gliding by so many octaves a second."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(hertz * 2 ** (glide * time)) / RATE
    waves = [np.sin(n * phase) / n for n in range(1, 11) if n * hertz * 2**glide < RATE / 2]
    made: Floats = 0.2 * np.sum(waves, axis=0)
    return made


def heard(signal: Floats) -> Descriptors:
    return describe(signal, logmel(signal.astype(np.float32), RATE).astype(np.float64))


def value(signal: Floats, name: str) -> float:
    return float(row(signal.astype(np.float32), RATE)[NAMES.index(name)])


@given(st.floats(1.1 * LOWEST, 0.95 * HIGHEST))
@settings(deadline=None, max_examples=30)
def test_a_sung_note_has_its_pitch_to_a_twentieth_of_a_semitone(hertz: float) -> None:
    found = pitch(sung(hertz, 0.4)).hertz[5:-5]
    assert (found > 0).all() and np.abs(12 * np.log2(found / hertz)).max() < 0.05


def test_a_glide_is_followed_and_its_slope_told() -> None:
    found = pitch(sung(120, glide=1.0)).hertz[5:-5]
    time = np.arange(5, 5 + len(found)) / 100
    assert np.abs(12 * np.log2(found / (120 * 2**time))).max() < 0.3
    assert value(sung(120, glide=1.0), "pitch.range") == pytest.approx(0.9 * 12, abs=0.5)
    assert (
        value(sung(120, glide=1.0), "pitch.line")
        > 5
        > -5
        > value(sung(240, glide=-1.0), "pitch.line")
    )


@pytest.mark.parametrize("decibel", [20, 10, 0])
def test_harmonicity_is_the_ratio_of_voice_to_noise(decibel: int) -> None:
    """Boersma 1993, fig. 2: what is mixed is what is measured."""
    voice = sung(200, 2.0)
    noise = LUCK.standard_normal(len(voice)) * voice.std() * 10 ** (-decibel / 20)
    found = pitch(voice + noise).harmonicity[10:-10]
    assert np.median(found) == pytest.approx(decibel, abs=1.5)


def test_noise_and_silence_are_not_voiced() -> None:
    assert not pitch(np.zeros(RATE)).hertz.any()
    assert (pitch(0.1 * LUCK.standard_normal(RATE)).hertz > 0).mean() < 0.05


def test_formants_are_where_the_vocal_tract_puts_them() -> None:
    """Resonances at 700, 1,200 and 2,600 Hz, widths of 80 Hz, over noise."""
    signal = LUCK.standard_normal(RATE)
    for place in (700, 1_200, 2_600):
        radius, angle = np.exp(-np.pi * 80 / RATE), 2 * np.pi * place / RATE
        signal = lfilter([1], [1, -2 * radius * np.cos(angle), radius**2], signal)
    # Undo the analysis's emphasis, as a voice's own fall of level does.
    signal = lfilter([1], [1, -0.97], signal)
    found = formants.find(signal / np.abs(signal).max(), np.ones(101, dtype=bool))
    assert np.median(found[5:-5, :3], axis=0) == pytest.approx([700, 1_200, 2_600], rel=0.04)


def test_the_spectrum_s_own_numbers_are_those_of_the_textbook() -> None:
    time = np.arange(RATE) / RATE
    low, high = 0.3 * np.sin(2 * np.pi * 1_000 * time), 0.3 * np.sin(2 * np.pi * 4_000 * time)
    told = dict(zip(COLOUR, heard(low).colour[50], strict=True))
    assert told["centre"] == pytest.approx(1_000, abs=10)
    assert told["crossings"] == pytest.approx(2_000 / RATE, rel=0.05)
    assert told["hammarberg-index"] > 60
    both = dict(zip(COLOUR, heard(low + high).colour[50], strict=True))
    assert both["centre"] == pytest.approx(2_500, abs=20)
    assert both["spread"] == pytest.approx(1_500, abs=20)
    assert both["hammarberg-index"] == pytest.approx(0, abs=0.5)


def test_a_breathy_voice_is_aperiodic_where_the_breath_is() -> None:
    voice = sung(150)
    breath = np.diff(LUCK.standard_normal(len(voice) + 1)) * 0.02
    clear, breathy = (heard(one).quality[20:80].mean(axis=0) for one in (voice, voice + breath))
    high, low = QUALITY.index("aperiodicity-4000-8000"), QUALITY.index("aperiodicity-0-1000")
    assert clear[low] < 0.05 and breathy[low] < 0.05 and breathy[high] > 0.7


def test_timing_counts_voiced_runs_and_pauses() -> None:
    pause = np.zeros(RATE // 4)
    signal = np.concatenate([sung(150, 0.5), pause, sung(150, 0.5), pause, sung(150, 0.5)])
    assert value(signal, "time.seconds") == pytest.approx(2.0, abs=0.03)
    assert value(signal, "time.runs-a-second") == pytest.approx(3 / 2.0, rel=0.03)
    assert value(signal, "time.run-mean") == pytest.approx(0.5, abs=0.04)
    assert value(signal, "time.silent") == pytest.approx(0.25, abs=0.04)


def test_a_beat_shows_in_the_rhythm_of_its_rate() -> None:
    time = np.arange(3 * RATE) / RATE
    beaten = 0.1 * LUCK.standard_normal(len(time)) * (1 + np.sin(2 * np.pi * 5 * time))
    told = dict(zip(NAMES, row(beaten.astype(np.float32), RATE), strict=True))
    rates = {name: told[f"rhythm-8.{name}"] for name in ("1-hz", "2-hz", "4-hz", "8-hz", "16-hz")}
    assert max(rates, key=lambda name: rates[name]) == "4-hz"  # four to six a second


@given(st.integers(1, 3_000), st.sampled_from(["silence", "noise", "constant", "tone"]),
       st.sampled_from([8_000, 16_000, 44_100, 192_000]))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_any_length_rate_and_sound_gives_a_finite_row(samples: int, kind: str, rate: int) -> None:
    made = {
        "silence": np.zeros(samples),
        "noise": np.random.default_rng(samples).standard_normal(samples),
        "constant": np.ones(samples),
        "tone": np.sin(np.arange(samples) / 9),
    }[kind]
    told = row(made.astype(np.float32), rate)
    assert told.shape == (len(NAMES),) and np.isfinite(told).all()


def test_a_louder_microphone_changes_nothing_but_the_levels() -> None:
    signal = sung(180, glide=0.5) + 0.003 * LUCK.standard_normal(RATE)
    quiet, loud = (row((gain * signal).astype(np.float32), RATE) for gain in (0.1, 0.9))
    moved = {NAMES[k] for k in np.flatnonzero(np.abs(quiet - loud) > 0.02 * (1 + np.abs(loud)))}
    assert moved == {"time.mel-level", "time.loudest"}


def test_a_column_has_one_name_and_is_found_by_it() -> None:
    assert len(set(NAMES)) == len(NAMES) == len(row(np.zeros(9, np.float32), RATE))


def test_many_processes_give_the_bits_of_one_and_name_every_bad_file(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.wav" for n in range(5)]
    for n, path in enumerate(paths):
        soundfile.write(path, np.column_stack([sung(100 + 40 * n, 0.3)] * 6), RATE)
    assert (rows(paths, 2) == rows(paths)).all()
    (tmp_path / "text.wav").write_text("hello")
    soundfile.write(tmp_path / "nan.wav", np.full(99, np.nan, np.float32), RATE, subtype="FLOAT")
    bad = [tmp_path / name for name in ("text.wav", "nan.wav", "none.wav")]
    with pytest.raises(BadInput) as caught:
        rows([*paths, *bad])
    said = caught.value.sentence()
    assert "3 of 8" in said and ".." not in said and all(p.name in said for p in bad)


def test_the_command_writes_a_table_that_reads_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "takes").mkdir()
    path, out = tmp_path / "takes" / "a.wav", tmp_path / "rows.csv"
    soundfile.write(path, sung(220, 0.5), RATE)
    assert run(["affect", "prosody", str(path.parent), "--out", str(out), "--workers", "1"]) == 0
    first = out.read_bytes()
    (path.parent / "notes.txt").write_text("of a folder, recordings alone are heard")
    assert run(["affect", "prosody", str(path.parent), "--out", str(out), "--workers", "1"]) == 0
    assert out.read_bytes() == first
    (told,) = csv.DictReader(io.StringIO(out.read_text("utf-8")))
    assert told["file"] == str(path) and float(told["pitch.mean"]) == pytest.approx(24, abs=0.1)
    assert run(["affect", "prosody", str(path), "--out", str(out), "--workers", "1"]) == 0
    assert out.read_bytes() == first
    again = tmp_path / "rows.npz"
    assert run(["affect", "prosody", str(path), "--out", str(again), "--workers", "1"]) == 0
    with np.load(again) as kept:
        assert (kept["rows"][0] == [float(told[name]) for name in kept["names"]]).all()
    capsys.readouterr()
    path.write_bytes(b"")
    assert run(["affect", "prosody", str(path), "--out", str(out)]) == 2
    assert "a.wav" in capsys.readouterr().err and out.read_bytes() == first
    assert run(["affect", "prosody", str(path), "--out", str(tmp_path / "rows.xls")]) == 2
