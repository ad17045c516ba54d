from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.affect.features import BANDS, FLOOR, HOP, RATE, logmel

TIME = np.arange(RATE) / RATE


def tone(hertz: float, rate: int = RATE) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype(np.float32)


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
