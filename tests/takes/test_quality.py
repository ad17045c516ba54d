from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from yesand.takes.quality import Finding, clipped_share, judge, rejected
from yesand.takes.sound import Probe, Samples, Sound, read

RATE = 16_000


def _sound(samples: Samples, rate: int = RATE) -> Sound:
    two = samples.reshape(len(samples), -1).astype(np.float32)
    probe = Probe("audio/wav", round(1000 * len(two) / rate), rate, two.shape[1], len(two))
    return Sound(probe, two)


def _speechlike(seconds: float = 1.5, gain: float = 0.2) -> Samples:
    t = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * 150 * t) * np.sin(2 * np.pi * 2 * t) ** 2
    return np.asarray(gain * wave, dtype=np.float32)


def _names(findings: list[Finding]) -> set[tuple[str, bool]]:
    return {(f.finding, f.rejects) for f in findings}


def test_a_plain_recording_has_no_findings() -> None:
    assert judge(_sound(_speechlike())) == []


def test_silence_is_rejected_with_the_reason() -> None:
    (found,) = [f for f in judge(_sound(np.zeros(RATE, np.float32))) if f.rejects]
    assert found.finding == "silence" and "-70 dBFS" in found.reason and found.value == 0


def test_a_very_quiet_performance_is_noted_and_kept() -> None:
    findings = judge(_sound(_speechlike(gain=0.003)))
    assert _names(findings) == {("quiet", False)} and not rejected(findings)


def test_square_clipping_is_rejected_and_a_touched_peak_is_not() -> None:
    assert ("clipping", True) in _names(judge(_sound(np.clip(_speechlike(gain=4), -1, 1))))
    touched = _speechlike(gain=0.5)
    touched[100:102] = 1.0
    assert clipped_share(touched[:, None]) == 0
    touched[100:103] = -1.0
    assert clipped_share(touched[:, None]) == pytest.approx(3 / len(touched))


def test_clipping_in_one_channel_is_seen_though_the_mix_hides_it() -> None:
    loud, soft = np.clip(_speechlike(gain=4), -1, 1), _speechlike(gain=0.01)
    assert ("clipping", True) in _names(judge(_sound(np.stack([loud, soft], axis=1))))


def test_too_short_too_long_and_too_coarse_are_rejected() -> None:
    assert ("too-short", True) in _names(judge(_sound(_speechlike(0.2))))
    assert ("too-long", True) in _names(judge(_sound(_speechlike(601, 0.2))))
    assert ("sample-rate", True) in _names(judge(_sound(_speechlike(), rate=4000)))


def test_a_constant_voltage_is_noted_and_a_large_one_rejected() -> None:
    assert ("dc-offset", False) in _names(judge(_sound(_speechlike() + 0.05)))
    assert ("dc-offset", True) in _names(judge(_sound(_speechlike() + 0.4)))


def test_steady_noise_is_noted() -> None:
    noise = np.random.default_rng(0).standard_normal(RATE) * 0.05
    assert ("noise", False) in _names(judge(_sound(noise)))


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 3000), st.integers(1, 6)),
        elements=st.floats(-1, 1, width=32),
    ),
    st.sampled_from([4000, 8000, 16_000, 44_100]),
)
def test_whatever_is_given_is_judged_with_finite_figures(samples: Samples, rate: int) -> None:
    for found in judge(_sound(samples, rate)):
        assert np.isfinite(found.value) and np.isfinite(found.limit) and found.reason


@given(st.integers(1, 6), st.integers(3, 60))
def test_the_clipped_share_counts_whole_runs(channels: int, run: int) -> None:
    samples = np.zeros((200, channels), np.float32)
    samples[50 : 50 + run, 0] = 1.0
    assert clipped_share(samples) == pytest.approx(run / samples.size)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("corpus", ["ravdess", "emodb"])
def test_no_real_take_is_rejected(data: Path, corpus: str) -> None:
    paths = sorted((data / corpus).rglob("*.flac"))
    assert len(paths) > 500
    assert [p.name for p in paths if rejected(judge(read(p)))] == []
