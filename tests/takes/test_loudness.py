from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.takes.loudness import GATE_LUFS, integrated
from yesand.takes.sound import read


def test_loudness_is_that_of_the_standard() -> None:
    # ITU-R BS.1770-4: a 997 Hz sine at full scale in one channel reads −3.01 LKFS.
    t = np.arange(5 * 48_000) / 48_000
    sine = np.sin(2 * np.pi * 997 * t).astype(np.float32)
    assert integrated(sine[:, None], 48_000) == pytest.approx(-3.01, abs=0.05)


@given(
    st.integers(0, 2**32 - 1),
    st.floats(0.4, 4.0),
    st.integers(1, 5),
    st.sampled_from([8000, 16_000, 22_050, 44_100]),
    st.floats(-50, 0),
)
def test_it_is_what_pyloudnorm_measures(
    seed: int, seconds: float, channels: int, rate: int, level: float
) -> None:
    rng = np.random.default_rng(seed)
    frames = max(int(seconds * rate), int(np.ceil(0.4 * rate)))
    swell = 0.001 + np.abs(np.sin(np.linspace(0, rng.uniform(1, 9), frames)))[:, None]
    noise = 10 ** (level / 20) * 0.2 * swell * rng.standard_normal((frames, channels))
    samples = noise.astype(np.float32)
    theirs = pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64))
    assert integrated(samples, rate) == pytest.approx(theirs, abs=1e-6)


def test_silence_lies_at_the_gate() -> None:
    assert integrated(np.zeros((16_000, 2), np.float32), 16_000) == GATE_LUFS


def test_less_than_a_block_still_has_a_level() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal((1600, 1)).astype(np.float32)
    long = np.tile(noise, (20, 1))
    assert integrated(noise, 16_000) == pytest.approx(integrated(long, 16_000), abs=0.5)


def test_a_sixth_channel_is_not_measured() -> None:
    noise = np.random.default_rng(0).standard_normal((16_000, 6)).astype(np.float32)
    assert integrated(noise, 16_000) == integrated(noise[:, :5], 16_000)


@pytest.mark.data
def test_real_takes_measure_as_by_pyloudnorm(data: Path) -> None:
    for path in sorted((data / "ravdess").rglob("*.flac"))[::48]:
        sound = read(path)
        theirs = pyloudnorm.Meter(sound.rate).integrated_loudness(sound.mono.astype(np.float64))
        assert integrated(sound.samples, sound.rate) == pytest.approx(theirs, abs=1e-6)
