"""``yesand tariff``: publish a table of prices, and read what is in force when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, styled, table, tell
from yesand.cli.signing import By, proven
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.royalties.tariffs.tariff import Tariff

group = typer.Typer(no_args_is_help=True, help="Tables of prices that agreements may name.")
Name = Annotated[str, typer.Argument(help="The tariff's name, e.g. film.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="tariff")


@group.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The version as JSON; docs/royalties.md has one.")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Sign and log a version of a tariff; the same again changes nothing."""
    place = yesand.open(house).place
    from yesand.people.models import Seat
    from yesand.royalties.tariffs import services

    user = proven(by)
    if not Seat.objects.filter(user=user, role=Seat.Role.PRODUCER).exists():
        raise Refused("Only a producer publishes prices", where=by)
    made = services.publish(place, json_object(file, "a tariff"), user)
    told = {"tariff": str(made), "effective": f"{made.effective}", "record": made.digest}
    said = styled("[bold]{}[/] is in force from {} (UTC)", str(made), f"{made.effective}")
    tell({**told, "entry": made.entry_id}, said, as_json=as_json)


@group.command("list")
def list_(house: HouseFolder, as_json: AsJson = False) -> None:
    """List every version of every tariff."""
    yesand.open(house)
    from yesand.royalties.models import TariffVersion

    rows = list(TariffVersion.objects.order_by("name", "version"))
    if not as_json and rows:
        shown = [[str(row), f"{row.effective}", row.digest[:12]] for row in rows]
        table("Tariffs", ["version", "in force from", "record"], shown)
    told = [{"tariff": str(r), "effective": f"{r.effective}", "record": r.digest} for r in rows]
    tell({"tariffs": told}, "" if rows else "None is published yet.", as_json=as_json)


@group.command()
def show(
    name: Name,
    house: HouseFolder,
    month: Annotated[str, typer.Option(help="As it prices that month, e.g. 2026-10.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the prices of a tariff: of its newest version, or of the one that prices a month."""
    yesand.open(house)
    from yesand.kernel.clock import Period
    from yesand.royalties.tariffs.services import tariff_of, versions
    from yesand.royalties.tariffs.tariff import standing

    every = [tariff_of(row) for row in versions(name)]
    found = standing(every, str(Period.parse(month))) if month else every[-1]
    if found is None:
        raise NotFound(
            f"No version of {name} is in force in {month}",
            where=name,
            remedy=f"The first takes effect on {every[0].effective}.",
        )
    if not as_json:
        title = f"{found.called}, from {found.effective}"
        table(title, ["into the pool", ">price"], _prices(found))
    tell(found.as_json(), as_json=as_json)


def _prices(tariff: Tariff) -> list[list[str]]:
    def money(micro: int) -> str:
        return str(Money(tariff.currency, micro))

    rows = [[f"each {unit}", money(micro)] for unit, micro in sorted(tariff.per_unit.items())]
    rows.append(["of declared revenue", f"{tariff.revenue_share_ppm / 10_000:g} %"])
    rows.append(["real time counts", f"{tariff.realtime_multiple_ppm / 1_000_000:g} ×"])
    rows.append(["each month in service", money(tariff.period_fee_micro)])
    return rows
