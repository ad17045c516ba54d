"""``yesand init``, ``status``, ``check``, ``serve`` and ``demo``: the house itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.checking import check_files
from yesand.cli.output import AsJson, HouseFolder, styled, tell
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.kernel.vault import passphrase


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("init")(init)
    app.command("status")(status)
    app.command("check")(check)
    app.command("seal")(seal)
    app.command("serve")(serve)
    app.command("demo")(demo)


def init(
    house: HouseFolder,
    name: Annotated[str, typer.Option(help="What people will call it.")] = "Yes-And",
    second_factor: Annotated[
        str, typer.Option(help="Who needs one beside a password: everyone, nobody, or roles.")
    ] = "everyone",
    as_json: AsJson = False,
) -> None:
    """Make a house: registry, log, media, keys."""
    made = yesand.create(house, name, second_factor=second_factor)
    tell(
        {"house": str(made.place.root), "name": name, "origin": made.place.origin},
        styled("[bold]{}[/] stands at {} (log {}).", name, made.place.root, made.place.origin),
        f"Next: yesand import FOLDER --house {house}",
        as_json=as_json,
    )


def status(house: HouseFolder, as_json: AsJson = False) -> None:
    """Count what stands at every station of the line."""
    counts = yesand.open(house).counts()
    lines = [f"{number:>12,}  {station}" for station, number in counts.items()]
    tell(dict(counts), *lines, as_json=as_json)


def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Any files; without one, the house is audited.")
    ] = None,
    house: Annotated[
        Path | None,
        typer.Option("--house", "-H", envvar="YESAND_HOUSE", help="The house's folder."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Audit the house; or tell of files whether they are ours, and what they are licensed for."""
    if files:
        return check_files(files, house, as_json=as_json)
    if house is None:
        raise BadInput("No house and no file", remedy="Give --house, a file, or both.")
    findings = yesand.open(house).check()
    tell(
        {"checks": findings},
        *(styled("[green]✓[/] {}", line) for line in findings),
        as_json=as_json,
    )
    return 0


def seal(house: HouseFolder, as_json: AsJson = False) -> None:
    """Seal the house's private keys anew with the passphrase that your vault keeps.

    YESAND_KEY_PASSPHRASE (or _FILE) is the new one, without it the keys are left open;
    YESAND_KEY_PASSPHRASE_BEFORE (or _FILE) opens what an older one sealed.
    """
    keys = Place.open(house).keys  # not the whole house: its own key may not open yet
    sealed = keys.seal(before=passphrase("YESAND_KEY_PASSPHRASE_BEFORE"))
    how = "sealed" if keys.passphrase else "opened"
    said = styled("[green]✓[/] Keys {}: {}", how, sealed)
    if not sealed and not keys.passphrase:
        said = styled("No passphrase is set (YESAND_KEY_PASSPHRASE), and no key was sealed.")
    tell({how: sealed}, said, as_json=as_json)


def serve(
    house: HouseFolder,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8000,
    worker: Annotated[
        bool, typer.Option(help="Run a worker beside it, for letters and reminders.")
    ] = True,
) -> None:
    """Serve the house's pages, with a worker beside it."""
    from yesand.site.serving import serve as serving

    serving(yesand.open(house).place, host, port, worker=worker)


def demo(
    house: HouseFolder,
    fresh: Annotated[
        bool, typer.Option(help="Replace a demo house that stands there already.")
    ] = False,
) -> None:
    """Walk the whole line once, with a sample troupe made on the spot."""
    from yesand.cli.demo import walk

    walk(house, fresh=fresh)
