"""Durable appends to the transparency log, in batches, beside SQLite on the same disk."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.harness import Result
from yesand.kernel.keys import Signer
from yesand.provenance.commitment import entry_bytes
from yesand.provenance.tiles import Log

BATCH = 10_000
BATCHES = 10
SINGLES = 200


def run() -> Result:
    """Append 100,000 entries of the registry's own form, ten thousand to a checkpoint."""
    entries = [_entry(i) for i in range(BATCH * BATCHES)]
    with tempfile.TemporaryDirectory() as folder:
        log = Log(Path(folder) / "log", "yes-and/benchmark", Signer.generate())
        ours = theirs = 0.0
        with sqlite3.connect(Path(folder) / "peer.sqlite3", isolation_level=None) as peer:
            _prepare(peer)
            # In turns, so that a busy moment of the machine falls on both.
            for at in range(0, len(entries), BATCH):
                batch = entries[at : at + BATCH]
                ours += _timed(lambda b=batch: log.append(b))
                theirs += _timed(lambda b=batch: _insert(peer, b))
            single = _timed(lambda: [log.append([entry]) for entry in entries[:SINGLES]])
            peer_single = sum(
                _timed(lambda e=entry: _insert(peer, [e])) for entry in entries[:SINGLES]
            )
        peer.close()
    return Result(
        name="log",
        what=(
            f"durable appends in batches of {BATCH:,}: hashed into tiles, flushed, with a signed "
            f"checkpoint each; the peer only stores the same bytes. One at a time: "
            f"{SINGLES / single:,.0f}/s, the peer {SINGLES / peer_single:,.0f}/s"
        ),
        value=len(entries) / ours,
        unit="entries/s",
        peer="SQLite, WAL, synchronous=FULL",
        peer_value=len(entries) / theirs,
        higher_is_better=True,
    )


def _entry(number: int) -> bytes:
    commitment = hashlib.sha256(b"%d" % number).hexdigest()
    return entry_bytes("take.recorded", "2026-10-01T00:00:00Z", commitment)


def _prepare(peer: sqlite3.Connection) -> None:
    peer.execute("PRAGMA journal_mode=WAL")
    peer.execute("PRAGMA synchronous=FULL")
    peer.execute("CREATE TABLE entry (id INTEGER PRIMARY KEY, leaf BLOB)")


def _insert(peer: sqlite3.Connection, batch: list[bytes]) -> None:
    peer.execute("BEGIN IMMEDIATE")
    peer.executemany("INSERT INTO entry (leaf) VALUES (?)", ((leaf,) for leaf in batch))
    peer.execute("COMMIT")


def _timed(work: object) -> float:
    start = perf_counter()
    work()  # type: ignore[operator]
    return perf_counter() - start
