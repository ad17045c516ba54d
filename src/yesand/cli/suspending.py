"""``yesand suspend``, ``lift`` and ``suspensions``: stopping new use of a class of agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.agreements.suspending.suspension import Reach
from yesand.cli.output import AsJson, HouseFolder, tell
from yesand.cli.signing import By, proven
from yesand.kernel.clock import stamp
from yesand.kernel.errors import NotFound

if TYPE_CHECKING:
    from yesand.agreements.models import Suspension

Some = list[str] | None


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("suspend")(suspend)
    app.command("lift")(lift)
    app.command("suspensions")(suspensions)


def suspend(
    caller: Annotated[str, typer.Argument(help="Who calls it: a union, or producer.")],
    house: HouseFolder,
    by: By,
    reason: Annotated[str, typer.Option(help="Why, in a sentence that everybody here may read.")],
    union: Annotated[str, typer.Option(help="Only agreements of its members.")] = "",
    collective: Annotated[str, typer.Option(help="Only agreements that it covers.")] = "",
    template: Annotated[Some, typer.Option(help="Only agreements of this standard.")] = None,
    use_class: Annotated[Some, typer.Option(help="Only for this use class.")] = None,
    purpose: Annotated[Some, typer.Option(help="Only for this purpose.")] = None,
    licensee: Annotated[Some, typer.Option(help="Only for this licensee.")] = None,
    as_json: AsJson = False,
) -> None:
    """Stop new use of a class of agreements: the very next decision obeys."""
    place = yesand.open(house).place
    from yesand.agreements.collective.services import named
    from yesand.agreements.suspending import services
    from yesand.people.services import organisation

    told = {
        "union": union,
        "collective": named(collective).digest if collective else "",
        "templates": template or [],
        "use_classes": use_class or [],
        "purposes": purpose or [],
        "licensees": licensee or [],
    }
    reach = Reach.parse(told)
    made, new = services.suspend(place, organisation(caller), reach, reason, proven(by))
    said = f"as of {stamp(made.at)} (log entry {made.entry_id})" if new else "already"
    tell({**_told(made), "new": new}, f"{made.cause}: suspended {said}.", as_json=as_json)


def lift(
    digest: Annotated[str, typer.Argument(help="The suspension's digest, or how it begins.")],
    house: HouseFolder,
    by: By,
    reason: Annotated[str, typer.Option(help="If you wish to say why.")] = "",
    as_json: AsJson = False,
) -> None:
    """End a suspension: the very next decision may permit again."""
    place = yesand.open(house).place
    from yesand.agreements.suspending import services

    found = _named(digest)
    new = services.lift(place, found, proven(by), reason)
    tell(
        {"suspension": found.digest, "new": new},
        "Lifted." if new else "It was lifted already.",
        as_json=as_json,
    )


def suspensions(house: HouseFolder, as_json: AsJson = False) -> None:
    """List what is suspended, and what was."""
    yesand.open(house)
    from yesand.agreements.models import Suspension

    rows = list(Suspension.objects.select_related("by", "lifting"))
    lines = [
        f"{row.digest[:12]}  {row.cause} called by {row.by} ({row.by.slug}), {row.at:%Y-%m-%d}"
        f"{', lifted' if row.lifted else ''}: {Reach.parse(row.reach)}. {row.reason}"
        for row in rows
    ]
    told = {"suspensions": [_told(row) for row in rows]}
    tell(told, *(lines or ["Nothing is suspended."]), as_json=as_json)


def _told(row: Suspension) -> dict[str, Any]:
    return {
        "suspension": row.digest,
        "cause": row.cause,
        "by": row.by.slug,
        "at": stamp(row.at),
        "reach": row.reach,
        "reason": row.reason,
        "lifted": row.lifted,
    }


def _named(digest: str) -> Suspension:
    from yesand.agreements.models import Suspension

    rows = list(Suspension.objects.filter(digest__startswith=digest.lower())[:2])
    if not digest or len(rows) != 1:
        raise NotFound("No such suspension, or more than one", where=digest)
    return rows[0]
