"""``yesand work``: what is to be done later, done."""

from __future__ import annotations

from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, tell


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("work")(work)


def work(
    house: HouseFolder,
    once: Annotated[bool, typer.Option(help="End when nothing is due any more.")] = False,
    beside: Annotated[
        bool, typer.Option(hidden=True, help="End when the process that started it ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send the letters and reminders that are due, until interrupted. Several may work at once."""
    place = yesand.open(house).place
    from yesand.site.working import Worker

    worker = Worker(place, with_parent=beside)
    worker.heed()
    done = worker.run(once=once)
    if not beside:
        tell({"done": done}, f"{done} done.", as_json=as_json)
