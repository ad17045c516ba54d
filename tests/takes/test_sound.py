from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yesand.takes.sound import BadMedia, probe, read

Record = Callable[..., Path]


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [("wav", "audio/wav"), ("flac", "audio/flac"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg")],
)
def test_every_format_is_probed_by_what_it_holds(
    record: Record, tmp_path: Path, extension: str, media_type: str
) -> None:
    found = probe(record(tmp_path / f"a.{extension}", seconds=1.0))
    assert (found.media_type, found.sample_rate, found.channels) == (media_type, 16_000, 1)
    assert found.duration_ms == 1000 and found.frames == 16_000


def test_a_name_does_not_decide_the_type(record: Record, tmp_path: Path) -> None:
    path = record(tmp_path / "a.flac").rename(tmp_path / "a.wav")
    assert probe(path).media_type == "audio/flac"


def test_stereo_is_read_and_mixed_to_mono(tmp_path: Path) -> None:
    both = np.stack([np.full(8000, 0.5), np.full(8000, -0.25)], axis=1)
    soundfile.write(tmp_path / "a.wav", both, 8000, subtype="FLOAT")
    sound = read(tmp_path / "a.wav")
    assert sound.samples.shape == (8000, 2) and sound.samples.dtype == np.float32
    assert sound.mono.shape == (8000,) and np.allclose(sound.mono, 0.125)


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("kept", [0.97, 0.6, 0.3])
def test_a_file_cut_off_anywhere_is_found_out(
    record: Record, tmp_path: Path, extension: str, kept: float
) -> None:
    path = record(tmp_path / f"a.{extension}", seconds=2.0)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BadMedia, match=r"Cut off"):
        read(path)


def test_a_damaged_flac_is_found_out_in_the_middle(record: Record, tmp_path: Path) -> None:
    path = record(tmp_path / "a.flac", seconds=3.0)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path.write_bytes(data)
    with pytest.raises(BadMedia, match=r"Cut off or damaged"):
        read(path)


def test_text_named_wav_is_called_text(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("not a sound at all\n" * 20)
    with pytest.raises(BadMedia, match="Text, not a recording"):
        read(path)


def test_other_bytes_are_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    path.write_bytes(bytes(range(256)) * 8)
    with pytest.raises(BadMedia, match="Not a recording"):
        read(path)


def test_an_empty_file_a_folder_and_nothing_each_say_so(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "folder.wav").mkdir()
    for name, why in [("empty", "Empty"), ("folder", "A folder"), ("none", "No such file")]:
        with pytest.raises(BadMedia, match=why):
            read(tmp_path / f"{name}.wav")


def test_a_recording_without_a_frame_is_no_recording(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 16_000)
    with pytest.raises(BadMedia, match="No sound"):
        read(tmp_path / "a.wav")


def test_a_format_that_is_not_taken_is_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.aiff", np.zeros(800), 8000)
    with pytest.raises(BadMedia, match="AIFF is not taken"):
        read(tmp_path / "a.aiff")


def test_samples_that_are_no_numbers_are_damage(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([0.0, np.nan] * 4000), 8000, subtype="FLOAT")
    with pytest.raises(BadMedia, match="not numbers"):
        read(tmp_path / "a.wav")


def test_more_than_an_hour_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", np.zeros(3601 * 100, np.float32), 100)
    with pytest.raises(BadMedia, match="Longer than an hour"):
        read(tmp_path / "a.flac")


def test_a_wav_of_unknown_length_from_a_stream_is_whole(record: Record, tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    data[4:8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert read(path).probe.frames > 0
