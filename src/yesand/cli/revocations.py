"""``yesand revocations``: what a licensee must no longer use, asked of the house that gave it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from yesand.cli.output import AsJson, Line, styled, tell
from yesand.kernel.clock import Clock
from yesand.oversight.countdown import Countdown, State
from yesand.oversight.feed import line, watching
from yesand.oversight.feed.notice import Task


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("revocations")(revocations)


def revocations(
    url: Annotated[str, typer.Argument(help="The house's address, e.g. https://house.example")],
    manifest: Annotated[list[Path], typer.Option(help="A manifest that you hold.")],
    state: Annotated[
        Path | None, typer.Option(help="Where to remember the feed; beside the manifest else.")
    ] = None,
    licensee: Annotated[str, typer.Option(help="Which of yours, if you sit for several.")] = "",
    key: Annotated[str, typer.Option(help="The log's key, if you know it (name+id+base64).")] = "",
    max_days: Annotated[
        int, typer.Option(min=0, help="So long the house may be silent before that is a fault.")
    ] = watching.LONGEST.days,
    as_json: AsJson = False,
) -> int:
    """Ask which takes of your manifests must go, or wait. The token is in YESAND_TOKEN.

    Returns 1 where takes must go or are suspended, or the house has been silent for too long.
    """
    asked = line.Line(url, os.environ.get("YESAND_TOKEN", ""))
    longest = timedelta(days=max_days)
    watches = [
        watching.Watch.of(asked, path, state, key, licensee=licensee, longest=longest)
        for path in manifest
    ]
    seen = [watch.look() for watch in watches]
    lines = [each for path, one in zip(manifest, seen, strict=True) for each in _lines(path, one)]
    tell({"manifests": [one.as_json() for one in seen]}, *lines, as_json=as_json)
    silent = [watch for watch in watches if watch.silent_for_too_long()]
    return int(bool(silent) or any(one.gone or one.suspended for one in seen))


def _lines(path: Path, seen: watching.Seen) -> Iterator[Line]:
    if seen.fault:
        known = f"as it was told on {seen.asked_at}" if seen.asked_at else "nothing is known yet"
        yield styled("[yellow]![/] {} Said here: {}.", seen.fault, known)
    yield from _suspended(path, seen)
    if not seen.gone:
        yield f"{path}: none of its {seen.takes:,} takes was taken back."
        return
    yield styled("[bold]{}[/]: {} of its {} takes must go", path, len(seen.gone), seen.takes)
    yield from (f"  take {take}" for take in sorted(seen.gone))
    for task in seen.tasks:
        kind, _, name = task.subject.partition(":")
        yield f"  {_when(task):<32}{task.duty}: {kind} {name[:20]}"


def _suspended(path: Path, seen: watching.Seen) -> Iterator[Line]:
    if seen.suspended:
        said = "[bold]{}[/]: {} of its {} takes are suspended"
        yield styled(said, path, len(seen.suspended), seen.takes)
    for pause in seen.pauses:
        yield f"  {pause.cause} since {pause.since} (log entry {pause.suspension})"


def _when(task: Task) -> str:
    count = Countdown.of(task.until, Clock().now(), done=False)
    if task.until is None:
        return "as long as it serves"
    day = f"by {task.until:%Y-%m-%d}"
    late = count.state is State.OVERDUE
    return f"{day} ({count.days} days {'ago' if late else 'left'})"
