"""The spool's files: flushed together, never torn, whatever the disk says."""

from __future__ import annotations

import errno
import os
import resource
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import yesand
from yesand.kernel.durable import StorageFull
from yesand.royalties.spooling.spool import Owner, Spool, segments

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def test_a_full_disk_takes_nothing_and_tears_nothing(tmp_path: Path) -> None:
    spool, owner = Spool(tmp_path / "spool"), Owner(1, 1)
    spool.append(owner, [b"first"], NOW)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(StorageFull):
            spool.append(owner, [b"x" * 100], NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    spool.append(owner, [b"second"], NOW)
    # Of what was torn some may have been collected: nothing goes on in that segment.
    kept = sorted(segment.path.read_bytes() for segment in segments(tmp_path / "spool"))
    assert kept == [b"first\n", b"second\n"]


def test_many_threads_share_a_flush_and_tear_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = []

    def slow(file: int, fsync: Any = os.fsync) -> None:
        time.sleep(0.01)
        fsync(file)
        flushed.append(file)

    spool = Spool(tmp_path / "spool", largest=2_000)
    spool.append(Owner(1, 1), [b"0"], NOW)
    monkeypatch.setattr(os, "fsync", slow)
    threads = [
        Thread(target=lambda n=n: [spool.append(Owner(1, 1), [b"%04d" % n], NOW) for _ in range(9)])
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = sorted(r for s in segments(tmp_path / "spool") for r in s.path.read_bytes().split())
    assert rows == sorted([b"0", *(b"%04d" % n for n in range(12) for _ in range(9))])
    assert len(flushed) < 60  # 108 appends
    spool.close()


def test_a_fault_of_the_disk_is_told_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "spool")

    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    spool.append(Owner(1, 1), [b"a"], NOW)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(yesand.YesAndError, match="Input/output"):
            spool.append(Owner(1, 1), [b"b"], NOW)
    spool.append(Owner(1, 1), [b"b"], NOW)
    assert len(segments(tmp_path / "spool")) == 2  # what the disk has of the first is unknown
