"""``yesand import``, ``troupe``, ``faults``, ``copies``: recordings come in, and are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, table, tell
from yesand.takes.report import ImportReport, Outcome

_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("import")(import_corpus)
    app.command("troupe")(troupe)
    app.command("faults")(faults)
    app.command("copies")(copies)


def import_corpus(
    root: Annotated[Path, typer.Argument(help="The corpus's folder, or a CSV file.")],
    house: HouseFolder,
    layout: Annotated[str | None, typer.Option(help="The layout; recognised if not told.")] = None,
    trial_terms: Annotated[
        str | None, typer.Option(help="Try the corpus out for this use class; marks the house.")
    ] = None,
    standard: Annotated[
        str | None, typer.Option(help="The standard agreement your own performers sign.")
    ] = None,
    despite_credentials: Annotated[
        str, typer.Option(help="Take in what a file's own credential forbids, for this reason.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Import a corpus of recordings: every bad file is reported, the rest comes in."""
    opened = yesand.open(house)
    agreement = None
    if standard:
        from yesand.agreements.templates import standard as drafted

        agreement = drafted(standard, opened.place.clock.now().date())
    with progressing("Importing", as_json=as_json) as progress:
        report = opened.import_corpus(
            root,
            layout=layout,
            trial_terms=trial_terms,
            agreement=agreement,
            despite=despite_credentials,
            progress=progress,
        )
    if not as_json and report.rows:
        shown = [(r.path, r.outcome.value, r.reason) for r in report.rows[:_SHOWN]]
        table("Look at these", ["file", "outcome", "reason"], shown)
    tell(report.as_dict(), *_lines(report), as_json=as_json)


def _lines(report: ImportReport) -> Iterator[str]:
    minutes = report.duration_ms / 60_000
    yield (
        f"{report.corpus} ({report.layout} layout): {report.performers} performers, "
        f"{report.total:,} takes"
    )
    yield (
        ", ".join(f"{report.counts[o]:,} {o.value}" for o in Outcome)
        + f"; {minutes:.0f} minutes new"
    )
    if report.barred:
        yield (
            f"{report.barred:,} kept out by their own credentials; "
            "--despite-credentials REASON takes them in, and enters the reason in the log"
        )
    if len(report.rows) > _SHOWN:
        yield f"{len(report.rows) - _SHOWN} more to look at: yesand faults, or --json"


def troupe(
    folder: Annotated[Path, typer.Argument(help="Where to write the recordings.")],
    performers: Annotated[int, typer.Option(min=2, max=64)] = 8,
    seed: Annotated[int, typer.Option(help="Another seed makes another troupe.")] = 2026,
    as_json: AsJson = False,
) -> None:
    """Make a sample troupe: synthetic voices from our own code, marked so everywhere."""
    from yesand.takes.troupe.make import make_troupe

    with progressing("Making a troupe", as_json=as_json) as progress:
        make_troupe(folder, performers=performers, seed=seed, progress=progress)
    count = len(list(folder.rglob("*.flac")))
    tell(
        {"folder": str(folder), "takes": count},
        f"{count} synthetic takes in {folder}",
        f"Next: yesand import {folder} --house H --standard recognition",
        as_json=as_json,
    )


def faults(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the files that imports could not take, each with its reason."""
    yesand.open(house)
    from yesand.takes.models import Fault

    rows = list(Fault.objects.order_by("corpus", "path").values("corpus", "path", "reason"))
    if as_json or not rows:
        tell({"faults": rows}, "No file was refused.", as_json=as_json)
        return
    table("Files not taken", ["corpus", "file", "reason"], [list(r.values()) for r in rows])


def copies(house: HouseFolder, as_json: AsJson = False) -> None:
    """Look for takes that are copies of earlier ones, and tell the quality queue of them."""
    opened = yesand.open(house)
    from yesand.takes.copies.services import look
    from yesand.takes.models import Take

    with progressing("Listening", as_json=as_json) as progress:
        found = look(opened.place, progress)
    if as_json or not found:
        told = {"copies": [copy.as_json() for copy in found]}
        tell(told, "No take is a copy of another.", as_json=as_json)
        return
    given = Take.objects.select_related("performer").order_by("-entry_id")
    names = {t.sha256: f"{t.original_name} by {t.performer.handle}" for t in given}
    rows = [(names[c.take], names[c.of], c.kind.value, f"{c.likeness / 1e4:.0f} %") for c in found]
    table("Copies: they add nothing to a corpus", ["take", "copy of", "how", "alike"], rows)
