"""``yesand offers``, ``offer``, ``counter``, ``sign``, ``decline``: agreeing as a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.agreements.odrl import reading
from yesand.agreements.terms import Terms
from yesand.cli.given import json_object
from yesand.cli.output import AsJson, HouseFolder, styled, table, tell
from yesand.cli.reading import Word, as_plain, conversation, lies, on_paper, read
from yesand.cli.signing import By, proven
from yesand.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from yesand.agreements.models import Offer

Number = Annotated[int, typer.Argument(help="The offer's number, as `yesand offers` lists it.")]
TermsFile = Annotated[
    Path, typer.Option("--terms", help="A JSON file of the terms that shall be other.")
]
Note = Annotated[str, typer.Option(help="What is said to the other side beside the terms.")]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("offers")(offers)
    app.command("offer")(offer)
    app.command("counter")(counter)
    app.command("sign")(sign)
    app.command("decline")(decline)
    app.command("lapse")(lapse)


def offers(
    house: HouseFolder,
    number: Annotated[int | None, typer.Argument(help="One, with every word said in it.")] = None,
    text: Annotated[bool, typer.Option(help="Every clause, not the summary alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is negotiated, or show one negotiation word by word."""
    yesand.open(house)
    from yesand.agreements.models import Offer

    if number is not None:
        _shown(_found(number), text=text, as_json=as_json)
        return
    rows = Offer.objects.select_related("performer").order_by("pk")
    listed = [(o.pk, o.performer.handle, o.template, _state(o)) for o in rows]
    if as_json or not listed:
        keys = ("number", "performer", "template", "state")
        told = [dict(zip(keys, row, strict=True)) for row in listed]
        tell({"offers": told}, "Nothing was offered yet: `yesand offer`.", as_json=as_json)
        return
    table("Offers", [">number", "performer", "agreement", ""], listed)


def offer(
    performer: Annotated[str, typer.Argument(help="The performer's handle.")],
    template: Annotated[str, typer.Argument(help="Such as standard/recognition.")],
    house: HouseFolder,
    by: By,
    terms: Annotated[
        Path | None,
        typer.Option(help="A JSON file of the terms that differ, or an ODRL agreement."),
    ] = None,
    stands_by: Annotated[str, typer.Option(help="none, counsel, union or guardian.")] = "none",
    language: Annotated[str, typer.Option(help="The language that is signed: en or de.")] = "en",
    variable: Annotated[
        list[str] | None, typer.Option("--set", help="What a template asks for: name=value.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Offer a performer an agreement, signed by the producer; not below a collective floor."""
    place = yesand.open(house).place
    from yesand.agreements.offering import services as offering
    from yesand.people.services import performer as named

    told = _terms_of(terms) if terms else {}
    found, user = named(performer), proven(by)
    values = dict(each.partition("=")[::2] for each in variable or [])
    rest: dict[str, Any] = {
        "stands_by": stands_by,
        "language": language,
        "variables": values,
        "terms": told,
    }
    made = offering.offer(place, found, template, user, **rest)
    tell(
        {"offer": made.pk, "performer": performer, "template": template},
        f"Offered: number {made.pk}. It waits for {found}'s answer.",
        as_json=as_json,
    )


def counter(
    number: Number,
    terms: TermsFile,
    house: HouseFolder,
    by: By,
    word: Word = "",
    note: Note = "",
    as_json: AsJson = False,
) -> None:
    """Answer the last word with other terms; by that one signs them for one's side."""
    place = yesand.open(house).place
    from yesand.agreements.negotiating import services as negotiating
    from yesand.agreements.negotiating.changing import changed
    from yesand.agreements.negotiating.steps.services import last

    found, told = _found(number), json_object(terms, "terms")
    if last(found) is None:
        raise BadInput("An offer of old is signed or declined", where=f"offer {number}")
    other, answers = changed(lies(found).terms, told, where=str(terms)), read(found, word) or ""
    made = negotiating.counter(place, found, other, proven(by), answers=answers, note=note)
    tell(
        {"offer": number, "step": made.digest, "party": made.party},
        f"Countered by the {made.party}: the other side answers.",
        as_json=as_json,
    )


def sign(
    number: Number, house: HouseFolder, by: By, word: Word = "", as_json: AsJson = False
) -> None:
    """Sign the last word of the other side; with that both have signed."""
    place = yesand.open(house).place
    from yesand.agreements.offering.services import signed

    found = _found(number)
    answers = read(found, word)
    made, new = signed(place, found, proven(by), answers)
    said = "Signed by both sides" if new else "It was signed already"
    tell(
        {"agreement": made.digest, "new": new},
        f"{said}: agreement {made.digest[:12]} (log entry {made.entry_id}).",
        as_json=as_json,
    )


def decline(number: Number, house: HouseFolder, by: By, as_json: AsJson = False) -> None:
    """Decline the other side's last word, or take one's own back."""
    place = yesand.open(house).place
    from yesand.agreements.offering.services import end

    found = _found(number)
    ended = end(place, found, proven(by))
    found.refresh_from_db()
    said = ("Declined." if found.declined else "Taken back.") if ended else "It was closed already."
    tell({"offer": number, "ended": ended}, said, as_json=as_json)


def lapse(house: HouseFolder, as_json: AsJson = False) -> None:
    """Close every negotiation that nobody has answered in time."""
    place = yesand.open(house).place
    from yesand.agreements.offering.services import lapse as close

    closed = close(place)
    tell({"lapsed": closed}, f"{closed} lapsed.", as_json=as_json)


def _found(number: int) -> Offer:
    from yesand.agreements.models import Offer

    found = Offer.objects.select_related("performer").filter(pk=number).first()
    if found is None:
        raise NotFound("No offer of that number", where=str(number), remedy="See `yesand offers`.")
    return found


def _terms_of(path: Path) -> dict[str, Any] | Terms:
    told = json_object(path, "terms")
    return reading.read(told).terms if told.get("@type") == "Agreement" else told


def _state(found: Offer) -> str:
    if found.agreement_id:
        return f"signed: {found.agreement_id[:12]}"
    if found.open or found.declined:
        return "waits" if found.open else "declined"
    ended = found.steps.order_by("-number").values_list("kind", flat=True).first()
    return str(ended) if ended else "closed"


def _shown(found: Offer, *, text: bool, as_json: bool) -> None:
    steps = list(found.steps.order_by("number"))
    state = {"offer": found.pk, "state": _state(found), "steps": list(map(as_plain, steps))}
    heading = "Signed" if found.agreement_id else "On the table"
    tell(
        state,
        *conversation(steps),
        "",
        styled("[bold]{}[/]", heading),
        *on_paper(found, whole=text),
        "",
        _state(found).capitalize() + ".",
        as_json=as_json,
    )
