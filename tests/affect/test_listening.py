from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from yesand.affect import listening
from yesand.affect.features import RATE, logmel
from yesand.affect.listening import Heard, Kept, Source, extract, hear, read
from yesand.affect.prosody.rows import row
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_file


def tone(hertz: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.float32)


def recorded(folder: Path, hertz: float = 440) -> Source:
    path = folder / f"{hertz}.wav"
    soundfile.write(path, tone(hertz), RATE)
    return Source(digest_file(path), path)


def same(one: Heard, other: Heard) -> bool:
    return np.array_equal(one.mel, other.mel) and np.array_equal(one.prosody, other.prosody)


def test_a_take_is_heard_by_its_spectrum_and_its_prosody() -> None:
    heard = hear(tone(440), RATE)
    assert np.array_equal(heard.mel, logmel(tone(440), RATE))
    assert np.array_equal(heard.prosody, row(tone(440), RATE).astype(np.float32))


def test_a_torn_or_altered_cache_entry_is_computed_again(tmp_path: Path) -> None:
    source, cache = recorded(tmp_path), Kept(tmp_path / "cache")
    (whole,) = extract([source], cache)
    for kept, part in zip(cache.caches(), (whole.mel, whole.prosody), strict=True):
        entry = kept.path(source.sha256)
        good = entry.read_bytes()
        assert np.array_equal(np.load(entry), part)
        for bad in (b"", good[:-50], good[:300] + b"\0" + good[301:], b"not an array"):
            entry.write_bytes(bad)
            (again,) = extract([source], cache)
            assert same(again, whole) and entry.read_bytes() == good


def test_cached_features_need_no_recording(tmp_path: Path) -> None:
    source, cache = recorded(tmp_path), Kept(tmp_path / "cache")
    (whole,) = extract([source], cache)
    source.path.unlink()
    (again,) = extract([source], cache)
    assert same(again, whole)


def test_an_unwritable_cache_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    source = recorded(tmp_path)
    assert same(extract([source], Kept(tmp_path / "cache"))[0], read(source))


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


def test_many_takes_are_heard_by_many_processes_as_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [recorded(tmp_path, 200 + 50 * n) for n in range(3)]
    alone = extract(sources)
    monkeypatch.setattr(listening, "_MANY", 2)
    assert all(map(same, extract(sources, workers=2), alone))


def test_a_sample_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hole.wav"
    soundfile.write(path, np.array([0.1, np.nan, 0.2], np.float32), RATE, subtype="FLOAT")
    with pytest.raises(BadInput, match="no number"):
        read(Source(digest_file(path), path))
