"""Postings of a settlement into the ledger, on SQLite or (``DATABASE_URL``) PostgreSQL.

Ours (``books.services.post``): two sides a transaction, accounts looked up and made, repeats asked
for, triggers that refuse what does not balance or is posted twice, one durable commit. The peer is
the same rows by ``executemany`` into a bare table of SQLite with one index and no check.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Result

TRANSACTIONS = 50_000


def run() -> Result:
    """Post by ours, then by the peer."""
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(Path(folder) / "house")
        theirs = _peer(Path(folder) / "peer.sqlite3")
    where = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    return Result(
        name="postings",
        what=(
            f"{TRANSACTIONS:,} transactions of two postings each, to as many performers' accounts "
            f"that are there already, on {where}. The machine's load was {os.getloadavg()[0]:.1f} "
            f"on {os.cpu_count()} cores."
        ),
        value=2 * TRANSACTIONS / ours,
        unit="postings/s",
        peer="executemany into a bare SQLite table",
        peer_value=2 * TRANSACTIONS / theirs,
        higher_is_better=True,
    )


def _drafts(month: str) -> Iterator[Any]:
    from yesand.kernel.ids import digest_of
    from yesand.royalties.ledger import Draft, Side

    for number in range(TRANSACTIONS):
        sides = (
            Side("licensee:lab", "EUR", number + 1),
            Side(f"performer:P{number}", "EUR", ~number),
        )
        yield Draft(digest_of([month, number]), f"statement of {month}", sides)


def _ours(root: Path) -> float:
    import yesand
    from yesand.kernel.clock import SetClock

    clock = SetClock(datetime(2026, 10, 1, tzinfo=UTC))
    place = yesand.create(root, "Benchmark", clock=clock).place
    from yesand.people import services as people
    from yesand.people.models import Organisation, Performer
    from yesand.royalties.books.services import post

    people.found(place, "lab", "Lab", Organisation.Kind.LICENSEE)
    Performer.objects.bulk_create(
        Performer(handle=f"P{n}", public_key=f"{n:064x}") for n in range(TRANSACTIONS)
    )
    # The first month makes the accounts; the second is what every later one is.
    post(place, _drafts("2026-08"))
    drafts = list(_drafts("2026-09"))
    begin = time.perf_counter()
    post(place, drafts)
    return time.perf_counter() - begin


def _peer(path: Path) -> float:
    rows = [
        (draft.id, side.account, side.currency, side.micro)
        for draft in _drafts("2026-09")
        for side in draft.sides
    ]
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE posting (id TEXT, account TEXT, currency TEXT, micro INT)")
        connection.execute("CREATE INDEX of_transaction ON posting (id)")
        begin = time.perf_counter()
        connection.executemany("INSERT INTO posting VALUES (?, ?, ?, ?)", rows)
        connection.commit()
        spent = time.perf_counter() - begin
    return spent
