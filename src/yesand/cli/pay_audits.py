"""``yesand pay-audit``: record an audit of what was paid, and read what was recorded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, Line, styled, table, tell
from yesand.cli.signing import By, proven
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_file
from yesand.kernel.money import Money

if TYPE_CHECKING:
    from yesand.royalties.models import Audit

group = typer.Typer(no_args_is_help=True, help="Audits of what was paid, and who bears their cost.")


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.add_typer(group, name="pay-audit")


@group.command()
def record(
    file: Annotated[Path, typer.Argument(help="The audit as JSON; docs/royalties.md has one.")],
    house: HouseFolder,
    by: By,
    document: Annotated[
        Path | None, typer.Option(help="The audit's report: its SHA-256 is recorded.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign, log and post an audit; the same again changes nothing."""
    place = yesand.open(house).place
    from yesand.people.models import Seat
    from yesand.royalties.auditing import services

    user, told = proven(by), json_object(file, "an audit")
    if not Seat.objects.filter(user=user, role__in=services.RECORDING).exists():
        raise Refused("Only producers and auditors record audits", where=by)
    if document is not None:
        if not document.is_file():
            raise NotFound("No such file", where=str(document))
        told["document"] = digest_file(document)
    made = services.record(place, told, user)
    tell(_told(made), _said(made), as_json=as_json)


@group.command("list")
def list_(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the audits that were recorded."""
    yesand.open(house)
    from yesand.royalties.models import Audit

    rows = list(Audit.objects.select_related("performer", "payer").order_by("at", "name"))
    if not as_json and rows:
        columns = ["name", "performer", "months", ">unpaid", ">cost", "borne by"]
        table("Audits of pay", columns, [_row(row) for row in rows])
    told = [_told(row) for row in rows]
    tell({"audits": told}, "" if rows else "None is recorded yet.", as_json=as_json)


@group.command()
def show(
    name: Annotated[str, typer.Argument(help="The audit's name.")],
    house: HouseFolder,
    out: Annotated[Path | None, typer.Option(help="Write the signed audit here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show an audit as it was signed; ``yesand verify`` checks the file elsewhere."""
    yesand.open(house)
    from yesand.kernel import durable
    from yesand.kernel.canonical import canonical
    from yesand.royalties.models import Audit

    row = Audit.objects.select_related("performer", "payer").filter(name=name).first()
    if row is None:
        raise NotFound("No audit of that name", where=name)
    if out is not None:
        durable.write(out, canonical(row.envelope))
    tell(_told(row), _said(row), as_json=as_json)


def _said(row: Audit) -> Line:
    from yesand.royalties.auditing.services import audit_of

    return styled("[bold]{}[/] {}", row.name, audit_of(row).why)


def _row(row: Audit) -> list[str]:
    who = row.payer.slug if row.payer_bears else "who asked for it"
    unpaid = Money(row.currency, row.unpaid_micro)
    return [
        row.name,
        row.performer.handle,
        f"{row.since} – {row.until}",
        str(unpaid),
        str(row.cost),
        who,
    ]


def _told(row: Audit) -> dict[str, object]:
    from yesand.royalties.auditing.services import audit_of

    audit = audit_of(row)
    return {"record": row.digest, "entry": row.entry_id, **audit.model_dump(mode="json")}
