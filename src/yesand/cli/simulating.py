"""``yesand simulate``: seeded histories of settlement, checked step by step against an oracle."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yesand.cli.output import AsJson, progressing, tell
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.kernel.clock import SetClock
    from yesand.kernel.place import Place
    from yesand.royalties.simulating.housed.playing.services import Setting
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
    server: Annotated[
        str, typer.Option(help="A PostgreSQL server: each house is played there too.")
    ] = "",
    trace: Annotated[bool, typer.Option("--trace", help="Show every step of the seed.")] = False,
    as_json: AsJson = False,
) -> int:
    """Let performers, licensees, banks and faults do what a seed says, and check every step."""
    from yesand.agreements.asking import word
    from yesand.royalties.simulating import levels
    from yesand.royalties.simulating.dealing import history

    depth = word(levels.Level, level, "level")
    one = partial(in_house, server=server) if depth is levels.Level.HOUSE else levels.simulate
    if server and depth is not levels.Level.HOUSE:
        raise BadInput("A server is for houses", where="server", remedy="Ask --level house too.")
    acts = history(seed).acts if trace else ()
    with progressing("Simulating", as_json=as_json) as progress:
        tally = levels.simulate_many(seed, histories, one, workers, progress)
    shown = [f"{number:4}. {act}" for number, act in enumerate(acts, 1)]
    told = {"level": depth.value, **tally.as_dict(), "trace": shown}
    tell(told, *shown, *tally.lines(), as_json=as_json)
    return int(bool(tally.failures))


def in_house(seed: int, server: str = "") -> Ran:
    """Play the history of a seed in a real house on SQLite, and on a server, if one is named."""
    settings = [on_sqlite(), *([on_postgres(server)] if server else [])]
    # Only now that Django knows its tables.
    from yesand.royalties.simulating.housed.playing.services import play

    return play(seed, *settings)


@cache
def on_sqlite() -> Setting:
    """Return the setting that every house has that is told of no other."""
    root = _empty("")
    from yesand.royalties.simulating.housed.playing.services import Setting

    def opening(root: Path, clock: SetClock) -> Place:
        return _opened(root, clock, "")

    return Setting("SQLite", root, opening)


@cache
def on_postgres(address: str) -> Setting:
    """Return the setting of a PostgreSQL server: each house has a database of its own there."""
    from yesand.royalties.simulating.housed.servers.services import Server

    server, made = Server(address), list[str]()
    template = server.make()
    atexit.register(server.drop, template)
    root = _empty(server.url(template))
    from yesand.royalties.simulating.housed.playing.services import Setting

    def opening(root: Path, clock: SetClock) -> Place:
        made.append(server.make(template))
        return _opened(root, clock, server.url(made[-1]))

    def closing() -> None:
        while made:
            server.drop(made.pop())

    return Setting("PostgreSQL", root, opening, closing)


def _empty(url: str) -> Path:
    """Make an empty house to copy: its keys follow from no history's seed, but always from one."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _point(url)
    _ready(folder / "house")
    import yesand
    from yesand.kernel.clock import SetClock
    from yesand.royalties.simulating.hand import BEGINS
    from yesand.royalties.simulating.housed.faults.services import Chance, seeded

    with seeded(Chance(0)):
        yesand.create(folder / "house", "Simulated", clock=SetClock(BEGINS)).close()
    return folder / "house"


def _ready(root: Path) -> None:
    """Let Django read its settings: what simulates a house knows its tables by name."""
    os.environ["YESAND_HOUSE"] = str(root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yesand.site.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _opened(root: Path, clock: SetClock, url: str) -> Place:
    import yesand

    _point(url)
    return yesand.open(root, clock=clock).place


def _point(url: str) -> None:
    os.environ.pop("DATABASE_URL", None)
    if url:
        os.environ["DATABASE_URL"] = url
