from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.affect.features import BANDS, FLOOR, HOP, RATE, Cache, Source, extract, logmel, read
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_file

TIME = np.arange(RATE) / RATE


def tone(hertz: float, rate: int = RATE) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype(np.float32)


def recorded(folder: Path, hertz: float = 440, rate: int = RATE) -> Source:
    path = folder / f"{hertz}.wav"
    soundfile.write(path, tone(hertz, rate), rate)
    return Source(digest_file(path), path)


def test_a_tone_is_loudest_in_the_band_of_its_frequency() -> None:
    loudest = [logmel(tone(f), RATE)[20:80].mean(axis=0).argmax() for f in (200, 400, 1600, 6400)]
    assert loudest == sorted(set(loudest))


def test_features_follow_the_textbook_formula() -> None:
    """Against a plain discrete Fourier sum of one window."""
    wave = tone(440) + tone(3000)
    middle = 50 * HOP
    window = wave[middle - 200 : middle + 200] * np.hanning(401)[:400] / 20
    power = np.abs(np.fft.rfft(window, 512)) ** 2
    mel = np.linspace(*(2595 * np.log10(1 + f / 700) for f in (50, 7600)), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(257) * RATE / 512
    bank = [np.interp(bins, edges[k : k + 3], [0, 1, 0]) for k in range(BANDS)]
    expected = np.log(np.maximum(np.array(bank) @ power, np.exp(FLOOR)))
    assert np.allclose(logmel(wave, RATE)[50], expected, atol=0.02)


@given(st.integers(1, 5_000), st.sampled_from([8_000, 16_000, 22_050, 44_100, 48_000]))
@settings(deadline=None)
def test_any_length_and_rate_gives_finite_features(samples: int, rate: int) -> None:
    made = logmel(np.zeros(samples, np.float32), rate)
    assert made.shape[1] == BANDS and len(made) >= 1
    assert (made == np.float16(FLOOR)).all()


@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_another_rate_gives_the_same_sound(rate: int) -> None:
    there, here = logmel(tone(1000, rate), rate), logmel(tone(1000), RATE)
    loud = here[10:90].astype(float) > -8
    assert np.abs(there[10:90].astype(float) - here[10:90])[loud].max() < 0.1


def test_a_torn_or_altered_cache_entry_is_computed_again(tmp_path: Path) -> None:
    source, cache = recorded(tmp_path), Cache(tmp_path / "cache")
    (whole,) = extract([source], cache)
    entry = cache.path(source.sha256)
    good = entry.read_bytes()
    assert np.array_equal(np.load(entry), whole)
    for bad in (b"", good[:-50], good[:300] + b"\0" + good[301:], b"not an array"):
        entry.write_bytes(bad)
        (again,) = extract([source], cache)
        assert np.array_equal(again, whole) and entry.read_bytes() == good


def test_cached_features_need_no_recording(tmp_path: Path) -> None:
    source, cache = recorded(tmp_path), Cache(tmp_path / "cache")
    (whole,) = extract([source], cache)
    source.path.unlink()
    (again,) = extract([source], cache)
    assert np.array_equal(again, whole)


def test_an_unwritable_cache_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    source = recorded(tmp_path)
    assert np.array_equal(extract([source], Cache(tmp_path / "cache"))[0], read(source))


def test_bytes_that_do_not_match_their_name_are_refused(tmp_path: Path) -> None:
    source = recorded(tmp_path)
    source.path.write_bytes(source.path.read_bytes() + b"\0")
    with pytest.raises(CheckFailed, match="name"):
        read(source)


def test_every_unusable_recording_is_named(tmp_path: Path) -> None:
    good = recorded(tmp_path)
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    bad = [Source(digest_file(text), text), Source("0" * 64, tmp_path / "gone.wav")]
    with pytest.raises(BadInput, match=r"2 of 3.*text\.wav.*gone\.wav"):
        extract([good, *bad])


def test_progress_is_told_from_none_to_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    extract([recorded(tmp_path)], progress=lambda done, total, note="": told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
