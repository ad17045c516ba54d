"""``yesand performers``, ``account`` and ``invite``: who takes part, and who may sign in."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, styled, table, tell

ADDRESS = "http://127.0.0.1:8000"


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("performers")(performers)
    app.command("account")(account)
    app.command("invite")(invite)


def performers(house: HouseFolder, as_json: AsJson = False) -> None:
    """List the performers with their takes."""
    yesand.open(house)
    from django.db.models import Count

    from yesand.people.models import Performer

    found = Performer.objects.annotate(number=Count("takes")).order_by("handle")
    rows = [(p.handle, p.credit_name, p.number, "synthetic" if p.synthetic else "") for p in found]
    if as_json or not rows:
        listed = [
            {"handle": h, "credit_name": c, "takes": n, "synthetic": bool(s)} for h, c, n, s in rows
        ]
        tell({"performers": listed}, "Nobody has joined yet.", as_json=as_json)
        return
    table("Performers", ["handle", "credit name", ">takes", ""], rows)


def account(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    house: HouseFolder,
    role: Annotated[
        str, typer.Option(help="performer, producer, licensee, rater, auditor or union.")
    ],
    performer: Annotated[str | None, typer.Option(help="The performer's handle.")] = None,
    organisation: Annotated[str | None, typer.Option(help="The organisation's name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an account with a seat; the password is made here and shown once."""
    yesand.open(house)
    from yesand.people import services

    password = token_urlsafe(12)
    services.account(
        username,
        role,
        password,
        performer=services.performer(performer) if performer else None,
        organisation=services.organisation(organisation) if organisation else None,
    )
    tell(
        {"username": username, "role": role, "password": password},
        styled(
            "{} may sign in as {}. Password (shown once): [bold]{}[/]", username, role, password
        ),
        as_json=as_json,
    )


def invite(
    role: Annotated[
        str, typer.Argument(help="performer, producer, licensee, rater, auditor or union.")
    ],
    house: HouseFolder,
    performer: Annotated[str, typer.Option(help="The performer's handle.")] = "",
    credit_name: Annotated[str, typer.Option(help="How they are credited.")] = "",
    country: Annotated[str, typer.Option(help="Two letters, such as DE.")] = "",
    organisation: Annotated[str | None, typer.Option(help="The organisation's name.")] = None,
    days: Annotated[int, typer.Option(help="How long the link is open.")] = 14,
    address: Annotated[str, typer.Option(help="Where the house is served.")] = ADDRESS,
    as_json: AsJson = False,
) -> None:
    """Make a link by which one person joins, once; it is shown here and kept nowhere."""
    place = yesand.open(house).place
    from django.urls import reverse

    from yesand.people import services
    from yesand.people.joining.services import invite as invited

    made, secret = invited(
        place,
        role,
        organisation=services.organisation(organisation) if organisation else None,
        handle=performer,
        credit_name=credit_name,
        country=country,
        days=days,
    )
    link = address.rstrip("/") + reverse("join", args=[secret])
    until = f"{made.expires_at:%Y-%m-%d}"
    tell(
        {"role": role, "link": link, "until": until},
        styled("Who opens this link first joins as {} (until {}): [bold]{}[/]", role, until, link),
        as_json=as_json,
    )
