"""Postings of a settlement into the ledger, on SQLite and, where there is a server, PostgreSQL.

Ours (``books.services.post``): two sides a transaction, bodies hashed, accounts looked up, repeats
asked for, triggers that refuse what does not balance or is posted twice, a leaf of the journal in
the log, one durable commit. The peer is the floor that the database sets: the same rows, ready
beforehand, by ``executemany`` (SQLite) or ``COPY`` (PostgreSQL) into the same tables with the same
triggers, indices and keys, and nothing asked or computed. In turns; the best of each counts. The
slower database is the one in the table. ``YESAND_TEST_POSTGRES`` names a server. On a machine that
has other work the clock tells little, so it is said beside it what the CPU time comes to that ours
took: that of the busier of the two processes, where the server is one of its own. The server of the
tests (``.ci/run``) does not flush to the disk; one that does has one flush more a settlement.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks.harness import Result, figure

TRANSACTIONS = int(os.environ.get("YESAND_BENCH_TRANSACTIONS", "50000"))
TURNS = 3
#: Postings a second that a settlement has to reach on each database.
BAR = 50_000
Rates = tuple[float, float, float]


def run() -> Result:
    """Measure each database in a process of its own: a house has one for life."""
    found = {"SQLite": _measured("")}
    if server := os.environ.get("YESAND_TEST_POSTGRES", ""):
        found["PostgreSQL"] = _on_postgres(server)
    told = [
        f"{name} {figure(ours)} ({ours / floor:.2f} of its floor of {figure(floor)}, "
        f"{ours / BAR:.2f} of the bar; by CPU time {figure(busy)}, {busy / BAR:.2f} of the bar)"
        for name, (ours, floor, busy) in found.items()
    ]
    slower, (ours, floor, _) = min(found.items(), key=lambda one: one[1][0])
    print("; ".join(told))
    return Result(
        name="postings",
        what=(
            f"{TRANSACTIONS:,} transactions of two postings each, to as many performers' accounts "
            f"that are there already; the bar is {BAR:,} postings a second. {'; '.join(told)}. The "
            f"machine's load was {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
        ),
        value=ours,
        unit="postings/s",
        peer=f"the same rows into the same tables, {slower}",
        peer_value=floor,
        higher_is_better=True,
    )


def _on_postgres(server: str) -> Rates:
    import psycopg

    name = f"yesand_bench_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            return _measured(urlsplit(server)._replace(path=f"/{name}").geturl())
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _measured(url: str) -> Rates:
    """Return postings a second: ours, the floor's, and ours by CPU time, on that database."""
    told = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    command = [sys.executable, "-m", "benchmarks.postings"]
    env = told | ({"DATABASE_URL": url} if url else {})
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    ours, floor, busy = (2 * TRANSACTIONS / s for s in json.loads(done.stdout.splitlines()[-1]))
    return ours, floor, busy


def alone() -> Rates:
    """Return the least seconds of ours, the floor, and CPU, in turns, in a house of their own."""
    with tempfile.TemporaryDirectory() as folder:
        place = _furnished(Path(folder) / "house")
        from yesand.royalties.books.services import post

        post(place, _drafts("2026-08"))  # the first month makes the accounts
        ours, floor, busy = [], [], []
        for turn in range(TURNS):
            drafts = list(_drafts(f"ours {turn}"))
            begin, before = time.perf_counter(), _busy()
            post(place, drafts)
            ours.append(time.perf_counter() - begin)
            busy.append(max(now - was for now, was in zip(_busy(), before, strict=True)))
            floor.append(_floor(f"floor {turn}"))
    return min(ours), min(floor), min(busy)


def _busy() -> list[float]:
    """Return the CPU seconds of this process, and of the server's that works for it (proc(5))."""
    from django.db import connection

    spent = [time.process_time()]
    if connection.vendor == "postgresql":
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
        ticks = stat.rpartition(")")[2].split()[11:13]
        spent.append(sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))
    return spent


def _drafts(month: str) -> Iterator[Any]:
    from yesand.kernel.ids import digest_of
    from yesand.royalties.ledger import Draft, Side

    for number in range(TRANSACTIONS):
        sides = (
            Side("licensee:lab", "EUR", number + 1),
            Side(f"performer:P{number}", "EUR", ~number),
        )
        yield Draft(digest_of([month, number]), f"statement of {month}", sides)


def _furnished(root: Path) -> Any:
    import yesand
    from yesand.kernel.clock import SetClock

    clock = SetClock(datetime(2026, 10, 1, tzinfo=UTC))
    place = yesand.create(root, "Benchmark", clock=clock).place
    from yesand.people import services as people
    from yesand.people.models import Organisation, Performer

    people.found(place, "lab", "Lab", Organisation.Kind.LICENSEE)
    Performer.objects.bulk_create(
        Performer(handle=f"P{n}", public_key=f"{n:064x}") for n in range(TRANSACTIONS)
    )
    return place


def _floor(month: str) -> float:
    """Return how long the database alone takes for rows that are ready."""
    from django.db import connection, transaction

    from yesand.royalties.models import Account

    accounts = dict(Account.objects.values_list("name", "pk"))
    drafts = sorted(_drafts(month), key=lambda draft: str(draft.id))  # as ours writes them
    sides = [(d.id, accounts[s.account], s.currency, s.micro) for d in drafts for s in d.sides]
    heads = [
        (d.id, "2026-10-01 00:00:00", d.memo, None, "transfer", None, None, d.body, 99)
        for d in drafts
    ]
    posting = "royalties_posting", "transaction_id, account_id, currency, micro", sides
    head = (
        "royalties_transaction",
        "id, at, memo, entry_id, verb, follows, effective, body, folio",
        heads,
    )
    begin = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in (posting, head):
            (_copied if connection.vendor == "postgresql" else _inserted)(cursor, *table)
    return time.perf_counter() - begin


def _inserted(cursor: Any, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * len(rows[0]))
    cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _copied(cursor: Any, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


if __name__ == "__main__":
    print(json.dumps(alone()))
