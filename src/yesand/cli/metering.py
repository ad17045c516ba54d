"""``yesand collect``, ``attest``, ``missing`` and ``payers``: is all usage in, and who says so."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, styled, tell
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period, instant, stamp
from yesand.kernel.errors import NotFound
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.royalties.attesting.attested import Difference


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("collect")(collect)
    app.command("attest")(attest)
    app.command("missing")(missing)
    app.command("estimate")(estimate)
    app.command("payers")(payers)


def collect(house: HouseFolder, as_json: AsJson = False) -> None:
    """Count the events that came by HTTP and wait; the worker and `settle` do it by themselves."""
    opened = yesand.open(house)
    from yesand.royalties.spooling.collecting.services import collect as collected

    reports = collected(opened.place)
    lines = [line for report in reports for line in report.lines()] or ["No event waits."]
    tell({"collected": [asdict(report) for report in reports]}, *lines, as_json=as_json)


def payers(
    month: Annotated[str, typer.Argument(help="The settled month, e.g. 2026-10.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Compute each payers' pool of a settled month again, from its table; say what it divides."""
    place = yesand.open(house).place
    from yesand.royalties.models import Settlement
    from yesand.royalties.payers.services import check_tables
    from yesand.royalties.redoing.services import settled_of

    period = str(Period.parse(month))
    row = Settlement.objects.filter(period=period).first()
    if row is None:
        raise NotFound(f"{period} is not settled", remedy=f"Settle it: yesand settle {period}")
    pools = settled_of(row).payers
    lines = list(check_tables(place, pools))
    for pool in pools:
        lines += [
            f"  {part.deployment}: {Money(pool.currency, part.micro)}; payers: {part.payers:,}"
            for part in pool.parts
        ]
    told = [pool.model_dump(mode="json") for pool in pools]
    empty = [f"{period}: no terms ask for payers' pools, or nobody named a payer."]
    tell({"period": period, "pools": told}, *(lines or empty), as_json=as_json)


def attest(
    licensee: Annotated[str, typer.Argument(help="Who attests, by its short name.")],
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    totals: Annotated[
        Path | None, typer.Option(help="Totals as JSON; none: as they were metered.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="All up to here was delivered; none: the month's end.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the signed attestation here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign a month's usage of a licensee: its totals, and up to when all was delivered."""
    place = yesand.open(house).place
    from yesand.people.services import organisation
    from yesand.royalties.attesting import services

    month = Period.parse(period)
    rows = _read(totals) if totals else None
    end = instant(until, where="--until") if until else None
    made = services.attest(place, organisation(licensee), month, rows, until=end)
    if out is not None:
        out.write_bytes(services.signed_bytes(made))
    differences = services.apart(place, made)
    told = {
        "attestation": made.digest,
        "licensee": licensee,
        "period": period,
        "until": stamp(made.until),
        "totals": made.totals,
        "supersedes": made.supersedes_id,
        "differences": [
            {**asdict(d.key), "attested": d.attested, "metered": d.metered} for d in differences
        ],
    }
    tell(
        told,
        styled("[bold]{}[/] attests {} as {}", licensee, period, made.digest[:16]),
        *(f"  {t['quantity']:,} × {t['unit']} of {t['deployment']}" for t in made.totals),
        *(
            f"  DIFFERS: {d.key}: {d.attested:,} attested, {d.metered:,} metered"
            for d in differences
        ),
        as_json=as_json,
    )


def missing(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Say which deployments lack usage or an attestation, and where the two differ."""
    place = yesand.open(house).place
    from yesand.royalties.attesting.missing.services import month

    found = month(place, Period.parse(period))
    lines = [str(row) for row in found.missing]
    told: list[dict[str, Any]] = []
    for row, differences in found.attested:
        for d in differences:
            told.append(
                {
                    "licensee": row.licensee.slug,
                    **asdict(d.key),
                    "attested": d.attested,
                    "metered": d.metered,
                }
            )
            lines.append(f"{period}, {row.licensee.slug}: {_said(d)}")
    tell(
        {"missing": [asdict(row) for row in found.missing], "differences": told},
        *(lines or [f"{period}: nothing is missing, and nothing differs."]),
        as_json=as_json,
    )


def estimate(
    period: Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Estimate what was used of deployments of which nothing came in; show what came since."""
    place = yesand.open(house).place
    from yesand.royalties.estimating import services
    from yesand.royalties.models import Estimate

    kept = list(Estimate.objects.filter(period=period).order_by("deployment"))
    proposed = services.propose(place, Period.parse(period))
    lines, told = [], []
    for one in proposed:
        lines.append(str(one))
        rows = [{**asdict(what), "quantity": quantity} for what, quantity in one.rows.items()]
        told.append({"deployment": one.deployment.name, "totals": rows, "months": one.months})
    changed = []
    for row in kept:
        for up in services.trued_up(place, row):
            changed.append({"deployment": row.deployment, "estimate": row.digest, **asdict(up)})
            lines.append(
                f"TRUED UP {period}, {row.deployment}: {up.reversed:,} × {up.what.unit} reversed, "
                f"{up.actual:,} really used ({up.difference:+,})"
            )
    tell(
        {"period": period, "estimates": told, "trued_up": changed},
        *(lines or [f"{period}: nothing to estimate."]),
        as_json=as_json,
    )


def _said(d: Difference) -> str:
    return f"{d.key}: {d.attested:,} attested, {d.metered:,} metered"


def _read(path: Path) -> Any:
    try:
        return parse(path.read_bytes(), where=str(path))
    except OSError as fault:
        raise NotFound(f"Cannot read: {fault.strerror}", where=str(path)) from fault
