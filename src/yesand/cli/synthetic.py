"""``yesand synth make|list|export|delete``: takes nobody performed, and whom they came from."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, Line, progressing, styled, table, tell
from yesand.cli.payouts import producer
from yesand.cli.signing import By
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused

if TYPE_CHECKING:
    from yesand.kernel.place import Place
    from yesand.synthetic.making.generator import Generator
    from yesand.synthetic.models import SyntheticBatch

group = typer.Typer(help="Takes that nobody performed, and whom they came from.")


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="synth")


@group.command("make")
def make(
    manifest: Annotated[Path, typer.Argument(help="The gate's manifest, to synthesise.")],
    house: HouseFolder,
    generator: Annotated[str, typer.Option(help="variation, troupe or outside.")] = "variation",
    each: Annotated[int, typer.Option(min=1, help="Takes for every take of the manifest.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same takes.")] = 1,
    emotion: Annotated[str, typer.Option(help="Of this emotion only.")] = "",
    command: Annotated[
        str, typer.Option(help="Of an outside generator, with {request} and {out}.")
    ] = "",
    about: Annotated[
        Path | None, typer.Option("--about", help="An outside generator's manifest (JSON).")
    ] = None,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="Keep apart what nobody vouches for.")
    ] = False,
    limit: Annotated[
        float, typer.Option(min=1, help="Seconds that an outside generator may take.")
    ] = 600.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make takes.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Make synthetic takes from exactly the manifest's takes; record what each descends from."""
    place = yesand.open(house).place
    from yesand.corpus.services import load_manifest
    from yesand.synthetic import services
    from yesand.synthetic.making.generator import Wanted

    made = _generator(generator, command, about, limit, quarantine=quarantine)
    given, wanted = load_manifest(place, manifest), Wanted(seed, each, emotion)
    with progressing("Making", as_json=as_json) as progress:
        batch, new = services.make(place, given, made, wanted, progress=progress, workers=workers)
    tell({**_told(place, batch), "new": new}, *_lines(batch, house, new=new), as_json=as_json)


def _generator(
    name: str, command: str, about: Path | None, limit: float, *, quarantine: bool
) -> Generator:
    from yesand.synthetic.making import generators
    from yesand.synthetic.making.outside import Outside, manifest_of

    if name != generators.OUTSIDE:
        if command or about or quarantine:
            raise BadInput(
                "--command, --about and --quarantine are an outside generator's",
                remedy="Add --generator outside.",
            )
        return generators.own(name)
    if "{request}" not in command or "{out}" not in command:
        raise BadInput(
            "An outside generator needs a command with {request} and {out}",
            where="--command",
            remedy="For example: --command 'speak --in {request} --to {out}'.",
        )
    if about is not None:
        told = manifest_of(json_object(about, "a generator's manifest"), str(about))
        return Outside(command, told, limit)
    if not quarantine:
        raise Refused(
            "The outside generator has no manifest: nobody says what it was trained on",
            where="--about",
            remedy="Give its manifest, or keep what it makes apart with --quarantine.",
        )
    return Outside(command, None, limit)


def _lines(batch: SyntheticBatch, house: Path, *, new: bool) -> list[Line]:
    reasons = Counter(one["reason"] for one in batch.refused)
    mark = " [bold white on red] QUARANTINED [/]" if batch.quarantined else ""
    return [
        styled(
            "[bold]{}[/] synthetic takes by {} {}, {} refused" + mark,
            f"{batch.made:,}",
            batch.generator,
            batch.version,
            f"{len(batch.refused):,}",
        ),
        *(f"  {number:,} refused: {reason}" for reason, number in reasons.most_common(8)),
        *([] if new else ["It was made before; nothing is new."]),
        f"Batch {batch.digest}",
        f"Entry {batch.entry_id:,} of the log.   Next: yesand synth judge {batch.digest[:12]} "
        f"--house {house}",
    ]


def _told(place: Place, batch: SyntheticBatch) -> dict[str, object]:
    from yesand.synthetic.services import fallen, performers_of

    return {
        "batch": batch.digest,
        "at": stamp(batch.at),
        "manifest": batch.manifest_id,
        "licensee": batch.manifest.licensee.slug,
        "generator": batch.generator,
        "version": batch.version,
        "generator_digest": batch.generator_digest,
        "seed": batch.seed,
        "each": batch.each,
        "emotion": batch.emotion,
        "made": batch.made,
        "refused": batch.refused,
        "performers": performers_of(batch).count(),
        "quarantined": batch.quarantined,
        "of_withdrawn_parents": len(fallen(place, batch)),
        "entry": batch.entry_id,
    }


@group.command("list")
def show(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the batches of synthetic takes, and how many descend from what was withdrawn since."""
    place = yesand.open(house).place
    from yesand.synthetic.models import SyntheticBatch

    rows = SyntheticBatch.objects.select_related("manifest__licensee").order_by("entry_id")
    told = [_told(place, batch) for batch in rows]
    if as_json:
        tell({"batches": told}, as_json=True)
        return
    columns = ("Batch", "Generator", "For", ">Takes", ">Performers", ">Of withdrawn", "Note")
    lines = [
        (
            str(one["batch"])[:12],
            one["generator"],
            one["licensee"],
            one["made"],
            one["performers"],
            one["of_withdrawn_parents"],
            "quarantined" if one["quarantined"] else "",
        )
        for one in told
    ]
    table("Synthetic takes", columns, lines)


@group.command("export")
def export(
    batch: Annotated[str, typer.Argument(help="The batch's digest, or how it begins.")],
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Hand a batch out: files with their credentials, and lineage.json. Logged first."""
    place = yesand.open(house).place
    from yesand.synthetic.exporting import services
    from yesand.synthetic.services import find

    with progressing("Exporting", as_json=as_json) as progress:
        left = services.export(place, find(batch), folder.absolute(), progress)
    said = {
        "out": str(folder),
        "takes": left.export.takes,
        "left_out": left.left_out,
        "entry": left.export.entry_id,
        "new": left.new,
    }
    out = f"  left out, {len(left.left_out):,}: they descend from what may no longer be used"
    lines = [
        f"{left.export.takes:,} synthetic takes with credentials and lineage: {folder}",
        *([out] if left.left_out else []),
        *([] if left.new else ["The same left before; nothing is new in the log."]),
        f"Entry {left.export.entry_id:,} of the log.",
    ]
    tell(said, *lines, as_json=as_json)


@group.command("delete")
def delete(
    batch: Annotated[str, typer.Argument(help="The batch's digest, or how it begins.")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Delete what withdrawals ask to be deleted of a batch. Logged first; again changes nothing."""
    place = yesand.open(house).place
    from yesand.oversight.clearing.services import clear
    from yesand.synthetic.services import find

    found = find(batch)
    gone = clear(place, found, producer(by))
    said = {"batch": found.digest, "takes": gone.takes, "new": gone.new}
    whole = (
        f"{gone.takes:,} of {found.made:,} synthetic takes are deleted, {gone.new:,} of them now."
    )
    tell(said, whole, as_json=as_json)
