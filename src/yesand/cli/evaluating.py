"""``yesand affect evaluate``: any model's predictions, scored as a run here is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.affect import group
from yesand.cli.output import AsJson, show, table, tell
from yesand.cli.training import scores_line
from yesand.kernel import durable
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.affect.evaluating.known import Beside
    from yesand.affect.evaluating.predictions import Predictions
    from yesand.affect.evaluating.scores import Evaluation

_SHOWN = 20


def add_to(_: typer.Typer) -> None:
    """Nothing more: the command joins ``yesand affect``."""


@group.command()
def evaluate(
    predictions: Annotated[
        Path, typer.Argument(help="A CSV: take, performer, label, one column for each emotion.")
    ],
    house: Annotated[
        Path | None,
        typer.Option("--house", "-H", help="Where the takes are; none: the file says all."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("report.html"),
    groups: Annotated[
        list[str] | None, typer.Option("--group", help="A column that is a group, e.g. dialect.")
    ] = None,
    space: Annotated[
        str, typer.Option(help="The space of the columns, for takes of other corpora.")
    ] = "",
    into: Annotated[str, typer.Option(help="Compare corpora in this space, e.g. ekman.")] = "",
    as_json: AsJson = False,
) -> None:
    """Score any model's predictions, the worst performer first, with a report to read."""
    from yesand.affect.evaluating.predictions import Unfit

    try:
        card = _card(predictions, house, groups or [], space, into)
    except Unfit as fault:
        if not as_json:
            table("Cannot be scored", [">row", "why"], fault.bad[:_SHOWN])
            if len(fault.bad) > _SHOWN:
                show(f"{len(fault.bad) - _SHOWN:,} more: --json")
        raise
    masks = card.pop("masks")
    from yesand.training.card import renamed
    from yesand.training.reporting import report

    how = "Speaker-independent" if card.pop("held_out") else "As the file gives them"
    told = {**card, "scores": renamed(card["scores"], masks)}
    durable.write(out, report(told, f"How well it reads emotion: {predictions.stem}").encode())
    lines = [scores_line(card["scores"], how), *_asides(card), f"Report: {out}"]
    tell({**card, "report": str(out)}, *lines, as_json=as_json)


def _card(
    path: Path, house: Path | None, groups: Sequence[str], space: str, into: str
) -> dict[str, Any]:
    """Return what the report is made from, and the names that it gives to performers."""
    from yesand.affect.evaluating.predictions import read

    if bool(space) != bool(into):
        raise BadInput(
            "Corpora are compared from one space into another",
            remedy="Name --space (of the columns) and --into (e.g. ekman) together.",
        )
    if house is None:
        found = read(path, groups, abroad=bool(into))
        return {**_scored(found, found.people, found.beside(), space, into), "masks": {}}
    place = yesand.open(house).place
    from yesand.affect.evaluating.corpora import person_of
    from yesand.affect.evaluating.services import known, lookup
    from yesand.takes.crediting.masking.services import pseudonyms

    found = read(path, groups, abroad=bool(into), lookup=lookup())
    of_house = known(found.takes, found.labels).of(found.takes, found.labels)
    beside = found.beside(of_house)
    masks = pseudonyms(place, found.performers)
    if into:  # a performer is one person in one corpus there
        masks = {
            person_of(corpus, who): person_of(corpus, masks.get(who, who))
            for corpus, who in zip(found.corpora or (), found.performers, strict=False)
        }
    return {**_scored(found, found.performers, beside, space, into), "masks": masks}


def _scored(
    found: Predictions, people: Sequence[str], beside: Beside, space: str, into: str
) -> dict[str, Any]:
    from yesand.affect.evaluating import evaluate as judge
    from yesand.affect.evaluating.corpora import abroad

    if not into:
        made: Evaluation = judge(found.probability, found.label, people, found.labels, beside)
        told = {"scores": made.as_json(), "scored_how": _how(found), "marks": []}
        return {"held_out": bool(found.folds), **told}
    if not found.corpora:
        raise BadInput("No column 'corpus'", remedy="Name each take's corpus, e.g. ravdess.")
    crossing = abroad(
        found.probability, space, found.given, found.corpora, found.performers, into, found.labels
    )  # fmt: skip
    return {
        "held_out": bool(found.folds),
        "scores": crossing.scores.as_json(),
        "scored_how": f"{_how(found)}; in the words of {into}",
        "marks": [],
        "abroad": [one.as_json() for one in crossing.corpora],
    }


def _how(found: Predictions) -> str:
    if found.folds:
        return "folds by performer, as the file gives them: nobody is in two"
    return "as the file gives them; whom the model was trained on is not known here"


def _asides(card: dict[str, Any]) -> list[str]:
    scores = card["scores"]
    ends = scores["intervals"].get("uar")
    lines = [f"UAR, 95 % by performers: {ends[0]:.1%} to {ends[1]:.1%}"] if ends else []
    lines += [
        f"By {name}: " + ", ".join(f"{part} {one['uar']:.1%}" for part, one in parts.items())
        for name, parts in scores["groups"].items()
        if len(parts) > 1
    ]
    if (heard := scores["heard"]) and heard["model"] is not None:
        lines.append(
            f"Beside people: says what most other raters hear in {heard['model']:.1%}, "
            f"one rater in {heard['one_rater']:.1%}, always the same in {heard['constant']:.1%}"
        )
    lines += [
        f"{one['corpus']}: UAR {one['scores']['uar']:.1%}, {one['left_out']:,} takes left out "
        "whose label has no counterpart"
        for one in card.get("abroad", ())
    ]
    return lines
