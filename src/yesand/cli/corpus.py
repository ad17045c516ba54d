"""``yesand gate`` and ``export``: a request meets every take; what it may have leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.agreements.change import changes
from yesand.agreements.vocabulary import Action
from yesand.cli.output import AsJson, HouseFolder, Line, marks, progressing, styled, tell
from yesand.corpus.exporting.formats import FORMATS

if TYPE_CHECKING:
    from yesand.corpus.services import GateResult


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("gate")(gate)
    app.command("export")(export)


def gate(
    house: HouseFolder,
    purpose: Annotated[str, typer.Option(help="What for, e.g. emotion-recognition.")],
    use_class: Annotated[str, typer.Option(help="What is made, e.g. recognition.")] = "recognition",
    territory: Annotated[str, typer.Option(help="Where: a country code, or * for all.")] = "*",
    commercial: Annotated[
        bool, typer.Option("--commercial/--non-commercial", help="Is money made with it?")
    ] = True,
    action: Annotated[str, typer.Option(help="train, evaluate, export or synthesise.")] = "train",
    modality: Annotated[str, typer.Option(help="voice or face.")] = "voice",
    material: Annotated[str, typer.Option(help="features or raw.")] = "features",
    licensee: Annotated[str, typer.Option(help="Who asks.")] = "house-lab",
    out: Annotated[Path, typer.Option(help="Where the manifest goes.")] = Path("corpus.json"),
    as_json: AsJson = False,
) -> None:
    """Decide a request over every take; write the signed manifest of what is permitted."""
    opened = yesand.open(house)
    request = opened.request(
        purpose=purpose,
        use_class=use_class,
        territory=territory,
        commercial=commercial,
        action=action,
        modality=modality,
        material=material,
        licensee=licensee,
    )
    with progressing("Deciding", as_json=as_json) as progress:
        result = opened.gate(request, out=out, progress=progress)
    manifest = result.manifest
    told = {
        "manifest": manifest.digest,
        "permitted": result.permitted,
        "denied": result.denied,
        "log_size": manifest.log_size,
        "trial": manifest.trial,
        "synthetic": manifest.synthetic,
        "reasons": [
            {
                "takes": n,
                "clauses": [asdict(c) for c in d.clauses],
                "changes": [c.sentence for c in changes(d.clauses, manifest.asked())],
            }
            for d, n in result.denials
        ],
        "out": str(out),
    }
    tell(
        told,
        *gate_lines(result),
        f"Manifest: {out}{_next(manifest.asked().action, out, house)}",
        as_json=as_json,
    )


def _next(action: Action, out: Path, house: Path) -> str:
    """Return what the manifest is for; to evaluate there is no single command."""
    commands = {
        Action.TRAIN: f"train {out} --house {house} --out model/",
        Action.SYNTHESISE: f"synth make {out} --house {house}",
        Action.EXPORT: f"export {out} --house {house}",
    }
    return f"   Next: yesand {commands[action]}" if action in commands else ""


def export(
    manifest: Annotated[str, typer.Argument(help="The manifest: its file, or its digest.")],
    house: HouseFolder,
    form: Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")] = "croissant",
    out: Annotated[
        Path | None, typer.Option(help="A folder that is not there yet, or a file ….tar.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Export a manifest's data for others' tools; the permit for it is logged first."""
    place = yesand.open(house).place
    from yesand.corpus.exporting.services import export_to, manifest_row  # needs the open house

    target = (out or Path(f"corpus-{form}{'.tar' if form == 'tar' else ''}")).absolute()
    with progressing("Exporting", as_json=as_json) as progress:
        row = manifest_row(place, manifest)
        made, new = export_to(place, row, form, target, progress)
    told = made.told
    lines = [
        f"{told['takes']:,} takes as {told['material']} ({form}): {target}",
        *(f"  left out, {part['takes']:,}: {part['reason']}" for part in told["left_out"]),
        *([] if new else ["It was there already; nothing is new."]),
        f"Entry {made.entry_id:,} of the log. Check it: yesand verify {target}",
    ]
    said = {**told, "out": str(target), "entry": made.entry_id, "new": new}
    tell(said, *lines, as_json=as_json)


def gate_lines(result: GateResult) -> Iterator[Line]:
    """Yield what the gate decided as lines for people."""
    seen = marks(trial=result.manifest.trial, synthetic=result.manifest.synthetic)
    yield styled(
        "[bold]{}[/] takes permitted, {} denied, at log size {} (manifest {})" + seen,
        f"{result.permitted:,}",
        f"{result.denied:,}",
        f"{result.manifest.log_size:,}",
        result.manifest.digest[:16],
    )
    asked = result.manifest.asked()
    for decision, number in result.denials:
        reasons = "; ".join(f"{c.term}: {c.reason}" for c in decision.clauses)
        yield f"  {number:,} denied: {reasons}"
        said = dict.fromkeys(change.sentence for change in changes(decision.clauses, asked))
        yield f"    What would change it: {' '.join(said)}"
