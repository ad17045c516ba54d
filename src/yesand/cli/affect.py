"""``yesand affect``: emotion spaces, ratings in and out, and how far raters agree."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.affect.spaces import (
    Categories,
    Dimensions,
    Relabelling,
    Rescaling,
    Space,
    mappings,
    space,
    spaces,
)
from yesand.cli.output import AsJson, HouseFolder, Line, progressing, show, styled, table, tell
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.affect.rating.report import RatingReport
    from yesand.affect.reliability.report import Reliability

group = typer.Typer(no_args_is_help=True, help="Emotion spaces, ratings, and their reliability.")
rate = typer.Typer(no_args_is_help=True, help="Ratings in and out, and gold.")
group.add_typer(rate, name="rate")
_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="affect")


@group.command("spaces")
def spaces_(
    name: Annotated[str, typer.Argument(help="One space, e.g. ravdess; none: all.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the emotion spaces, and what is lost between them; or show one."""
    shown = [space(name)] if name else list(spaces().values())
    ways = [m for m in mappings() if not name or shown[0] in (m.source, m.target)]
    told = {"spaces": [_space(one) for one in shown], "mappings": [_mapping(m) for m in ways]}
    if as_json:
        tell(told, as_json=True)
        return
    if name:
        show(*_described(shown[0]))
    else:
        rows = [(one.id, one.title, _size(one), one.source) for one in shown]
        table("Emotion spaces", ["space", "what", ">labels", "source"], rows)
    if ways:
        lost = [(f"{m.source.id} → {m.target.id}", *_lost(m)) for m in ways]
        table("What a mapping loses", ["mapping", ">bits", ">outside", "falls together"], lost)
    if any(isinstance(one, Dimensions) for one in shown):
        show(*_scales())


@rate.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV, or Label Studio's JSON.")],
    house: HouseFolder,
    space: Annotated[str, typer.Option(help="The labels' space where rows do not name it.")] = "",
    scale: Annotated[str, typer.Option(help="The axes' scale where rows do not name it.")] = "",
    modality: Annotated[str, typer.Option(help="voice, face or both, where rows do not say.")] = (
        "voice"
    ),
    form: Annotated[
        str, typer.Option("--format", help="csv or label-studio; none: by the name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take ratings in: every bad row is reported and kept, the rest comes in."""
    place = yesand.open(house).place
    from yesand.affect.rating.files import Defaults
    from yesand.affect.rating.services import import_ratings

    with progressing("Importing", as_json=as_json) as progress:
        report = import_ratings(
            place,
            file,
            how=form,
            defaults=Defaults(space, scale, modality),
            progress=progress,
        )
    _tell(report, "ratings", as_json=as_json)


@rate.command()
def gold(
    file: Annotated[Path, typer.Argument(help="A CSV with the columns take and label.")],
    house: HouseFolder,
    space: Annotated[str, typer.Option(help="The labels' space, e.g. crema-d.")],
    as_json: AsJson = False,
) -> None:
    """Set gold: takes of which it is agreed what they express; an empty label takes it back."""
    place = yesand.open(house).place
    from yesand.affect.golden.services import import_gold

    _tell(import_gold(place, file, space), "gold takes", as_json=as_json)


@rate.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; .json: for Label Studio.")],
    house: HouseFolder,
    space: Annotated[str, typer.Option(help="Only this space or scale, e.g. crema-d.")] = "",
    form: Annotated[
        str, typer.Option("--format", help="csv or label-studio; none: by the name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write all ratings, in the order in which they were logged."""
    yesand.open(house)
    from yesand.affect.rating.services import export_ratings
    from yesand.affect.spaces import space as named

    count, left_out = export_ratings(file, form, named(space).id if space else "")
    lost = f"; {left_out:,} traces have no place in this format" if left_out else ""
    tell(
        {"ratings": count, "traces_left_out": left_out},
        f"{count:,} ratings in {file}{lost}",
        as_json=as_json,
    )


@rate.command("next")
def next_(
    file: Annotated[Path, typer.Argument(help="Where to write; .json: tasks for Label Studio.")],
    house: HouseFolder,
    space: Annotated[str, typer.Option(help="The space to rate in, e.g. crema-d.")],
    modality: Annotated[str, typer.Option(help="voice, face or both.")] = "voice",
    rater: Annotated[str, typer.Option(help="For whom: without what they have rated.")] = "",
    count: Annotated[int, typer.Option(help="How many takes.")] = 20,
    enough: Annotated[int, typer.Option(help="Takes with so many raters are done.")] = 5,
    gold_every: Annotated[int, typer.Option(help="Every so many-th is gold; 0: none.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write which takes to have rated next: those whose next rating tells most, by hash alone."""
    place = yesand.open(house).place
    from yesand.affect.asking.services import ask, next_takes
    from yesand.affect.permission.services import accepted

    may = {take.sha256 for take in accepted(place.clock.now())}
    told = {"most": count, "enough": enough, "gold_every": gold_every}
    asked = next_takes(space, modality, rater=rater, among=may, **told)
    ask(file, asked, space, modality)
    rows = [{"take": a.take, "ratings": a.ratings, "bits": round(a.bits, 4)} for a in asked]
    bits = sum(a.bits for a in asked)
    tell(
        {"file": str(file), "takes": rows},
        f"{len(asked):,} takes in {file}; their next ratings are expected to tell {bits:.1f} bits",
        as_json=as_json,
    )


@rate.command()
def asked(
    house: HouseFolder,
    project: Annotated[str, typer.Option(help="Of this project's takes; none: of all.")] = "",
    ask: Annotated[str, typer.Option(help="From now on: emotions, axes, line; or house.")] = "",
    by: Annotated[str, typer.Option("--by", help="The producer who sets it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what the rating page asks, or set it (--ask, --by); again changes nothing."""
    place = yesand.open(house).place
    from yesand.affect.questions import services
    from yesand.affect.questions.questions import Questions
    from yesand.cli.payouts import producer

    about = services.named(project)
    if by and not ask:
        raise BadInput("Say what is asked from now on", where="--ask")
    if ask:
        told = None if ask == "house" else Questions.read(ask)
        services.ask(place, told, about, producer(by))
    found = services.of(about.pk if about else services.HOUSE, services.standing())
    whose = about.title if about else "The house"
    tell(
        {"project": project, "asked": str(found).split()},
        styled("{} asks for [bold]{}[/]", whose, ", ".join(str(found).split())),
        as_json=as_json,
    )


@group.command()
def reliability(
    house: HouseFolder,
    space: Annotated[str, typer.Option(help="Only this space or scale, e.g. crema-d.")] = "",
    modality: Annotated[str, typer.Option(help="Only voice, face or both.")] = "",
    soft: Annotated[
        Path | None, typer.Option(help="Write soft labels here; needs --space and --modality.")
    ] = None,
    into: Annotated[
        str, typer.Option(help="Carry soft labels over into this space, e.g. ekman.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Tell how far raters agree (Krippendorff's α), what each is worth, and who does not listen."""
    if soft is not None and not (space and modality):
        raise BadInput("Soft labels of what?", remedy="Name --space and --modality.")
    if into and soft is None:
        raise BadInput("Nothing to carry over", remedy="Name a file with --soft.")
    yesand.open(house)
    from yesand.affect.reliability.services import export_soft, reports, skippers

    found = reports(space, modality)
    number = 0 if soft is None else export_soft(soft, space, modality, into)
    unjudged = skippers()
    told = {
        "reliability": [one.as_json() for one in found],
        "leave_unjudged": [asdict(one) for one in unjudged],
    }
    if as_json or not found:
        tell(told, "Nobody has rated anything yet: yesand affect rate import", as_json=as_json)
    else:
        for one in found:
            _show(one)
    if not as_json:
        show(*(styled("[bold]{}[/] {}", one.rater, one.says) for one in unjudged))
    if soft is not None and not as_json:
        show(f"Soft labels of {number:,} takes in {soft}")


def _tell(report: RatingReport, what: str, *, as_json: bool) -> None:
    if not as_json and report.bad:
        table("Not taken", [">row", "why"], report.bad[:_SHOWN])
    tell(
        report.as_dict(),
        f"{report.file}: {report.new:,} {what} new, {report.known:,} known, "
        f"{len(report.bad):,} rows not taken",
        *([f"{len(report.bad) - _SHOWN} more: --json"] if len(report.bad) > _SHOWN else []),
        as_json=as_json,
    )


def _show(one: Reliability) -> None:
    rows = [
        (part.name, _figure(part.alpha), _between(part.low, part.high), f"{part.ratings:,}")
        for part in (*([one.overall] if one.overall.takes else []), *one.emotions, *one.axes)
        if part.takes
    ]
    title = f"{one.space} by {one.modality}: {one.people} rater{'s' * (one.people != 1)}"
    if rows:
        table(title, ["agreement on", ">α", ">95 %", ">ratings"], rows)
    else:
        show(f"{title}. No take has two raters, so how far they agree is not known yet.")
    people = [
        (
            r.rater,
            f"{r.ratings:,}",
            _figure(r.alpha),
            _between(r.low, r.high),
            _worth(one, r.rater),
            _confused(one, r.rater),
        )
        for r in sorted(one.raters, key=lambda r: (math.isnan(r.alpha), r.alpha))[:_SHOWN]
    ]
    if people:
        columns = ["rater", ">ratings", ">α with the rest", ">95 %", ">means it", "confuses"]
        table("Raters, the least agreeing first", columns, people)
    for axis, raters in one.bias.items():
        biases = [(r, f"{b:+.2f}", f"{n:.2f}") for r, (b, n) in list(raters.items())[:_SHOWN]]
        table(f"{axis}: each rater's bias and noise", ["rater", ">bias", ">noise"], biases)
    show(*(styled("[bold]{}[/] {}", c.rater, c.says) for c in one.careless))
    if one.repeated:
        show(f"{one.repeated:,} ratings judge a take again: only a rater's first counts here")
    if one.tied:
        show(f"{one.tied:,} ratings name two labels equally: they count in soft labels alone")


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def _between(low: float, high: float) -> str:
    return "–" if math.isnan(low) else f"{low:.2f} to {high:.2f}"


def _worth(one: Reliability, rater: str) -> str:
    return f"{one.competence[rater]:.0%}" if rater in one.competence else "–"


def _confused(one: Reliability, rater: str) -> str:
    if rater not in one.confuses:
        return ""
    right, said, share = one.confuses[rater]
    return f"{right} as {said} ({share:.0%})"


def _space(one: Space) -> dict[str, object]:
    told: dict[str, object] = {"space": one.id, "title": one.title, "source": one.source}
    if isinstance(one, Categories):
        return {**told, "labels": list(one.labels)}
    return {**told, "axes": list(one.axes), "low": one.low, "high": one.high, "step": one.step}


def _mapping(one: Relabelling) -> dict[str, object]:
    return {
        "from": one.source.id,
        "to": one.target.id,
        "basis": one.basis,
        "loss": one.loss().as_json(),
        "labels": dict(one.to),
    }


def _described(one: Space) -> Iterator[Line]:
    yield styled("[bold]{}[/] {}", one.id, one.title)
    yield f"  {one.source}"
    yield f"  {one.note}"
    if isinstance(one, Categories):
        yield f"  {', '.join(one.labels)}"
    else:
        step = f" in steps of {one.step:g}" if one.step else ""
        yield f"  {', '.join(one.axes)}: {one.low:g} to {one.high:g}{step}"


def _size(one: Space) -> str:
    return str(len(one.labels if isinstance(one, Categories) else one.axes))


def _lost(one: Relabelling) -> tuple[str, str, str]:
    loss = one.loss()
    groups = "; ".join(f"{', '.join(given)} → {t}" for t, given in loss.collapsed.items())
    return f"{loss.bits:.2f} of {loss.of_bits:.2f}", f"{loss.outside:.0%}", groups


def _scales() -> Iterator[Line]:
    scales = [one for one in spaces().values() if isinstance(one, Dimensions)]
    for one in scales:
        for other in scales:
            if one != other:
                way = Rescaling(one, other)
                yield (
                    f"{one.id} → {other.id}: rounds by at most {way.largest_error:.2%} "
                    f"of the range, typically {way.typical_error:.2%}"
                )
