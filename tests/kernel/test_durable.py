from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import yesand
from yesand.kernel import durable
from yesand.kernel.durable import CannotWrite, StorageFull


def failing(number: int, after: int = 0) -> object:
    calls, flush = 0, os.fsync

    def fsync(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > after:
            raise OSError(number, os.strerror(number))
        flush(handle)

    return fsync


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=100), min_size=1, max_size=4))
def test_what_was_written_last_is_read(tmp_path: Path, versions: list[bytes]) -> None:
    path = tmp_path / "deep" / "file"
    for data in versions:
        durable.write(path, data)
        assert path.read_bytes() == data
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    durable.write(path, b"old")
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    with pytest.raises(StorageFull, match="Free some room") as caught:
        durable.write(path, b"new")
    assert caught.value.where == str(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(CannotWrite, match="writable") as caught:
        durable.write(tmp_path / "taken" / "file", b"data")
    assert not isinstance(caught.value, StorageFull)


def test_an_error_while_replacing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    durable.write(path, b"old")
    with pytest.raises(RuntimeError), durable.replacing(path) as partial:
        partial.write_bytes(b"half")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["file"] and path.read_bytes() == b"old"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e/f/g"]), st.binary(max_size=50)))
def test_many_files_are_all_written(tmp_path: Path, files: dict[str, bytes]) -> None:
    durable.write_all({tmp_path / name: data for name, data in files.items()})
    assert all((tmp_path / name).read_bytes() == data for name, data in files.items())


@pytest.mark.parametrize("after", [0, 1, 2])
def test_many_files_on_a_full_disk_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC, after))
    with pytest.raises(StorageFull):
        durable.write_all({tmp_path / name: b"data" for name in ("a", "b/c", "d")})
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_database_that_is_full_is_known_from_one_that_is_broken(house: yesand.House) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA max_page_count = 1")  # never less than there are
            full, broken = "CREATE TABLE more (more int)", "SELECT * FROM nowhere"
        else:
            full = "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'disk_full'; END $$"
            broken = full.replace("disk_full", "io_error")
        for statement, expected in ((full, True), (broken, False)):
            with pytest.raises(DatabaseError) as caught:
                cursor.execute(statement)
            assert durable.full(caught.value) is expected
