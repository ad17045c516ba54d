"""What people really send, through all that listens: judged, described or refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_encoders import WIDTH, encoder

from yesand.affect.prosody.rows import rows as prosody
from yesand.kernel.errors import BadInput
from yesand.takes.activity.activity import Detector
from yesand.takes.activity.energy import Energy
from yesand.takes.activity.silero import silero
from yesand.takes.quality import judge, measure, rejected
from yesand.takes.sound import BadMedia, read

TIME = np.arange(16_000) / 16_000
TONE = 0.3 * np.sin(2 * np.pi * 200 * TIME) * np.sin(2 * np.pi * 3 * TIME) ** 2


def _tone(rate: int, channels: int = 1) -> np.ndarray:
    time = np.arange(rate) / rate
    made = 0.3 * np.sin(2 * np.pi * 200 * time) * np.sin(2 * np.pi * 3 * time) ** 2
    return np.repeat(made[:, None], channels, axis=1)


#: Name → what is written, and the findings that reject it.
HEARD = {
    "silence.wav": ((np.zeros(16_000), 16_000, "PCM_16"), {"silence"}),
    "one-sample.wav": ((np.ones(1) * 0.5, 16_000, "PCM_16"), {"too-short", "silence", "dc-offset"}),
    "telephone-ulaw.wav": ((_tone(8_000), 8_000, "ULAW"), set()),
    "telephone-8-bit.wav": ((_tone(8_000), 8_000, "PCM_U8"), set()),
    "studio-192-khz.wav": ((_tone(192_000), 192_000, "PCM_24"), set()),
    "six-channels.wav": ((_tone(44_100, 6), 44_100, "PCM_16"), set()),
    "loud.wav": ((np.clip(9 * TONE, -1, 1), 16_000, "PCM_16"), {"clipping"}),
}
LISTENERS: list[Detector] = [Energy(), *filter(None, [silero()])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sent")
    for name, ((samples, rate, subtype), _) in HEARD.items():
        soundfile.write(made / name, samples, rate, subtype=subtype)
    soundfile.write(made / "flac.wav", TONE, 16_000, format="FLAC")
    return made


@pytest.mark.parametrize("listener", LISTENERS, ids=lambda one: one.name)
@pytest.mark.parametrize("name", HEARD)
def test_each_is_judged_by_its_own_fault(folder: Path, name: str, listener: Detector) -> None:
    sound = read(folder / name)
    found = judge(sound, listener)
    assert {f.finding for f in found if f.rejects} == HEARD[name][1]
    assert rejected(found) == bool(HEARD[name][1])
    figures = measure(sound, listener).as_json()
    assert all(np.isfinite(v) for v in figures.values() if isinstance(v, int | float))


def test_each_is_described_in_finite_numbers(folder: Path, tmp_path: Path) -> None:
    paths = sorted(folder.iterdir())
    assert np.isfinite(prosody(paths)).all()
    from yesand.affect.encoders.encoder import Encoder

    made = Encoder.open(encoder(tmp_path / "encoder")).embed(paths)
    assert made.shape == (len(paths), WIDTH) and np.isfinite(made).all()


def test_what_no_sound_is_has_its_reason(tmp_path: Path) -> None:
    numbers = np.array([0.1, np.nan] * 800)
    soundfile.write(tmp_path / "nan.wav", numbers, 16_000, subtype="FLOAT")
    (tmp_path / "text.wav").write_text("hello " * 50)
    (tmp_path / "picture.mp4").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    why = {"nan.wav": "not numbers", "text.wav": "Text, not a recording",
           "picture.mp4": "Not a recording", "none.wav": "No such file"}  # fmt: skip
    for name, reason in why.items():
        with pytest.raises(BadMedia, match=reason):
            read(tmp_path / name)
    with pytest.raises(BadInput, match="4 of 4") as caught:
        prosody([tmp_path / name for name in why])
    assert all(name in caught.value.sentence() for name in why)
