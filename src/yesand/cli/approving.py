"""``yesand approve``, ``unapprove`` and ``approvals``: a performer's leave for single uses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.agreements.approving.words import Use
from yesand.agreements.asking import word
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.cli.output import AsJson, HouseFolder, tell
from yesand.cli.signing import By, proven
from yesand.kernel.clock import stamp
from yesand.kernel.errors import NotFound

if TYPE_CHECKING:
    from yesand.agreements.models import Approval

Named = Annotated[str, typer.Argument(help="The agreement's digest, or how it begins.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("approve")(approve)
    app.command("unapprove")(unapprove)
    app.command("approvals")(approvals)


def approve(
    agreement: Named,
    house: HouseFolder,
    by: By,
    licensee: Annotated[str, typer.Option(help="By whom, by their short name.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    use_class: Annotated[str, typer.Option(help="The kind of use.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day.")],
    as_json: AsJson = False,
) -> None:
    """Agree to one use where the terms have the performer asked for each."""
    place = yesand.open(house).place
    from yesand.agreements.approving import services
    from yesand.agreements.consent.services import agreement_named

    words = word(Purpose, purpose, "purpose"), word(UseClass, use_class, "use class")
    use = Use(licensee, *words, until.date())
    made, new = services.approve(place, agreement_named(agreement), use, proven(by))
    said = f"Agreed (log entry {made.entry_id})." if new else "That was agreed to already."
    tell({**_told(made), "new": new}, said, as_json=as_json)


def unapprove(
    approval: Annotated[str, typer.Argument(help="The approval's digest, or how it begins.")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Take leave for a single use back: the very next decision obeys."""
    place = yesand.open(house).place
    from yesand.agreements.approving import services
    from yesand.agreements.models import Approval

    rows = list(Approval.objects.filter(digest__startswith=approval.lower())[:2])
    if not approval or len(rows) != 1:
        raise NotFound("No such approval, or more than one", where=approval)
    new = services.end(place, rows[0], proven(by))
    said = "Taken back." if new else "It was taken back already."
    tell({"approval": rows[0].digest, "new": new}, said, as_json=as_json)


def approvals(agreement: Named, house: HouseFolder, as_json: AsJson = False) -> None:
    """List the single uses that a performer agreed to under an agreement."""
    yesand.open(house)
    from yesand.agreements.consent.services import agreement_named

    rows = list(agreement_named(agreement).approvals.select_related("licensee", "ending"))
    lines = [
        f"{row.digest[:12]}  {row.use_class} for {row.purpose} by {row.licensee}, until "
        f"{row.until}{', taken back' if row.ended else ''}"
        for row in rows
    ]
    told = {"approvals": [_told(row) for row in rows]}
    tell(told, *(lines or ["No single use was agreed to."]), as_json=as_json)


def _told(row: Approval) -> dict[str, Any]:
    return {
        "approval": row.digest,
        "agreement": row.agreement_id,
        "licensee": row.licensee.slug,
        "purpose": row.purpose,
        "use_class": row.use_class,
        "until": row.until.isoformat(),
        "at": stamp(row.at),
        "ended": row.ended,
    }
