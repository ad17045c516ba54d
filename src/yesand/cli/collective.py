"""``yesand union``, ``belong``, ``collectives``, ``propose-collective``, ``sign-collective``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, Line, styled, tell
from yesand.cli.signing import By, proven
from yesand.kernel.errors import Refused

if TYPE_CHECKING:
    from yesand.agreements.models import Collective

Union = Annotated[str, typer.Argument(help="The union's short name.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("union")(union)
    app.command("belong")(belong)
    app.command("collectives")(collectives)
    app.command("propose-collective")(propose)
    app.command("sign-collective")(sign)


def union(
    slug: Union,
    house: HouseFolder,
    name: Annotated[str, typer.Option(help="Its full name.")],
    as_json: AsJson = False,
) -> None:
    """Enter a union, with a key of its own. Then: `yesand account NAME --role union`."""
    place = yesand.open(house).place
    from yesand.people.models import Organisation
    from yesand.people.services import found

    made = found(place, slug, name, Organisation.Kind.UNION)
    tell(
        {"union": made.slug, "public_key": made.public_key},
        f"{made.name}: key {made.public_key[:16]}…",
        as_json=as_json,
    )


def belong(
    slug: Union,
    house: HouseFolder,
    by: By,
    leave: Annotated[bool, typer.Option(help="No longer belong to it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say that one belongs to a union, so that its floor and its strikes reach one's agreements."""
    place = yesand.open(house).place
    from yesand.agreements.collective.membership.services import say
    from yesand.people.models import Performer
    from yesand.people.services import organisation

    performer = Performer.objects.filter(user=proven(by)).first()
    if performer is None:
        raise Refused("Only a performer belongs to a union, and says so themself", where=by)
    new = say(place, performer, organisation(slug), member=not leave)
    said = "no longer belongs" if leave else "belongs"
    tell(
        {"performer": performer.handle, "union": slug, "belongs": not leave, "new": new},
        f"{performer} {said} to {slug}{'' if new else ' already'}.",
        as_json=as_json,
    )


def collectives(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the collective agreements with the floors that they set."""
    yesand.open(house)
    from yesand.agreements.models import Collective

    rows = list(Collective.objects.select_related("union"))
    lines = [line for row in rows for line in _lines(row)]
    told = {"collectives": [_told(row) for row in rows]}
    tell(told, *(lines or ["There is none yet: `yesand propose-collective`."]), as_json=as_json)


def propose(
    slug: Union,
    words: Annotated[
        Path, typer.Argument(help="JSON: title, begins, ends, floor, use_classes, everyone.")
    ],
    house: HouseFolder,
    by: By,
    follows: Annotated[
        str, typer.Option(help="The collective agreement whose place it takes.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Propose a collective agreement, signed by the side that one sits for."""
    place = yesand.open(house).place
    from yesand.agreements.collective import services
    from yesand.people.services import organisation

    before = services.named(follows) if follows else None
    told, found = json_object(words, "a collective agreement"), organisation(slug)
    made = services.propose(place, told, proven(by), union=found, supersedes=before)
    tell(_told(made), *_lines(made), as_json=as_json)


def sign(
    digest: Annotated[str, typer.Argument(help="Its digest, or how it begins.")],
    house: HouseFolder,
    by: By,
    as_json: AsJson = False,
) -> None:
    """Sign what the other side proposed: from then on no offer goes below its floor."""
    place = yesand.open(house).place
    from yesand.agreements.collective import services

    made, new = services.countersign(place, services.named(digest), proven(by))
    said = "Signed by both sides." if new else "It was signed already."
    tell({**_told(made), "new": new}, *_lines(made), said, as_json=as_json)


def _told(row: Collective) -> dict[str, Any]:
    from yesand.agreements.collective.services import standing

    return {
        "collective": row.digest,
        "union": row.union.slug,
        "signed_by_both": standing(row),
        **row.words,
    }


def _lines(row: Collective) -> Iterator[Line]:
    from yesand.agreements.collective.floor import in_words
    from yesand.agreements.collective.services import standing

    state = "signed by both" if standing(row) else f"proposed by the {row.proposed_by}"
    yield styled("[bold]{}[/] ({}, {}), union: {}", row, row.digest[:12], state, row.union.slug)
    yield from (f"  {in_words(name, limit)}" for name, limit in row.words["floor"].items())
