"""``yesand meter``, ``settle`` and ``statement``: from usage to what is owed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, tell
from yesand.cli.statement import statement_lines


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("example-usage")(example_usage)
    app.command("meter")(meter)
    app.command("escrow")(escrow)
    app.command("settle")(settle)
    app.command("statement")(statement)


def example_usage(
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    out: Annotated[Path, typer.Option(help="Where the events go.")] = Path("usage.jsonl"),
    events: Annotated[int, typer.Option(min=1, help="How many.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, other events.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Write example usage events (CloudEvents 1.0) to try metering with."""
    from yesand.kernel.clock import Period
    from yesand.royalties.events import write_examples

    write_examples(out, deployment, Period.parse(period), events, seed)
    tell(
        {"out": str(out), "events": events}, f"{events:,} example events in {out}", as_json=as_json
    )


def meter(
    usage: Annotated[Path, typer.Argument(help="CloudEvents as JSON Lines, JSON or gzip.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Take usage events in: each counts once for ever, none is lost."""
    opened = yesand.open(house)
    with progressing("Metering", as_json=as_json) as progress:
        report = opened.meter(usage, progress=progress)
    tell(asdict(report), *report.lines(), as_json=as_json)


def escrow(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the usage that waits because nobody can be billed for it yet, and why."""
    opened = yesand.open(house)
    from yesand.royalties.services import escrow as waiting

    held = waiting(opened.place)
    lines = [str(row) for row in held] or ["No usage waits."]
    tell({"escrow": [asdict(row) for row in held]}, *lines, as_json=as_json)


def settle(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Settle a closed month: usage × terms × reliance → postings and statements."""
    opened = yesand.open(house)
    with progressing("Settling", as_json=as_json) as progress:
        made = opened.settle(period, progress=progress)
    from yesand.royalties.services import summary

    result = summary(made)
    tell(result.as_dict(), *result.lines(), as_json=as_json)


def statement(
    performer: Annotated[str, typer.Argument(help="The performer's handle.")],
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as HTML.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json-file", help="Write it as JSON.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Write the evidence bundle (zip).")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one performer's statement; write it out with the evidence for it."""
    opened = yesand.open(house)
    found = opened.statement(performer, period)
    written = opened.write_statement(found, pdf=pdf, html=html, json=json_file, bundle=bundle)
    from yesand.royalties.services import payload

    told = payload(found)
    files = [f"{kind.upper()}: {path}" for kind, path in written.items()]
    files_told = {kind: str(path) for kind, path in written.items()}
    tell({**told, "files": files_told}, *statement_lines(told), *files, as_json=as_json)
