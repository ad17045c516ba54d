"""``yesand unlearn`` and ``succeed``: a withdrawal reaches a model's weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, Line, Said, progressing, styled, tell
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.corpus.manifest import SignedManifest
    from yesand.kernel.place import Place
    from yesand.training.unlearning.services import Unlearned


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("unlearn")(unlearn)
    app.command("succeed")(succeed)


def unlearn(
    model: Annotated[Path, typer.Argument(help="The folder of the model that learned from them.")],
    house: HouseFolder,
    out: Annotated[Path, typer.Option(help="The new model's folder.")],
    without: Annotated[
        str | None, typer.Option(help="Who has withdrawn; the gate is asked again.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="Or the manifest of what is still permitted.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The new model's name.")] = None,
    verify: Annotated[
        bool, typer.Option(help="Train without them from nothing, too, and compare.")
    ] = True,
    attack: Annotated[
        bool, typer.Option(help="Ask both models whether they know the takes that went.")
    ] = True,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate",
            help="Only reduce what they left in a network's last layer; nothing is registered.",
        ),
    ] = False,
    require_verified: Annotated[
        bool, typer.Option("--require-verified", help="Fail unless it may be called unlearned.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a model anew without takes that were withdrawn, register it, and report on it."""
    place = yesand.open(house).place
    from yesand.training.unlearning import services

    permitted = _permitted(place, model, without, manifest)
    if approximate:
        with progressing("Unlearning", as_json=as_json) as progress:
            less = services.weaken(place, model, permitted, out, verify=verify, progress=progress)
        told = {"folder": str(out), **less.told, "report": str(less.report)}
        tell(told, *_about(less.told), f"Report: {less.report}", as_json=as_json)
        if require_verified:
            services.check_verdict(less.told["verdict"], str(out), less.report)
        return
    with progressing("Unlearning", as_json=as_json) as progress:
        made = services.unlearn(
            place,
            model,
            permitted,
            out,
            name=name,
            verify=verify,
            ask=attack,
            progress=progress,
            say=Said(as_json),
        )
    told = {"model": made.model.digest, "name": made.model.name, "folder": str(out)}
    tell({**told, **made.told, "report": str(made.report)}, *_lines(made), as_json=as_json)
    if require_verified:
        services.check_verified(made)


def _permitted(
    place: Place, model: Path, without: str | None, manifest: Path | None
) -> SignedManifest:
    from yesand.corpus.services import load_manifest
    from yesand.training.unlearning.services import anew

    if (without is None) == (manifest is None):
        raise BadInput(
            "Say either who has withdrawn or which manifest holds now",
            remedy="Give --without WHO or --manifest FILE.",
        )
    return load_manifest(place, manifest) if manifest else anew(place, model, str(without))


def _lines(made: Unlearned) -> list[Line]:
    name = made.model.name
    return [
        styled("[bold]{}[/] registered as {}: {}", name, made.model.digest[:16], made.verdict),
        *_about(made.told),
        f"Report: {made.report}",
        f"Next: yesand deploy it, decommission the old one, and yesand succeed OLD {name}",
    ]


def _about(told: dict[str, Any]) -> list[Line]:
    """Return what a report says, in a few lines."""
    lines: list[Line] = [
        f"Without {told['takes_removed']} takes; performers concerned: {told['performers']}."
    ]
    if apart := told["distance"]:
        lines.append(
            f"Beside a model trained without them: no weight differs by more than "
            f"{apart['weights']:.1e}, no probability by more than {apart['probability']:.1e}"
        )
    attacks = told["membership"]
    if attacks["before"]:
        asked = {name: attacks[name] for name in ("before", "after", "retrained")}
        said = ", ".join(f"{n} {a['auc']:.2f}" for n, a in asked.items() if a)
        lines.append(f"Membership attack (AUC; .5 is guessing): {said}")
    return [*lines, str(told["says"])]


def succeed(
    old: Annotated[str, typer.Argument(help="The model that must be retrained or retired.")],
    new: Annotated[str, typer.Argument(help="The model that took its place, made without them.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """State, signed, that a model was retrained: closes what its licensee owes about it."""
    opened = yesand.open(house)
    from yesand.oversight.succeeding.services import succeed as state

    made = state(opened.place, old, new)
    tell(
        {"closed": [f.obligation_id for f in made], "old": old, "new": new},
        *(f"Stated and signed by {f.obligation.bearer.slug}: {f.statement}" for f in made),
        as_json=as_json,
    )
