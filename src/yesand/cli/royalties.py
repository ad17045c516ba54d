"""``yesand meter``, ``settle`` and ``statement``: from usage to what is owed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, tell
from yesand.cli.statement import statement_lines
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("example-usage")(example_usage)
    app.command("meter")(meter)
    app.command("escrow")(escrow)
    app.command("settle")(settle)
    app.command("statement")(statement)
    app.command("statements")(statements)


def example_usage(
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    out: Annotated[Path, typer.Option(help="Where the events go.")] = Path("usage.jsonl"),
    events: Annotated[int, typer.Option(min=1, help="How many.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, other events.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Write example usage events (CloudEvents 1.0) to try metering with."""
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


OnEstimates = Annotated[
    bool, typer.Option("--on-estimates", help="Where nothing came in, settle an estimate of it.")
]


def settle(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    on_estimates: OnEstimates = False,
    as_json: AsJson = False,
) -> None:
    """Settle a closed month: usage × terms × reliance → postings and statements."""
    opened = yesand.open(house)
    from yesand.royalties import services

    with progressing("Settling", as_json=as_json) as progress:
        made = services.settle(opened.place, Period.parse(period), progress, on_estimates)
    result = services.summary(made)
    tell(result.as_dict(), *result.lines(), as_json=as_json)


Language = Annotated[str, typer.Option(help="Of all in it that is not signed: en or de.")]


def statement(
    performer: Annotated[str, typer.Argument(help="The performer's handle.")],
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    pdf: Annotated[Path | None, typer.Option(help="Write it as PDF.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write it as HTML.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write its lines as CSV.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json-file", help="Write it as JSON.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Write the evidence bundle (zip).")] = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Show one performer's statement; write it out with the evidence for it."""
    opened = yesand.open(house)
    found = opened.statement(performer, period)
    paths = {"pdf": pdf, "html": html, "csv": csv, "json": json_file, "bundle": bundle}
    from yesand.royalties.issuing.services import write_statement
    from yesand.royalties.services import payload

    written = write_statement(opened.place, found, paths, _spoken(language))
    told = payload(found)
    files = [f"{kind.upper()}: {path}" for kind, path in written.items()]
    files_told = {kind: str(path) for kind, path in written.items()}
    tell({**told, "files": files_told}, *statement_lines(told), *files, as_json=as_json)


def statements(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    pdf: Annotated[Path | None, typer.Option(help="A folder: write each as PDF.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the lines of all as one CSV.")] = None,
    json_folder: Annotated[Path | None, typer.Option(help="A folder: write each as JSON.")] = None,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Write all statements of a month into a folder, as PDFs or signed JSON; or as one table."""
    place = yesand.open(house).place
    from yesand.royalties.issuing.together import services as together

    month, spoken = Period.parse(period), _spoken(language)
    count, files = together.statements_of(month).count(), []
    if pdf is not None:
        with progressing("Setting", as_json=as_json) as progress:
            together.write_pdfs(place, month, pdf, spoken, progress)
        files.append(str(pdf))
    if json_folder is not None:
        with progressing("Writing", as_json=as_json) as progress:
            together.write_json(place, month, json_folder, progress)
        files.append(str(json_folder))
    if csv is not None:
        together.write_table(month, csv)
        files.append(str(csv))
    said = f"{count:,} statements for {period}" + (f": {', '.join(files)}" if files else ".")
    tell({"period": period, "statements": count, "files": files}, said, as_json=as_json)


def _spoken(language: str) -> str:
    from yesand.royalties.documents.tongue import LANGUAGES

    if language not in LANGUAGES:
        raise BadInput(
            f"No documents in {language[:20]!r}",
            where="--language",
            remedy=f"There are {' and '.join(LANGUAGES)}.",
        )
    return language
