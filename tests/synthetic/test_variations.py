"""Variations do to the sound what their note says, and the same again from the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.synthetic.synthetic_stage import corpus_of, recorded

from yesand.affect.prosody.pitch import pitch
from yesand.kernel.ids import digest_file
from yesand.synthetic import shelf
from yesand.synthetic.making import checks, surroundings
from yesand.synthetic.making.generator import (
    Around,
    Corpus,
    Expected,
    Floats,
    Made,
    Parent,
    Refusal,
    Wanted,
)
from yesand.synthetic.making.variation import Settings, Variation
from yesand.synthetic.making.warping import warped
from yesand.takes.copies.finding import likeness
from yesand.takes.copies.landmarks import landmarks
from yesand.takes.sound import read

RATE = 16_000


def voice(hertz: float, seconds: float = 1.0) -> Floats:
    """Return eight harmonics."""
    time = np.arange(round(seconds * RATE)) / RATE
    return 0.1 * np.sum([np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 9)], axis=0)


def middle_pitch(wave: Floats) -> float:
    heard = pitch(wave).hertz
    return float(np.median(heard[heard > 0]))


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(recorded(tmp_path_factory.mktemp("troupe"), performers=1))


@given(st.floats(0.7, 1.5), st.floats(-4, 4), st.floats(90, 300))
def test_length_and_pitch_are_moved_apart_and_by_as_much_as_is_asked(
    stretch: float, semitones: float, hertz: float
) -> None:
    made = warped(voice(hertz), RATE, stretch, 2 ** (semitones / 12))
    assert len(made) == round(RATE * stretch)
    moved = 12 * np.log2(middle_pitch(made[800:-800]) / hertz)
    assert moved == pytest.approx(semitones, abs=0.15)


def test_a_pitch_may_move_by_another_amount_at_each_moment() -> None:
    ratio = np.where(np.arange(RATE) < RATE // 2, 2 ** (3 / 12), 2 ** (-3 / 12))
    made = warped(voice(200), RATE, 1.0, ratio)
    assert middle_pitch(made[1600:6400]) == pytest.approx(200 * 2**0.25, rel=0.02)
    assert middle_pitch(made[9600:14400]) == pytest.approx(200 * 2**-0.25, rel=0.02)


@given(st.floats(0, 40), st.sampled_from(["white", "pink"]), st.integers(0, 99))
def test_noise_lies_by_exactly_so_much_below_the_voice(snr: float, colour: str, seed: int) -> None:
    wave = voice(180)
    noise = surroundings.in_noise(wave, snr, colour, seed) - wave
    assert 10 * np.log10((wave**2).mean() / (noise**2).mean()) == pytest.approx(snr, abs=0.01)


def test_a_room_rings_for_its_time_and_lies_below_the_voice_by_its_ratio() -> None:
    click = np.zeros(RATE)
    click[0] = 1.0
    tail = surroundings.in_room(click, RATE, 0.4, 6.0, 3)
    tail[0] -= 1
    power = np.cumsum((tail**2)[::-1])[::-1]
    assert -10 * np.log10((tail**2).sum()) == pytest.approx(6.0, abs=0.1)
    # Schroeder 1965: the energy that is still to come falls by 60 dB in the reverberation time.
    fallen = 10 * np.log10(power[round(0.2 * RATE)] / power[0])
    assert fallen == pytest.approx(-30, abs=3)


def test_a_telephone_lets_its_band_through_and_little_else() -> None:
    noise = np.random.default_rng(1).standard_normal(2 * RATE) * 0.1
    heard = np.abs(np.fft.rfft(surroundings.through(noise, RATE, "telephone"))) ** 2
    hertz = np.fft.rfftfreq(2 * RATE, 1 / RATE)
    inside = heard[(hertz > 500) & (hertz < 3_000)].mean()
    assert heard[hertz < 100].mean() < inside / 500
    assert heard[(hertz > 4_500)].mean() < inside / 500


def test_the_same_seed_gives_the_same_bytes_in_whatever_order_it_is_made(
    troupe: Corpus, tmp_path: Path
) -> None:
    def backwards(render, orders):  # type: ignore[no-untyped-def]
        return [render(order) for order in reversed(orders)]

    def files(around: Around, each: int, seed: int = 5) -> dict[str, str]:
        found = {}
        for made in Variation().make(troupe, Wanted(seed, each, "happy"), around):
            assert isinstance(made, Made)
            shelf.write(tmp_path / "one.flac", made)
            found[made.place] = digest_file(tmp_path / "one.flac")
        return found

    first = files(Around(), 2)
    assert first == files(Around(each=backwards), 2)
    assert first.items() <= files(Around(), 3).items()
    assert not set(first.values()) & set(files(Around(), 2, seed=6).values())


def test_a_variation_says_what_was_done_and_is_no_copy(troupe: Corpus) -> None:
    every = Settings(lend=1.0, room=1.0, device=1.0, noise=1.0)
    for made in Variation(every).make(troupe, Wanted(1, 2)):
        assert isinstance(made, Made) and checks.fault(made) == ""
        assert {"tempo", "pitch_semitones", "lender", "room", "device", "noise"} <= set(made.note)
        own, lender = made.parents
        assert made.place.startswith(own) and made.note["lender"] == lender
        parent = next(t for t in troupe.takes if t.sha256 == own)
        theirs = next(t for t in troupe.takes if t.sha256 == lender)
        assert made.emotion == parent.emotion == theirs.emotion
        sound = parent.sound()
        length = len(made.samples) / sound.probe.frames
        assert length == pytest.approx(1 / float(made.note["tempo"]), rel=1e-3)
        assert likeness(landmarks(sound), landmarks(checks.sound_of(made))) < 0.08


def test_its_pitch_is_moved_by_what_the_note_says(troupe: Corpus) -> None:
    plain = Settings(lend=0, room=0, device=0, noise=0)
    for made in Variation(plain).make(troupe, Wanted(3, 1)):
        assert isinstance(made, Made)
        own = middle_pitch(read(_path(troupe, made)).mono.astype(np.float64))
        moved = 12 * np.log2(middle_pitch(made.samples.astype(np.float64)) / own)
        assert moved == pytest.approx(float(made.note["pitch_semitones"]), abs=0.6)


def _path(troupe: Corpus, made: Made) -> Path:
    return next(take.path for take in troupe.takes if take.sha256 == made.parents[0])


def test_a_take_that_cannot_be_read_costs_its_own_variations_alone(
    troupe: Corpus, tmp_path: Path
) -> None:
    broken = Parent("ab" * 32, "happy", "Sample_01", tmp_path / "gone.flac")
    found = list(Variation().make(Corpus((*troupe.takes[:1], broken)), Wanted(1)))
    assert isinstance(found[0], Made) and isinstance(found[1], Refusal)
    assert "No such file" in found[1].reason


@pytest.mark.parametrize(
    ("samples", "rate", "why"),
    [
        (np.zeros(RATE), RATE, "Silent"),
        (np.full(RATE, np.nan), RATE, "no numbers"),
        (np.zeros(0), RATE, "no sound"),
        (voice(200), 22_050, "22,050"),
        (voice(200, 0.3), RATE, "lasts 0.30 s"),
        (np.sign(voice(200)), RATE, "Clipped"),
    ],
)
def test_what_is_no_take_is_refused_with_its_reason(samples: Floats, rate: int, why: str) -> None:
    made = Made("x", samples.astype(np.float32), rate, "sad", 1, Expected(RATE, 0.5, 10))
    assert why in checks.fault(made)


def test_settings_and_code_are_in_a_generators_digest() -> None:
    assert Variation().digest == Variation().digest != Variation(Settings(lend=0)).digest
