"""``yesand train``, ``deploy`` and ``decommission``: models, and where they serve."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, Said, progressing, styled, tell
from yesand.kernel.clock import instant, stamp

if TYPE_CHECKING:
    from yesand.training.recording import Recorder


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("train")(train)
    app.command("deploy")(deploy)
    app.command("decommission")(decommission)


def train(
    manifest: Annotated[Path, typer.Argument(help="The gate's manifest.")],
    house: HouseFolder,
    out: Annotated[Path, typer.Option(help="The model's folder.")] = Path("model"),
    name: Annotated[str | None, typer.Option(help="The model's name.")] = None,
    kind: Annotated[
        str,
        typer.Option(
            help="network, head (convex), adapter, or fused: a head on voices, one on faces."
        ),
    ] = "network",
    features: Annotated[
        str,
        typer.Option(help="Of a head or adapter: prosody, encoder:FOLDER, or face:TASKFILE."),
    ] = "prosody",
    face: Annotated[
        str, typer.Option(help="Of fused heads: face:TASKFILE; else what YESAND_FACE_TASK names.")
    ] = "face",
    layer: Annotated[int, typer.Option(help="Of an encoder, as yesand affect embed has it.")] = -1,
    pooling: Annotated[str, typer.Option(help="Of an encoder: mean, or mean+std.")] = "mean",
    shards: Annotated[
        int, typer.Option(min=0, help="Parts by performer, of which a withdrawal costs one.")
    ] = 0,
    record: Annotated[
        bool, typer.Option("--record", help="Record in passing how far each performer moves it.")
    ] = False,
    targets: Annotated[
        str, typer.Option(help="What takes are taught as: acted, or heard (by raters).")
    ] = "acted",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew, even if the same run was broken off.")
    ] = False,
    dimensions: Annotated[
        bool,
        typer.Option(
            "--dimensions/--no-dimensions",
            help="Read out valence, arousal and dominance, too, where enough takes are rated.",
        ),
    ] = True,
    synthetic: Annotated[
        list[str] | None,
        typer.Option(
            "--synthetic", help="A batch of synthetic takes to teach beside; may be repeated."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a voice-emotion model on exactly the manifest's takes, and register it."""
    opened = yesand.open(house)
    from yesand.corpus.services import load_manifest
    from yesand.synthetic.teaching.services import added
    from yesand.training import services
    from yesand.training.kinds import settings_of

    settings = settings_of(
        kind, shards, features, layer, pooling, face, targets=targets, dimensions=dimensions
    )
    given, said = load_manifest(opened.place, manifest), Said(as_json)
    with progressing("Training", as_json=as_json) as progress:
        watching = _recorder() if record else None
        model = services.train(
            opened.place,
            given,
            out,
            name=name,
            settings=settings,
            progress=progress,
            recorder=watching,
            workers=len(os.sched_getaffinity(0)),
            fresh=fresh,
            say=said,
            added=added(opened.place, given, synthetic or []),
        )
    scores = model.run["scores"]
    tell(
        {
            "model": model.digest,
            "name": model.name,
            "folder": str(out),
            "scores": scores,
            "notes": said.lines,
            "dimensions": model.run.get("dimensions"),
            "synthetic": model.run.get("synthetic"),
        },
        styled("[bold]{}[/] trained and registered as {}", model.name, model.digest[:16]),
        scores_line(scores),
        *_enrolled(model.run.get("enrolled")),
        *_dimensions(model.run.get("dimensions")),
        *_synthetic(model.run.get("synthetic")),
        *_next(out, house, model.run.get("targets")),
        as_json=as_json,
    )


def _next(out: Path, house: Path, taught: dict[str, Any] | None) -> list[str]:
    """Return where the card is and what comes next, and what the model was taught."""
    if not taught:
        return [f"Card: {out / 'card.md'}   Next: yesand reliance {out} --house {house}"]
    return [
        f"Taught what raters heard in {taught['heard']:,} takes, what was acted in "
        f"{taught['acted']:,}. Reliance on performers is not measured of such a model.",
        f"Card: {out / 'card.md'}",
    ]


def _synthetic(told: dict[str, Any] | None) -> list[str]:
    """Return how much of what was learned nobody performed, and what of it was left out."""
    if not told:
        return []
    lines = [
        f"{told['takes']:,} synthetic takes beside, {told['share_ppm'] / 10_000:.1f} % of the time"
    ]
    for one in told["batches"]:
        about = f"  {one['takes']:,} by {one['generator']} ({one['batch'][:12]})"
        about += f", of {one['performers']:,} performers; {one['in_folds']:,} teach in folds"
        left = "".join(f"; left out: {n:,}, {why}" for why, n in one["left_out"].items())
        lines.append(about + left)
    return lines


def _recorder() -> Recorder:
    from yesand.reliance.inrun.recorder import Recorder as InRun

    return InRun()


def scores_line(scores: dict[str, Any], how: str = "Speaker-independent") -> str:
    """Return scores in a line, the worst performer's among them."""
    worst = scores["worst_performer"]
    return (
        f"{how}: UAR {scores['uar']:.1%} (chance {1 / len(scores['labels']):.1%}), "
        f"accuracy {scores['accuracy']:.1%}, worst performer {worst['uar']:.1%} "
        f"({worst['performer']}), calibration error {scores['ece']:.3f}"
    )


def _enrolled(scores: dict[str, Any] | None) -> list[str]:
    """Return the other track's scores in a line, if the run has them."""
    if not scores:
        return []
    least, most = scores["enrolled_by"]
    return [scores_line(scores, f"Enrolled by {least if least == most else f'{least} to {most}'}")]


def _dimensions(read: dict[str, Any] | None) -> list[str]:
    """Return how far values on axes are told, in a line, if the run reads any out."""
    told = {axis: one for axis, one in read["by_take"].items() if "none" not in one} if read else {}
    if not told:
        return []
    figures = ", ".join(f"{axis} {one['ccc']:.2f}" for axis, one in told.items())
    return [f"Concordance (CCC) with raters, on performers that it never met: {figures}"]


def deploy(
    model: Annotated[Path, typer.Argument(help="The model's folder.")],
    house: HouseFolder,
    licensee: Annotated[str, typer.Option(help="Who puts it in service.")] = "house-lab",
    since: Annotated[
        str | None, typer.Option("--from", help="In service since (UTC date or time).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name that usage events use.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a registered model in service. Royalties accrue until it is decommissioned."""
    opened = yesand.open(house)
    began = instant(since, where="--from") if since else None
    made = opened.deploy(model, licensee=licensee, since=began, name=name)
    tell(
        {"deployment": made.name, "model": made.model_id, "since": stamp(made.since)},
        styled("[bold]{}[/] is in service since {}", made.name, stamp(made.since)),
        f"Usage events name it as their subject. Next: yesand meter usage.jsonl --house {house}",
        as_json=as_json,
    )


def decommission(
    deployment: Annotated[str, typer.Argument(help="The deployment's name.")],
    house: HouseFolder,
    until: Annotated[str | None, typer.Option(help="In service until (UTC).")] = None,
    as_json: AsJson = False,
) -> None:
    """End a deployment, signed: the only way in which royalties stop."""
    opened = yesand.open(house)
    ended = opened.decommission(deployment, instant(until, where="--until") if until else None)
    tell(
        {"deployment": deployment, "until": stamp(ended.until)},
        f"{deployment} is out of service since {stamp(ended.until)}",
        as_json=as_json,
    )
