"""``yesand close``, ``exceptions``, ``reconcile`` and ``recompute``: a month from end to end."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, progressing, tell
from yesand.cli.payouts import producer
from yesand.cli.royalties import OnEstimates
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.money import Money

Month = Annotated[str, typer.Argument(help="The month, e.g. 2026-10.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("close")(close)
    app.command("exceptions")(exceptions)
    app.command("reconcile")(reconcile)
    app.command("recompute")(recompute)


def close(
    period: Month,
    house: HouseFolder,
    check: Annotated[bool, typer.Option("--check", help="Only look; change nothing.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who closes it; asked for the password.")] = "",
    on_estimates: OnEstimates = False,
    as_json: AsJson = False,
) -> None:
    """Look at everything that bears on a month; settle it and bill it."""
    place = yesand.open(house).place
    from yesand.royalties.closing import services

    month = Period.parse(period)
    checks = services.checked(place, month)
    told = [
        {"check": str(c.name), "standing": c.standing.value, "said": str(c.said)} for c in checks
    ]
    lines = [f"{t['standing']:>11}  {t['check']}: {t['said']}" for t in told]
    may = services.may_settle(checks)
    if check:
        tell({"period": period, "may_settle": may, "checks": told}, *lines, as_json=as_json)
        if not may:
            raise Refused(f"{period} cannot be settled", remedy="See what is in the way.")
        return
    if not by:
        raise BadInput("Say who closes it", where="--by", remedy="Or only look, with --check.")
    producer(by)
    with progressing("Settling", as_json=as_json) as progress:
        said = services.close(place, month, progress, on_estimates)
    tell({"period": period, "checks": told, "said": said}, *lines, said, as_json=as_json)


def exceptions(house: HouseFolder, as_json: AsJson = False) -> None:
    """List what waits for a person: escrow, held, came back, unmatched."""
    place = yesand.open(house).place
    from yesand.royalties.closing.queueing.services import exceptions as waiting

    rows = [
        {"kind": str(w.kind), "said": str(w.said), "amount": str(w.money) if w.money else ""}
        for w in waiting(place)
    ]
    lines = [f"{r['kind']}: {r['said']} {r['amount']}".rstrip() for r in rows]
    tell({"exceptions": rows}, *(lines or ["Nothing waits."]), as_json=as_json)


def reconcile(house: HouseFolder, as_json: AsJson = False) -> None:
    """Tell whether statements, ledger, payouts, what is held and what is carried agree."""
    yesand.open(house)
    from yesand.royalties.reconciling.figures import agree
    from yesand.royalties.reconciling.services import reconciled

    rows = reconciled()
    told = [{**asdict(row), "difference": row.difference} for row in rows]
    lines = [_line(row) for row in told] or ["Nothing was posted."]
    tell({"agree": agree(rows), "currencies": told}, *lines, as_json=as_json)
    if not agree(rows):
        raise CheckFailed(
            "The books do not agree", remedy="See the difference, and `yesand check`."
        )


def recompute(period: Month, house: HouseFolder, as_json: AsJson = False) -> None:
    """Compute all statements of a month again from signed inputs; name the first difference."""
    place = yesand.open(house).place
    from yesand.royalties.reconciling.recomputing.services import recompute as again

    with progressing("Computing", as_json=as_json) as progress:
        said = again(place, Period.parse(period), progress)
    tell({"period": period, "said": said}, said, as_json=as_json)


def _line(row: dict[str, object]) -> str:
    names = ("statements", "ledger", "paid", "pending", "held", "payable", "carried", "difference")
    return ", ".join(f"{name} {Money(str(row['currency']), int(str(row[name])))}" for name in names)
