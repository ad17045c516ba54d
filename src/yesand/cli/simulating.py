"""``yesand simulate``: seeded histories of settlement, checked step by step against an oracle."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from yesand.cli.output import AsJson, progressing, tell


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
    from yesand.royalties.simulating.dealing import history
    from yesand.royalties.simulating.levels import Level, simulate_many

    depth = word(Level, level, "level")
    acts = history(seed).acts if trace else ()
    with progressing("Simulating", as_json=as_json) as progress:
        tally = simulate_many(seed, histories, depth, workers, progress)
    told: dict[str, Any] = {**asdict(tally), "failures": [f.lines() for f in tally.failures]}
    steps = [f"{number:4}. {act}" for number, act in enumerate(acts, 1)]
    tell({**told, "trace": steps}, *steps, *tally.lines(), as_json=as_json)
    return int(bool(tally.failures))
