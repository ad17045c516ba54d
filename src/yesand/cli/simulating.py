"""``yesand simulate``: seeded histories of settlement, checked step by step against an oracle."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yesand.cli.output import AsJson, progressing, tell

if TYPE_CHECKING:
    from yesand.kernel.clock import SetClock
    from yesand.kernel.place import Place
    from yesand.royalties.simulating.running import Ran


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("simulate")(simulate)


def simulate(
    seed: Annotated[int, typer.Option(help="Decides everything that happens.")] = 1,
    histories: Annotated[int, typer.Option(min=1, help="How many seeds from there on.")] = 1,
    level: Annotated[
        str, typer.Option(help="core: the pure modules; house: services, database and files.")
    ] = "core",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    trace: Annotated[bool, typer.Option("--trace", help="Show every step of the seed.")] = False,
    as_json: AsJson = False,
) -> int:
    """Let performers, licensees, banks and faults do what a seed says, and check every step."""
    from yesand.agreements.asking import word
    from yesand.royalties.simulating import levels
    from yesand.royalties.simulating.dealing import history

    depth = word(levels.Level, level, "level")
    one = in_house if depth is levels.Level.HOUSE else levels.simulate
    acts = history(seed).acts if trace else ()
    with progressing("Simulating", as_json=as_json) as progress:
        tally = levels.simulate_many(seed, histories, one, workers, progress)
    shown = [f"{number:4}. {act}" for number, act in enumerate(acts, 1)]
    told = {"level": depth.value, **tally.as_dict(), "trace": shown}
    tell(told, *shown, *tally.lines(), as_json=as_json)
    return int(bool(tally.failures))


def in_house(seed: int) -> Ran:
    """Play the history of a seed in a real house, on SQLite."""
    template = _template()
    from yesand.royalties.simulating.housed.playing.services import play

    return play(seed, template, _opened)


@cache
def _template() -> Path:
    """Make an empty house to copy, once a process; its keys follow from no seed but always one."""
    import yesand
    from yesand.kernel.clock import SetClock
    from yesand.royalties.simulating.dealing import BEGINS

    os.environ.pop("DATABASE_URL", None)
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yesand.create(folder / "house", "Simulated", clock=SetClock(BEGINS)).close()
    return folder / "house"


def _opened(root: Path, clock: SetClock) -> Place:
    import yesand

    return yesand.open(root, clock=clock).place
