from __future__ import annotations

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yesand.kernel.durable import StorageFull
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.keys import Signer
from yesand.provenance import merkle
from yesand.provenance.audit import audit
from yesand.provenance.errors import LogBroken
from yesand.provenance.layout import Tile, pack, unpack
from yesand.provenance.tiles import Log

SIGNER = Signer.generate()
ORIGIN = "yes-and/test"


def entry(index: int) -> bytes:
    return b"entry %d" % index


def opened(folder: Path) -> Log:
    return Log(folder, ORIGIN, SIGNER)


def grown(folder: Path, *batches: int) -> Log:
    log = opened(folder)
    for count in batches:
        size = log.size
        assert log.append([entry(i) for i in range(size, size + count)]) == size
    return log


def files(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file() and p.name != ".lock")
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


batches = st.lists(st.sampled_from([1, 2, 3, 17, 100, 255, 256, 257, 600]), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches, st.randoms(use_true_random=False))
def test_whatever_was_appended_is_proven(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], rng: random.Random
) -> None:
    log = grown(tmp_path_factory.mktemp("log") / "log", *counts)
    size = sum(counts)
    assert audit(log).size == log.size == size
    assert list(log.entries(0, size)) == [entry(i) for i in range(size)]
    leaves = [merkle.leaf_hash(entry(i)) for i in range(size)]
    assert log.head().root == merkle.root(leaves)
    for _ in range(10):
        new = rng.randint(1, size)
        old, index = rng.randint(1, new), rng.randrange(new)
        merkle.verify_inclusion(
            leaves[index], index, new, log.inclusion(index, new), merkle.root(leaves[:new])
        )
        merkle.verify_consistency(
            old, new, log.consistency(old, new), log.root(old), merkle.root(leaves[:new])
        )


def test_a_log_larger_than_a_tile_of_tiles_is_laid_out_as_specified(tmp_path: Path) -> None:
    # The example of tlog-tiles: 70,000 entries.
    log = grown(tmp_path / "log", 70_000)
    held = {name: len(data) for name, data in files(log.folder).items()}
    level0 = [n for n in held if n.startswith("tile/0/") and ".p" not in n]
    assert len(level0) == 273
    assert held["tile/0/273.p/112"] == 112 * 32
    assert held["tile/1/000"] == 8192
    assert held["tile/1/001.p/17"] == 17 * 32
    assert held["tile/2/000.p/1"] == 32
    assert audit(log).size == 70_000
    merkle.verify_consistency(255, 70_000, log.consistency(255), log.root(255), log.root())


def test_paths_are_grouped_as_specified() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(-1, 5, 7).path == "tile/entries/005.p/7"


def test_the_same_entries_one_by_one_or_at_once_end_alike(tmp_path: Path) -> None:
    one = grown(tmp_path / "one", *[1] * 300)
    all_at_once = grown(tmp_path / "all", 300)
    assert one.checkpoint() == all_at_once.checkpoint()
    kept = files(all_at_once.folder)
    assert {n: d for n, d in files(one.folder).items() if n in kept} == kept


def test_outgrown_partial_tiles_are_removed(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 200, 100)
    assert not (log.folder / "tile/0/000.p").exists()
    assert (log.folder / "tile/0/001.p/44").exists()


def test_an_entry_of_64_kib_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 3)
    before = files(log.folder)
    with pytest.raises(BadInput, match="64 KiB"):
        log.append([b"fine", b"x" * 65_536])
    assert files(log.folder) == before
    log.append([b"x" * 65_535, b""])
    assert log.entry(3) == b"x" * 65_535 and log.entry(4) == b""


def test_a_reader_cannot_append(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 3)
    reader = Log(log.folder, ORIGIN, public=SIGNER.public)
    assert reader.entry(2) == entry(2)
    with pytest.raises(Refused):
        reader.append([b"mine"])


def test_another_key_or_origin_is_found(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 3)
    for stranger in (Log(log.folder, ORIGIN, Signer.generate()), Log(log.folder, "o", SIGNER)):
        with pytest.raises(LogBroken):
            stranger.append([b"mine"])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_unpack_to_what_was_packed(entries: list[bytes]) -> None:
    assert unpack(pack(entries)) == entries


@pytest.mark.parametrize("size", [5, 300, 600])
def test_any_edited_file_is_found_by_the_audit(tmp_path: Path, size: int) -> None:
    log = grown(tmp_path / "log", size, 1)
    for name, data in files(log.folder).items():
        for edited in (bytes([data[0] ^ 1]) + data[1:], data[:-1], data + b"\0"):
            (log.folder / name).write_bytes(edited)
            with pytest.raises(LogBroken):
                audit(opened(log.folder))
        (log.folder / name).unlink()
        if name != "checkpoint" and not name.endswith((f".p/{size % 256}", ".p/2")):
            with pytest.raises(LogBroken):
                audit(opened(log.folder))
        (log.folder / name).write_bytes(data)
    assert audit(opened(log.folder)).size == size + 1


def test_nothing_is_built_on_a_damaged_edge(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 300)
    tile = log.folder / "tile/0/001.p/44"
    tile.write_bytes(bytes(len(tile.read_bytes())))
    before = files(log.folder)
    with pytest.raises(LogBroken, match="last tiles"):
        opened(log.folder).append([b"more"])
    assert files(log.folder) == before


# Full disks


@pytest.mark.parametrize("failing", range(0, 26, 3))
def test_a_full_disk_leaves_the_log_as_it_was(
    tmp_path: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = grown(tmp_path / "log", 300)
    before, calls, flush = files(log.folder), 0, os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls > failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    more = [entry(i) for i in range(300, 1000)]
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        try:
            log.append(more)
        except StorageFull as fault:
            assert "Free some room" in fault.remedy
            # The very last flush comes after the checkpoint is in place: then it counts.
            assert files(log.folder) == before or log.size == 1000
    assert grown(log.folder, 1000 - log.size).size == 1000
    assert files(log.folder) == files(grown(tmp_path / "clean", 300, 700).folder)


FULL = """
import resource, sys
from pathlib import Path
sys.path[:0] = {path!r}
from yesand.kernel.durable import StorageFull
from yesand.kernel.keys import KeyStore
from yesand.provenance.tiles import Log
log = Log(Path({folder!r}), {origin!r}, KeyStore(Path({keys!r})).get({key!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    log.append([b"more %d" % i for i in range(900)])
except StorageFull as fault:
    print(fault)
    raise SystemExit(7)
"""


def test_a_file_size_limit_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = grown(tmp_path / "log", 40)
    before = files(log.folder)
    done = python(FULL, tmp_path, log.folder)
    assert done.wait(60) == 7
    assert files(log.folder) == before
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


# Crashes

APPENDING = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from yesand.kernel.keys import KeyStore
from yesand.provenance.tiles import Log
log = Log(Path({folder!r}), {origin!r}, KeyStore(Path({keys!r})).get({key!r}))
while (size := log.size) < 1600:
    log.append([b"entry %d" % i for i in range(size, size + 40)])
"""


def python(code: str, tmp_path: Path, folder: Path) -> subprocess.Popen[bytes]:
    from yesand.kernel.keys import KeyStore

    keys = tmp_path / "keys"
    key = KeyStore(keys).add(SIGNER)
    told = {"folder": str(folder), "origin": ORIGIN, "keys": str(keys), "key": key}
    return subprocess.Popen([sys.executable, "-c", code.format(path=sys.path, **told)])


def test_killed_at_any_instant_it_resumes_to_a_clean_runs_state(tmp_path: Path) -> None:
    folder, rng, torn = tmp_path / "log", random.Random(7), 0
    for _ in range(30):
        child = python(APPENDING, tmp_path, folder)
        # Wait for its first growth, so that the kill falls into the work and not the imports.
        size, deadline = opened(folder).size, time.monotonic() + 30
        while child.poll() is None and opened(folder).size == size:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        time.sleep(rng.random() * 0.05)
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        if child.wait(60) == 0:
            break
        torn += (folder / ".pending").exists()
        assert opened(folder).head().size % 40 == 0
        audit(opened(folder))
    assert torn, "no kill fell into an append"
    grown(folder, *[40] * ((1600 - opened(folder).size) // 40), 40)
    clean = grown(tmp_path / "clean", *[40] * 41)
    assert files(folder) == files(clean.folder)


def test_two_writers_take_turns(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    children = [python(APPENDING.replace("1600", "800"), tmp_path, folder) for _ in range(2)]
    assert [child.wait(120) for child in children] == [0, 0]
    log = opened(folder)
    assert audit(log).size == log.size >= 800
    assert log.size % 40 == 0
