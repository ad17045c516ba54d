from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from yesand.kernel.durable import StorageFull
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest_file
from yesand.takes.media import BadMedia, MediaStore

Record = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    (tmp_path / "media").mkdir()
    return MediaStore(tmp_path / "media")


def _files(store: MediaStore) -> list[Path]:
    return [p for p in store.folder.rglob("*") if p.is_file()]


def test_a_recording_lies_where_its_content_says(
    store: MediaStore, record: Record, tmp_path: Path
) -> None:
    source = record(tmp_path / "in" / "a.flac")
    kept = store.put(source)
    name = digest_file(source)
    assert kept.sha256 == name
    assert kept.path == store.folder / name[:2] / name[2:4] / f"{name}.flac" == store.path_of(name)
    assert kept.path.read_bytes() == source.read_bytes()
    assert store.names() == [name]


def test_the_same_content_is_kept_once_and_never_rewritten(
    store: MediaStore, record: Record, tmp_path: Path
) -> None:
    first = store.put(record(tmp_path / "a.flac"))
    before = first.path.stat().st_mtime_ns
    again = store.put((tmp_path / "a.flac").rename(tmp_path / "renamed.wav"))
    assert again == first and first.path.stat().st_mtime_ns == before
    assert _files(store) == [first.path]


def test_what_is_no_recording_leaves_nothing_behind(store: MediaStore, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("hello")
    with pytest.raises(BadMedia, match=r"a\.wav"):
        store.put(tmp_path / "a.wav")
    with pytest.raises(BadMedia, match="No such file"):
        store.put(tmp_path / "none.wav")
    assert _files(store) == []


def test_a_kept_recording_is_read_back_as_mono_floats(
    store: MediaStore, record: Record, tmp_path: Path
) -> None:
    kept = store.put(record(tmp_path / "a.ogg"))
    sound = store.read(kept.sha256)
    assert sound.mono.dtype == np.float32 and len(sound.mono) == kept.probe.frames


def test_a_changed_byte_is_noticed_when_it_is_read(
    store: MediaStore, record: Record, tmp_path: Path
) -> None:
    kept = store.put(record(tmp_path / "a.wav"))
    data = bytearray(kept.path.read_bytes())
    data[-1] ^= 1
    kept.path.write_bytes(data)
    with pytest.raises(CheckFailed, match="do not match"):
        store.read(kept.sha256)


def test_what_is_not_there_is_not_found_and_a_path_is_no_name(store: MediaStore) -> None:
    with pytest.raises(NotFound):
        store.path_of("0" * 64)
    with pytest.raises(BadInput):
        store.path_of("../../etc/passwd")


def test_a_full_disk_leaves_the_store_as_it_was(
    store: MediaStore, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = store.put(record(tmp_path / "a.flac"))
    other = record(tmp_path / "b.flac", seed=1)
    opened = Path.open

    def full(self: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
        if "x" in mode:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened(self, mode, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StorageFull, match="No space left"):
        store.put(other)
    monkeypatch.undo()
    assert _files(store) == [kept.path]
    assert store.put(other).path.exists()
