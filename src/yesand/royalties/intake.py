"""Looking at a delivery before anything of it counts: events to the stage, the rest kept apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_file
from yesand.kernel.progress import Progress, silent
from yesand.royalties.delivery import Row, is_packed, rows
from yesand.royalties.engines import stream
from yesand.royalties.events import NOT_YOURS, BadRow, UsageEvent, event, kept
from yesand.royalties.store import Store

MOST_REPORTED = 1_000
_NEWS_EVERY = 10_000
#: What a row is, given the latest time that an event may have.
Judge = Callable[[Row, datetime], UsageEvent | BadRow]


@dataclass
class Intake:
    """What a delivery held. All bad rows are in the quarantine file, the first also in ``bad``."""

    staged: Path
    apart: Path
    rows: int = 0
    bad_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)


def take_in(
    store: Store,
    path: Path,
    latest: datetime,
    progress: Progress = silent,
    deployments: frozenset[str] | None = None,
    most: int | None = None,
    judge: Judge = event,
    mixless: Callable[[], frozenset[str]] = frozenset,
    payerless: Callable[[], frozenset[str]] = frozenset,
) -> Intake:
    """Stage a delivery's events; put its bad rows apart.

    Parameters
    ----------
    deployments : the only ones that its events may be of; none: any.
    most : how many bytes it may unpack to; none: any number.
    judge : says what a row is.
    mixless : deployments whose mix of emotions nobody needs; asked if an event has one.
    payerless : likewise those whose payers nobody needs.

    Raises
    ------
    BadInput : the file holds no rows, unpacks to too much, or cannot be read to its end.
    """
    store.staging.mkdir(parents=True, exist_ok=True)
    intake = Intake(store.staging / "delivery.parquet", store.staging / "apart.jsonl")
    # Readable by its owner only: what was refused may hold what nobody should have sent.
    intake.apart.touch(mode=0o600)
    with intake.apart.open("w") as apart:
        judged = ((row, judge(row, latest)) for row in rows(path, most))
        taken = _events(intake, apart, path, judged, progress, deployments)
        store.stage(_needed(intake, taken, mixless, payerless))
    if not intake.rows:
        raise BadInput("The file holds no events", where=str(path))
    return intake


def set_apart(session: Any, store: Store, intake: Intake, conflicts: Any) -> str | None:
    """Keep bad rows and conflicts for inspection; return the name of the quarantine file, if any.

    It is named by its content, so that the same delivery twice leaves one file.
    """
    with intake.apart.open("a") as apart:
        for batch in stream(session, conflicts):
            for row in batch.to_pylist():
                _put(apart, row["line"], "other content than before", _as_sent(row))
    if not intake.apart.stat().st_size:
        return None
    name = f"{digest_file(intake.apart)}.jsonl"
    changed = list(durable.making(store.quarantine))
    durable.sync(intake.apart)
    intake.apart.replace(store.quarantine / name)
    for folder in changed:
        durable.sync(folder)
    return name


def _events(
    intake: Intake,
    apart: TextIO,
    path: Path,
    sent: Iterator[tuple[Row, UsageEvent | BadRow]],
    progress: Progress,
    deployments: frozenset[str] | None,
) -> Iterator[tuple[int, UsageEvent]]:
    read, whole = 0, 0
    for row, found in sent:
        whole = whole or (0 if is_packed(path) else path.stat().st_size)
        read, intake.rows = read + len(row.raw), intake.rows + 1
        if intake.rows % _NEWS_EVERY == 0:
            progress(read, max(read, whole), f"{intake.rows:,} events")
        if isinstance(found, UsageEvent) and _may_name(deployments, found):
            intake.foreign.update(found.foreign)
            yield row.line, found
            continue
        bad = found if isinstance(found, BadRow) else _not_yours(row)
        _put(apart, bad.line, bad.reason, bad.kept)
        intake.bad_rows += 1
        if len(intake.bad) < MOST_REPORTED:
            intake.bad.append(bad)


def _needed(
    intake: Intake,
    taken: Iterator[tuple[int, UsageEvent]],
    mixless: Callable[[], frozenset[str]],
    payerless: Callable[[], frozenset[str]],
) -> Iterator[tuple[int, UsageEvent]]:
    """Yield events without emotions, and without a payer, where no terms need them.

    So GDPR Art. 5(1)(c) asks. The hash of the content stays that of what was sent, so that a repeat
    is known again.
    """
    mixes, payers = cache(mixless), cache(payerless)
    for line, found in taken:
        needed = found
        if found.emotions is not None and found.deployment in mixes():
            intake.foreign.add("emotions")
            needed = replace(needed, emotions=None)
        if found.payer is not None and found.deployment in payers():
            intake.foreign.add("payer")
            needed = replace(needed, payer=None)
        yield line, needed


def _not_yours(row: Row) -> BadRow:
    return BadRow(row.line, NOT_YOURS, kept(parse(row.raw)))


def _may_name(deployments: frozenset[str] | None, found: UsageEvent) -> bool:
    return deployments is None or found.deployment in deployments


def _put(apart: TextIO, line: int, reason: str, row: str) -> None:
    apart.write(json.dumps({"line": line, "reason": reason, "row": row}) + "\n")


def _as_sent(row: dict[str, Any]) -> str:
    names = ("source", "id", "deployment", "unit", "currency", "quantity", "realtime", "emotions")
    own = {name: row[name] for name in names if row[name] is not None}
    return json.dumps({**own, "time": f"{row['at'].isoformat()}Z"}, sort_keys=True)
