"""``yesand descent``, ``inherit`` and ``watch``: reliance that goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, styled, table, tell

if TYPE_CHECKING:
    from yesand.reliance.models import Look


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("descent")(descent)
    app.command("inherit")(inherit)
    app.command("watch")(watch)


def descent(
    model: Annotated[str, typer.Argument(help="The descendant's name, or its digest.")],
    house: HouseFolder,
    parents: Annotated[
        list[str], typer.Option("--from", help="A parent, as NAME or NAME=WEIGHT; repeat it.")
    ],
    how: Annotated[str, typer.Option(help="fine-tune, student or merge.")] = "fine-tune",
    declared: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="How much of it comes from them, in %: your word."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Enter from which models a model was made, signed and logged: reliance goes on in it."""
    opened = yesand.open(house)
    from yesand.training.descending.services import descend, model_named

    told = dict(_weighed(one) for one in parents)
    made = descend(
        opened.place,
        model_named(model),
        how,
        {model_named(name): weight for name, weight in told.items()},
        None if declared is None else round(declared * 1e7),
    )
    tell(
        {"model": made.model_id, "how": made.how, "entry": made.entry_id, "parents": list(told)},
        styled("[bold]{}[/] is a {} of {}", made.model.name, made.how, ", ".join(told)),
        f"Next: yesand inherit {made.model.name} --house {house}",
        as_json=as_json,
    )


def inherit(
    model: Annotated[str, typer.Argument(help="The descendant's name, or its digest.")],
    house: HouseFolder,
    folder: Annotated[
        Path | None, typer.Option(help="A fine-tune of ours: its folder; measures it.")
    ] = None,
    parent_folder: Annotated[Path | None, typer.Option(help="And its parent's folder.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="A CSV of its answers: query, then a column an emotion.")
    ] = None,
    parent_answers: Annotated[Path | None, typer.Option(help="The parent's, likewise.")] = None,
    unrelated: Annotated[
        list[Path] | None, typer.Option(help="Those of a model unrelated to both; two or more.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Pass the parents' shares on: measured from folders, bounded by answers, else as declared."""
    opened = yesand.open(house)
    from yesand.kernel.errors import BadInput
    from yesand.training.descending.services import model_named

    found = model_named(model)
    if (folder is None) != (parent_folder is None) or (answers is None) != (parent_answers is None):
        raise BadInput("Give the descendant's and the parent's", where="inherit")
    if folder is not None and parent_folder is not None:
        from yesand.reliance.descendants.measuring.services import measure

        with progressing("Measuring through both trainings", as_json=as_json) as progress:
            report = measure(opened.place, found, folder, parent_folder, progress=progress)
    else:
        from yesand.reliance.descendants.services import bound
        from yesand.reliance.descendants.services import inherit as passed_on

        bounds: tuple[Any, ...] = ()
        if answers is not None and parent_answers is not None:
            bounds = bound(answers, parent_answers, unrelated or [])
        report = passed_on(opened.place, found, *bounds)
    _told(report, as_json=as_json)


def watch(
    house: HouseFolder,
    keep: Annotated[
        Path | None,
        typer.Option(help="A network's folder: keep its tangents, so that any mix has shares."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look whether usage has moved away from what reports were asked; a new one may be due."""
    opened = yesand.open(house)
    from yesand.reliance.watching.services import serving
    from yesand.royalties.mixing.services import passed_over
    from yesand.royalties.mixing.services import watch as look

    if keep is not None:
        _keep(opened, keep)
    seen = look(opened.place)
    over = passed_over(seen)
    nobody = () if serving().exists() else ("No model is in service.",)
    if not as_json and seen:
        columns = ["model", ">uses", ">moved", ">by chance", "report"]
        table("Usage beside the reports that pay", columns, [_row(one) for one in seen])
    fields = (
        "model_id",
        "report_id",
        "events",
        "mix",
        "moved_ppb",
        "noise_ppb",
        "due",
        "indicated",
    )
    tell(
        {
            "looks": [{name: getattr(one, name) for name in fields} for one in seen],
            "passed_over": over,
        },
        f"Models looked at: {len(seen)}; reports due: {sum(bool(one.due) for one in seen)}.",
        *nobody,
        *(styled("{} was not looked at: {}.", name, why) for name, why in over.items()),
        as_json=as_json,
    )


def _row(one: Look) -> list[str]:
    fate = f"due: {one.due}" if one.due else "stands"
    figures = _percent(one.moved_ppb), _percent(one.noise_ppb)
    return [one.model.name, f"{one.events:,}", *figures, fate]


def _keep(opened: yesand.House, folder: Path) -> None:
    from yesand.kernel.errors import Refused
    from yesand.reliance import inputs
    from yesand.reliance.report import signed
    from yesand.reliance.services import names_of
    from yesand.reliance.watching.services import lean_of_network, standing
    from yesand.training.services import registered

    model = registered(opened.place, folder)
    report = standing(model)
    if report is None:
        raise Refused("No report of it sets shares yet", where=model.name)
    mix = signed(report.envelope).get("mix")
    given = inputs.read(folder, model.digest, mix, names_of(opened.place, model))
    lean_of_network(opened.place, report, given)


def _weighed(told: str) -> tuple[str, float | None]:
    from yesand.kernel.errors import BadInput

    name, equals, weight = told.partition("=")
    try:
        return name, float(weight) if equals else None
    except ValueError as fault:
        raise BadInput("A parent's weight is a number", where=told) from fault


def _told(report: Any, *, as_json: bool) -> None:
    from yesand.reliance.report import signed

    told = signed(report.envelope)
    part = told["descent"]
    tell(
        {
            "report": report.digest, "method": report.method, "sets_shares": report.sets_shares,
            "reason": told["reason"], "descent": part, "shares": report.shares,
        },
        f"{_percent(part['part_ppb'])} of {report.model.name} comes from its parents "
        f"({_percent(part['low_ppb'])} to {_percent(part['high_ppb'])}), by {report.method}.",
        f"Report {report.digest[:16]}. {told['reason']}",
        as_json=as_json,
    )  # fmt: skip


def _percent(ppb: int | None) -> str:
    return "–" if ppb is None else f"{ppb / 1e7:.1f} %"
