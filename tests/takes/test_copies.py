"""A copy is known again however it was disguised; another performance never is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from notes import RATE, Wave, coded, noisy, played, resampled, sound

from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest
from yesand.takes.copies.finding import ENOUGH, Kind, copies
from yesand.takes.copies.landmarks import Landmarks, landmarks
from yesand.takes.copies.shelf import Shelf, copies_among

FIRST = played(1)
SILENCE = np.zeros(RATE // 4, np.float32)


def found(*waves: Wave, rates: tuple[int, ...] = ()) -> list[tuple[str, str, Kind]]:
    told = rates or (RATE,) * len(waves)
    known = [
        (f"{n}", landmarks(sound(w, r))) for n, (w, r) in enumerate(zip(waves, told, strict=True))
    ]
    return [(copy.take, copy.of, copy.kind) for copy in copies(known)]


DISGUISES: dict[str, Wave] = {
    "quieter": 0.2 * FIRST,
    "as an MP3": coded(FIRST, "MP3"),
    "as Ogg": coded(FIRST, "OGG"),
    "begun 3 ms later": FIRST[48:],
    "in noise of 20 dB": noisy(FIRST, 20),
    "cut by a tenth at both ends": FIRST[len(FIRST) // 10 : -len(FIRST) // 10],
    "upside down": -FIRST,
    "all at once": noisy(coded(0.5 * FIRST[len(FIRST) // 10 :], "MP3"), 20),
}  # fmt: skip


@pytest.mark.parametrize("how", DISGUISES)
def test_a_copy_is_known_again(how: str) -> None:
    assert found(FIRST, played(2), DISGUISES[how]) == [("2", "0", Kind.NEAR)]


def test_a_copy_at_another_rate_is_known_again() -> None:
    assert found(FIRST, resampled(FIRST, 22_050), rates=(RATE, 22_050)) == [("1", "0", Kind.NEAR)]


def test_the_same_sound_between_silence_is_the_same_sound() -> None:
    assert found(FIRST, np.concatenate([SILENCE, FIRST, SILENCE])) == [("1", "0", Kind.EXACT)]


def test_other_performances_are_no_copies() -> None:
    assert found(*(played(seed) for seed in range(1, 8))) == []


def test_a_copy_of_a_copy_is_a_copy_of_the_first() -> None:
    worse = noisy(DISGUISES["as an MP3"], 15)
    assert [(a, b) for a, b, _ in found(FIRST, DISGUISES["as an MP3"], worse)] == [
        ("1", "0"), ("2", "0")
    ]  # fmt: skip


def test_whoever_comes_first_keeps_the_performance() -> None:
    assert found(0.2 * FIRST, FIRST) == [("1", "0", Kind.NEAR)]


def test_what_has_few_landmarks_is_a_copy_of_nothing_but_itself() -> None:
    click = np.where(np.arange(RATE) == 5_000, 0.5, 0).astype(np.float32)
    assert found(SILENCE + 1e-4, 1.1 * SILENCE - 1e-3, click, 0.5 * click) == []
    assert found(click, click) == [("1", "0", Kind.EXACT)]


def test_nothing_among_nothing_is_a_copy() -> None:
    assert copies([]) == [] and found(FIRST) == []


def test_likeness_lies_above_the_limit_and_is_told_in_millionths() -> None:
    (copy,) = copies([("a", landmarks(sound(FIRST))), ("b", landmarks(sound(noisy(FIRST, 20))))])
    assert ENOUGH * 1e6 < copy.likeness < 1e6
    assert copy.as_json() == {"take": "b", "of": "a", "kind": "near", "likeness": copy.likeness}


def test_landmarks_are_kept_and_made_again_when_torn(tmp_path: Path) -> None:
    recording, shelf = tmp_path / "a.wav", Shelf(tmp_path / "cache")
    soundfile.write(recording, FIRST, RATE)
    name = digest(recording.read_bytes())
    made = shelf.of(name, recording)
    recording.unlink()
    assert same(shelf.of(name, recording), made)
    shelf.path(name).write_bytes(b"torn" + shelf.path(name).read_bytes()[4:])
    with pytest.raises(BadInput):
        shelf.of(name, recording)
    soundfile.write(recording, FIRST, RATE)
    assert same(shelf.of(name, recording), made)
    shelf.forget(name)
    shelf.forget(name)
    assert not shelf.path(name).exists()


def test_a_full_disk_costs_time_and_no_landmarks(tmp_path: Path) -> None:
    recording = tmp_path / "a.wav"
    soundfile.write(recording, FIRST, RATE)
    (tmp_path / "file").write_text("not a folder")
    assert len(Shelf(tmp_path / "file").of("ab" * 32, recording)) > 100


def test_a_recording_that_cannot_be_read_is_no_copy_and_stops_nobody(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.wav" for n in range(3)]
    soundfile.write(paths[0], FIRST, RATE)
    paths[1].write_bytes(b"no sound")
    soundfile.write(paths[2], 0.5 * FIRST, RATE)
    takes = [(digest(path.read_bytes()), path) for path in paths]
    (copy,) = copies_among(takes, Shelf(tmp_path / "cache"))
    assert (copy.take, copy.of) == (takes[2][0], takes[0][0])


def same(one: Landmarks, other: Landmarks) -> bool:
    alike = np.array_equal(one.mark, other.mark) and np.array_equal(one.at, other.at)
    return alike and one.sound == other.sound
