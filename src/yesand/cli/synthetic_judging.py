"""``yesand synth judge|curate``: what synthetic takes are worth, and which of them their price."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, styled, tell
from yesand.cli.synthetic import group
from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.synthetic.judging.services import Gathered

Batch = Annotated[str, typer.Argument(help="The batch's digest, or how it begins.")]


def add_to(app: typer.Typer) -> None:
    """Add these to the noun's commands."""
    group.command("judge")(judge)
    group.command("curate")(curate)


def judge(
    batch: Batch,
    house: HouseFolder,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("panel.html"),
    as_json: AsJson = False,
) -> int:
    """Judge a batch by the panel, beside other real actors. Exits with 1 if it is condemned."""
    found = _gathered(batch, house, as_json=as_json)
    from yesand.kernel import durable
    from yesand.synthetic.judging import page
    from yesand.synthetic.judging.panel import judge as judged

    panel = judged(found.case)
    told = panel.as_json()
    notes = [_SPLIT] if found.split else []
    durable.write(out, page.page(told, f"Synthetic takes {batch[:12]}, judged", notes).encode())
    verdict = "[green]Nothing condemns it[/]" if panel.passes else "[red]Condemned[/]"
    tell(
        {"batch": batch, "takes": len(found.made), "split": found.split, **told},
        styled(verdict + ": {} takes beside other real actors.", f"{len(found.made):,}"),
        *(f"  {f.name} ({f.space}): {f.says}" for f in panel.findings),
        *notes,
        f"The whole panel: {out}",
        as_json=as_json,
    )
    return 0 if panel.passes else 1


_SPLIT = (
    "There are no actors but those whom it descends from: what descends from half of them was "
    "judged, beside the other half."
)


def curate(
    batch: Batch,
    house: HouseFolder,
    budget: Annotated[str, typer.Option(help="For made takes, e.g. 200.00.")],
    human: Annotated[str, typer.Option(help="A performer's fee for a take, e.g. 12.00.")],
    royalty: Annotated[str, typer.Option(help="What a made take is expected to owe on.")],
    generation: Annotated[str, typer.Option(help="What making one costs.")] = "0.01",
    currency: Annotated[str, typer.Option(help="Of all four.")] = "EUR",
    replicas: Annotated[
        bool, typer.Option("--replicas", help="Their performers agreed to replicas: keep those.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("curated.json"),
    as_json: AsJson = False,
) -> None:
    """Choose the takes that show most for their price, and say how far a corpus may be made."""
    from yesand.kernel import durable
    from yesand.kernel.canonical import canonical
    from yesand.synthetic.curating.curve import Prices

    told_prices = {"--human": human, "--generation": generation, "--royalty": royalty}
    each = [_amount(currency, given, option) for option, given in told_prices.items()]
    money = Money(currency, _amount(currency, budget, "--budget", least=1))
    if money.micro < (made_for := each[1] + each[2]):
        raise BadInput(
            f"A budget of {money} buys nothing",
            where="--budget",
            remedy=f"A made take costs {Money(currency, made_for)}.",
        )
    found = _gathered(batch, house, as_json=as_json)
    from yesand.synthetic.curating import services

    made = services.curate(found, money.micro, Prices(*each), replicas=replicas)
    told = {"batch": batch, "currency": currency, **made.as_json()}
    durable.write(out, canonical(told))
    chosen = made.chosen
    left = ", ".join(f"{number} {name}" for name, number in chosen.left_out.items() if number)
    tell(
        told,
        f"{len(made.takes):,} takes for {Money(currency, chosen.spent)}; they show "
        f"{chosen.shows:.1%} of what others' takes would (at best {chosen.at_best:.1%} for that).",
        *([f"Left out: {left}."] if left else []),
        f"{Money(currency, money.micro - chosen.spent)} is left: the rest shows nothing more, or "
        "costs more than that.",
        f"Whether the batch is condemned, says yesand synth judge {batch} --house {house}.",
        made.curve.says,
        f"Takes and curve: {out}",
        as_json=as_json,
    )


def _amount(currency: str, given: str, option: str, least: int = 0) -> int:
    """Return an amount in micro-units, its option named where it is none."""
    try:
        micro = Money.of(currency, given).micro
    except BadInput as fault:
        raise BadInput(fault.what, where=option, remedy=fault.remedy) from fault
    if micro < least:
        raise BadInput(f"{given} is too little", where=option, remedy="Give more than nothing.")
    return micro


def _gathered(batch: str, house: Path, *, as_json: bool) -> Gathered:
    place = yesand.open(house).place
    from yesand.synthetic.judging.services import gathered
    from yesand.synthetic.services import find

    with progressing("Listening", as_json=as_json) as progress:
        return gathered(place, find(batch), progress, len(os.sched_getaffinity(0)))
