"""The way from earned to paid: tax tables, residence, directions, corrections, rates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, table, tell
from yesand.kernel.errors import BadInput

if TYPE_CHECKING:
    from yesand.royalties.instruments.models import Instrument

Performer = Annotated[str, typer.Argument(help="The performer's handle.")]
Since = Annotated[str, typer.Option("--from", help="From which day on, e.g. 2026-11-01.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("withholding")(withholding)
    app.command("residence")(residence)
    app.command("direct")(direct)
    app.command("correct")(correct)
    app.command("rates")(rates)


def withholding(
    house: HouseFolder,
    file: Annotated[Path | None, typer.Argument(help="A tax table (JSON) to enter.")] = None,
    as_json: AsJson = False,
) -> None:
    """Enter a table of the tax that a country has withheld; without one, list them."""
    place = yesand.open(house).place
    from yesand.royalties.instruments.services import from_file, issue

    if file is None:
        _list("tax-table", as_json=as_json)
        return
    made = issue(place, from_file(json_object(file, "a tax table"), file.name, "tax-table"))
    _said(made, as_json=as_json)


def residence(
    performer: Performer,
    country: Annotated[str, typer.Argument(help="ISO 3166-1 code of two letters.")],
    house: HouseFolder,
    form: Annotated[str, typer.Option(help="What certifies it, e.g. W-8BEN.")],
    since: Since,
    until: Annotated[str, typer.Option(help="Until which day it is good.")],
    as_json: AsJson = False,
) -> None:
    """Keep where a performer is resident for tax, as it was certified."""
    told = {"country": country, "form": form, "effective": since, "until": until}
    _issue_own(house, performer, "certificate", told, as_json=as_json)


def direct(
    performer: Performer,
    house: HouseFolder,
    since: Since,
    agent: Annotated[str | None, typer.Option(help="Whose part it is; '' ends it.")] = None,
    ppm: Annotated[int, typer.Option(help="The agent's part, in parts per million.")] = 0,
    payee: Annotated[
        str | None, typer.Option(help="A loan-out company or beneficiary; '' ends it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Direct a part of a performer's pay to an agent, or payouts to another payee."""
    if (agent is None) == (payee is None):
        raise BadInput("Name an agent or a payee, one of them", where="--agent, --payee")
    role, to = ("agent", agent) if agent is not None else ("payee", payee)
    told = {"role": role, "to": to, "ppm": ppm, "effective": since}
    _issue_own(house, performer, "direction", told, as_json=as_json)


def correct(
    month: Annotated[str, typer.Argument(help="The settled month, e.g. 2026-10.")],
    house: HouseFolder,
    why: Annotated[str, typer.Option(help="Why; statements say it.")],
    model: Annotated[str | None, typer.Option(help="The model (digest).")] = None,
    report: Annotated[str | None, typer.Option(help="Its right report (digest).")] = None,
    usage: Annotated[Path | None, typer.Option(help="The right usage (JSON).")] = None,
    as_json: AsJson = False,
) -> None:
    """Put a settled month right: the next settlement reverses its lines and states them again."""
    place = yesand.open(house).place
    from yesand.royalties.instruments.services import from_file
    from yesand.royalties.instruments.shapes import Correction
    from yesand.royalties.redoing import services

    told: dict[str, Any] = {"month": month, "effective": services.today(place), "why": why}
    told |= {"model": model, "report": report} if model or report else {}
    told |= json_object(usage, "usage") if usage else {}
    asked = from_file(told, "correction", "correction")
    assert isinstance(asked, Correction)
    _said(services.correct(place, asked), as_json=as_json)


def rates(
    file: Annotated[Path, typer.Argument(help="Exchange rates by day (JSON).")],
    house: HouseFolder,
    as_json: AsJson = False,
) -> None:
    """Enter exchange rates, for terms that are paid in one currency."""
    place = yesand.open(house).place
    from yesand.royalties.instruments.services import from_file, issue

    told = json_object(file, "a table of rates")
    _said(issue(place, from_file(told, file.name, "rates")), as_json=as_json)


def _issue_own(house: Path, handle: str, kind: str, told: dict[str, Any], *, as_json: bool) -> None:
    place = yesand.open(house).place
    from yesand.people import services as people
    from yesand.royalties.instruments.services import from_file, issue

    performer = people.performer(handle)
    whose = {"performer": handle, "performer_key": performer.public_key}
    _said(issue(place, from_file({**whose, **told}, kind, kind)), as_json=as_json)


def _list(kind: str, *, as_json: bool) -> None:
    from yesand.royalties.instruments.services import all_of, read

    found = [(row, read(row).model_dump(mode="json")) for row in all_of(kind)]
    if found and not as_json:
        shown = [[t["country"], t["effective"], t["name"], row.digest[:12]] for row, t in found]
        table("Tax tables", ["country", "from", "name", "record"], shown)
    said = f"{len(found)} table{'' if len(found) == 1 else 's'}."
    tell({"tables": [{"digest": row.digest, **t} for row, t in found]}, said, as_json=as_json)


def _said(made: Instrument, *, as_json: bool) -> None:
    told = {"digest": made.digest, "kind": made.kind, "effective": str(made.effective)}
    entry = made.entry_id
    tell({**told, "entry": entry}, f"Signed, entry {entry}: {made}", as_json=as_json)
