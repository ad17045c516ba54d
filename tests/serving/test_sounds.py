"""Any sound that comes in is heard, or refused with a reason."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from yesand.affect import listening
from yesand.kernel.errors import BadInput, NotFound, TooLarge
from yesand.kernel.ids import digest
from yesand.serving import sound


def tone(seconds: float = 0.5, rate: int = 16_000) -> Any:
    return 0.3 * np.sin(2 * np.pi * 220 * np.arange(int(seconds * rate)) / rate)


def written(samples: Any, rate: int, **how: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, **{"format": "WAV", **how})
    return file.getvalue()


@pytest.mark.parametrize("rate", [2_000, 8_000, 44_100, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_any_channels_are_heard_as_training_hears_them(
    rate: int, channels: int, tmp_path: Path
) -> None:
    data = written(np.stack([tone(0.3, rate)] * channels, axis=1), rate)
    path = tmp_path / "take.mp3"  # its name is wrong
    path.write_bytes(data)
    heard = sound.of_file(path)
    assert heard.rate == rate and heard.signal.shape == (int(0.3 * rate),)
    assert ("mixed to one" in " ".join(heard.notes)) == (channels > 1)
    assert ("nothing above" in " ".join(heard.notes)) == (rate < 16_000)
    mine, theirs = (
        listening.hear(heard.signal, rate),
        listening.read(listening.Source(digest(data), path)),
    )
    assert np.array_equal(mine.mel, theirs.mel) and np.array_equal(mine.prosody, theirs.prosody)


@pytest.mark.parametrize("coding", ["PCM_U8", "ULAW", "ALAW"])
def test_eight_bit_telephone_audio_is_heard_with_a_note(coding: str) -> None:
    heard = sound.of_bytes(written(tone(1, 8_000), 8_000, subtype=coding))
    assert heard.seconds == 1 and "telephones" in heard.notes[0] and not heard.silent


def test_samples_of_every_type_are_scaled_alike() -> None:
    wave = tone()
    ways = [wave, wave.astype("f4"), (wave * 32_768).astype("i2"), (wave * 2**31).astype("i4")]
    ways.append((wave * 128 + 128).round().astype("u1"))
    heard = [sound.of_array(way, 16_000).signal for way in ways]
    assert all(np.abs(one - heard[0]).max() < 0.01 for one in heard)
    stereo = sound.of_array(np.stack([wave, -wave], axis=1), 16_000)
    assert stereo.silent and stereo.notes == ("2 channels were mixed to one.",)


def test_silence_is_known_and_a_whisper_is_not_silence() -> None:
    assert sound.of_array(np.zeros(16_000), 16_000).silent
    assert sound.of_array(1e-4 * tone(), 16_000).silent
    assert not sound.of_array(np.concatenate([np.zeros(99_999), 0.005 * tone()]), 16_000).silent


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Nothing in it"),
        (b"no sound at all", "No recording that can be read"),
        (b"\0\0\0\x18ftypmp42" + bytes(99), "A video"),
        (b"\x1a\x45\xdf\xa3" + bytes(99), "A video"),
        (b"RIFF\0\0\0\0AVI LIST" + bytes(99), "A video"),
        (written(tone()[:1], 16_000), "Shorter than 0.1 s"),
        (written(tone()[:0], 16_000), "Shorter than 0.1 s"),
        (written(np.full(9_000, np.nan), 16_000, subtype="FLOAT"), "no numbers"),
        (written(np.full(9_000, np.inf), 16_000, subtype="FLOAT"), "no numbers"),
        (written(tone(1, 1_000), 1_000), "A rate of 1000 Hz"),
        (written(tone(), 16_000)[:30], "No recording"),
    ],
)
def test_what_cannot_be_heard_says_why(data: bytes, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        sound.of_bytes(data)


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        (np.zeros((2, 2, 2)), 16_000),
        (np.zeros((100, 65)), 16_000),
        (np.array(["a"]), 16_000),
        (np.full(9_000, 1e300), 16_000),
        (np.zeros(9_000), 0),
        (np.zeros(9_000), -8_000),
        (np.zeros(9_000, bool), 16_000),
    ],
)
def test_samples_that_are_none_are_refused(values: Any, rate: int) -> None:
    with pytest.raises(BadInput):
        sound.of_array(values, rate)


def test_a_small_file_cannot_unpack_to_hours() -> None:
    quiet = written(np.zeros(1801 * 8_000, "i2"), 8_000, format="FLAC", subtype="PCM_16")
    assert len(quiet) < 1 << 20
    with pytest.raises(TooLarge, match=r"30\.0 minutes"):
        sound.of_bytes(quiet)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="gone"):
        sound.of_file(tmp_path / "gone.wav")
