"""Usage events in Parquet, asked through ibis (``engines``: DuckDB, or Spark).

``usage/events/period=YYYY-MM/<batch>.parquet`` holds accepted events by (source, id)'s hash; the
strings themselves are not kept. A file counts only if the registry knows its batch: what a killed
run left behind is passed over and cleared away by the next.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yesand.kernel import durable
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest_file
from yesand.royalties.engines import Engine, aside, fetched, given, read, stream, write
from yesand.royalties.events import UsageEvent

KEY = ["key_hi", "key_lo"]
CONTENT = ["content_hi", "content_lo"]
_EVENT = [
    ("key_hi", pa.uint64()),
    ("key_lo", pa.uint64()),
    ("content_hi", pa.uint64()),
    ("content_lo", pa.uint64()),
    ("period", pa.string()),
    ("at", pa.timestamp("us")),
    ("deployment", pa.string()),
    ("unit", pa.string()),
    ("currency", pa.string()),
    ("realtime", pa.bool_()),
    ("quantity", pa.int64()),
    ("emotions", pa.string()),
]
EVENT = pa.schema([*_EVENT, ("batch", pa.int64())])
#: A delivery under way: with the line and the strings, for reports of conflicts, and with who paid
#: (``payers.kept``), which the events themselves never hold.
STAGED = pa.schema(
    [
        *_EVENT,
        ("line", pa.int64()),
        ("source", pa.string()),
        ("id", pa.string()),
        ("payer", pa.string()),
    ]
)
_CHUNK = 50_000


@dataclass(frozen=True)
class Sifted:
    """What became of a staged delivery's rows."""

    accepted: int
    repeated: int
    conflicts: int


class Store:
    """The usage folder of a house.

    Parameters
    ----------
    engine : what adds it up; DuckDB, if nothing else is said.
    """

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        self.folder = folder
        self.engine = engine or Engine()

    @property
    def staging(self) -> Path:
        """Where a delivery lies while it is looked at."""
        return self.folder / "staging"

    @property
    def quarantine(self) -> Path:
        """Where rows are kept that were not accepted."""
        return self.folder / "quarantine"

    def files(self, batches: Iterable[str]) -> list[Path]:
        """Return the files of these batches."""
        known = set(batches)
        found = (self.folder / "events").glob("period=*/*.parquet")
        return sorted(path for path in found if path.stem in known)

    def check(self, accepted: dict[str, int]) -> None:
        """Check that every batch still has all of its events, byte for byte as they were written.

        Raises
        ------
        CheckFailed : a file is gone, cut short, cannot be read, or reads back otherwise.
        """
        found = dict.fromkeys(accepted, 0)
        for path in self.files(accepted):
            try:
                _check_bytes(path)
                found[path.stem] += pq.read_metadata(path).num_rows
            except (OSError, pa.ArrowInvalid) as fault:
                raise CheckFailed(f"Usage cannot be read: {fault}", where=str(path)) from fault
        for batch, count in accepted.items():
            if found[batch] != count:
                raise CheckFailed(
                    f"Of {count} usage events {found[batch]} are left",
                    where=f"batch {batch[:12]}",
                    remedy="Restore usage/ from a backup.",
                )

    def clear(self, batches: Iterable[str]) -> None:
        """Remove what a killed run left: staged rows, and files of batches nobody knows."""
        shutil.rmtree(self.staging, ignore_errors=True)
        known = set(batches)
        for path in (self.folder / "events").glob("period=*/*"):
            if path.stem not in known:
                path.unlink()

    def stage(self, rows: Iterable[tuple[int, UsageEvent]]) -> Path:
        """Write a delivery's events to one file to look at, chunk by chunk."""
        self.staging.mkdir(parents=True, exist_ok=True)
        path = self.staging / "delivery.parquet"
        rows = iter(rows)
        try:
            with pq.ParquetWriter(path, STAGED) as writer:
                while chunk := list(islice(rows, _CHUNK)):
                    writer.write_batch(_columns(chunk))
        except OSError as fault:
            raise durable.StorageFull(
                f"Cannot write: {fault}", where=str(path), remedy="Free some room and try again."
            ) from fault
        return path

    @contextmanager
    def session(self) -> Iterator[Any]:
        """Open a database in memory that spills to the house's own disk."""
        spill = self.folder / "spill"
        spill.mkdir(parents=True, exist_ok=True)
        try:
            with self.engine.session(spill) as opened:
                yield opened
        finally:
            shutil.rmtree(spill, ignore_errors=True)

    def events(self, session: Any, batches: Iterable[str]) -> Any:
        """Return the accepted events of these batches as an ibis table."""
        if files := self.files(batches):
            return read(session, files, "events")
        return given(session, "no_events", EVENT.empty_table())


def sift(
    session: Any, staged: Path, seen: Any, owners: Mapping[str, str]
) -> tuple[Any, Any, Sifted]:
    """Part a delivery into new events, repeats and conflicts, by (source, id), for ever.

    The first to come wins; a later one with equal content is a repeat, with other content a
    conflict. Each owner has names of its own: nobody can use up another's by being first.

    Parameters
    ----------
    owners : whose each deployment is; those of deployments unknown so far are nobody's.

    Returns
    -------
    new : ibis table of accepted events. conflicts : of the rows to keep in quarantine.
    """
    rows = read(session, [staged], "staged")
    whose = _whose(session, owners)
    told = [*KEY, *CONTENT, "deployment"]
    known = aside(session, "known", whose(seen[told].semi_join(rows, KEY)))
    twice = rows.group_by(KEY).agg(times=ibis._.count()).filter(ibis._.times > 1)[KEY]
    twice = aside(session, "twice", twice)
    # Nearly all rows are neither known nor twice in the delivery: only the others are ranked.
    doubtful = whose(rows[[*told, "line"]].semi_join(known[KEY].union(twice), KEY))
    claims = known.mutate(line=ibis.literal(0, "int64")).union(doubtful)
    first = ibis.window(
        group_by=[*KEY, "owner"], order_by=["line", *CONTENT], preceding=None, following=None
    )
    judged = claims.mutate(
        new=claims.line == claims.line.first().over(first),
        equal=(claims.content_hi == claims.content_hi.first().over(first))
        & (claims.content_lo == claims.content_lo.first().over(first)),
    )
    lost = aside(session, "lost", judged.filter(~ibis._.new)[["line", "equal"]])
    conflicts = rows.semi_join(lost.filter(~lost.equal), "line").order_by("line")
    total, repeated, bad = map(_number, (rows, lost.filter(lost.equal), conflicts))
    new = rows.anti_join(lost, "line")
    return new, conflicts, Sifted(total - repeated - bad, repeated, bad)


def _number(table: Any) -> int:
    return int(fetched(table.agg(number=table.count()))[0]["number"])


def _whose(session: Any, owners: Mapping[str, str]) -> Callable[[Any], Any]:
    """Return what gives rows their ``owner`` in place of their deployment."""
    columns = {"deployment": list(owners), "owner": list(owners.values())}
    shape = pa.schema([("deployment", pa.string()), ("owner", pa.string())])
    named = given(session, "owners", pa.table(columns, schema=shape))

    def joined(rows: Any) -> Any:
        owned = rows.left_join(named, "deployment")
        others = [name for name in rows.columns if name != "deployment"]
        return owned.select(*others, owner=owned.owner.fill_null(""))

    return joined


def digest_of_batch(session: Any, new: Any) -> str:
    """Return SHA-256 over all events' key ‖ content (16 + 16 bytes, big-endian) in their order."""
    told = new[KEY + CONTENT]
    # The first half of a key is nearly always enough, and takes a third of the time.
    return _digest(stream(session, told.order_by(KEY[0])), KEY[:1]) or _digest(
        stream(session, told.order_by(KEY + CONTENT)), []
    )


def _digest(batches: Iterable[pa.RecordBatch], by: Sequence[str]) -> str:
    """Return the digest of rows as they come; nothing, if ``by`` leaves the order of two open."""
    digest, last = hashlib.sha256(), None
    for batch in batches:
        rows = np.empty((len(batch), 4), ">u8")
        for place, name in enumerate(KEY + CONTENT):
            rows[:, place] = batch.column(name).to_numpy()
        digest.update(rows.tobytes())
        if by and len(rows):
            keys = batch.column(by[0]).to_numpy()
            if keys[0] == last or (keys[1:] == keys[:-1]).any():
                return ""
            last = keys[-1]
    return digest.hexdigest()


def keep(store: Store, session: Any, new: Any, batch: str, sequence: int) -> list[str]:
    """Write a batch's events to their months, durably; return the months."""
    rows = new.select(*(name for name, _ in _EVENT), batch=ibis.literal(sequence, "int64"))
    months = sorted(row["period"] for row in fetched(rows.select("period").distinct()))
    for month in months:
        path = store.folder / "events" / f"period={month}" / f"{batch}.parquet"
        with durable.replacing(path) as partial:
            write(session, rows.filter(ibis._.period == month), partial)
            # As ``sha256sum -c`` reads it.
            told = f"{digest_file(partial)}  {path.name}\n"
            durable.write(_sum_of(path), told.encode())
    return months


def _sum_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _check_bytes(path: Path) -> None:
    """Check a file against the sum beside it; files of old have none.

    Parquet's own checksums are optional and of pages alone, and DuckDB neither writes nor asks
    them: a flipped bit would be another quantity.
    """
    beside = _sum_of(path)
    if beside.exists() and beside.read_text("utf-8").split()[:1] != [digest_file(path)]:
        raise CheckFailed(
            "Usage reads back otherwise than it was written",
            where=str(path),
            remedy="Restore usage/ from a backup.",
        )


def _columns(chunk: Sequence[tuple[int, UsageEvent]]) -> pa.RecordBatch:
    events = [event for _, event in chunk]
    keys = np.frombuffer(b"".join(e.key for e in events), ">u8").astype("u8").reshape(-1, 2)
    content = np.frombuffer(b"".join(e.content for e in events), ">u8").astype("u8").reshape(-1, 2)
    values: dict[str, Any] = {
        name: [getattr(e, name) for e in events]
        for name in STAGED.names
        if name not in {*KEY, *CONTENT, "period", "line"}
    }
    values |= {"key_hi": keys[:, 0], "key_lo": keys[:, 1]}
    values |= {"content_hi": content[:, 0], "content_lo": content[:, 1]}
    values["period"] = [f"{e.at:%Y-%m}" for e in events]
    values["line"] = [line for line, _ in chunk]
    arrays = [pa.array(values[field.name], field.type) for field in STAGED]
    return pa.RecordBatch.from_arrays(arrays, schema=STAGED)
