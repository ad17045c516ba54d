"""``yesand ask``: Heidi at the command line, as one of the house's accounts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, tell
from yesand.kernel.errors import NotFound


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("ask")(ask)


def ask(
    question: Annotated[str, typer.Argument(help="What you would like to know.")],
    house: HouseFolder,
    user: Annotated[str, typer.Option("--as", help="The account that asks.")],
    as_json: AsJson = False,
) -> None:
    """Ask Heidi as one of the accounts; what needs a click is done on the pages."""
    place = yesand.open(house).place
    from yesand.heidi.answering.services import answer
    from yesand.heidi.tools.asker import Asker
    from yesand.people.models import User

    account = User.objects.filter(username=user, is_active=True).first()
    if account is None:
        raise NotFound("No account of that name", where=user, remedy="Make one: `yesand account`.")
    reply, trace = answer(Asker.at(place, account), question)
    proposals = [wish.says for wish in reply.wishes]
    told = {
        "text": reply.text,
        **reply.cards(),
        "proposals": proposals,
        "tools": [call.tool for call in trace],
    }
    tell(told, *_lines(reply.text, told), as_json=as_json)


def _lines(text: str, told: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    lines = [escape(text)]
    lines += [f"  {escape(r['name'])}: {escape(r['value'])}" for r in told.get("rows", ())]
    lines += [f"  “{escape(q['text'])}” ({escape(q['title'])})" for q in told.get("quotes", ())]
    lines += [
        f"  To do this, confirm it on the page /heidi/: {escape(p)}" for p in told["proposals"]
    ]
    lines += [f"  {escape(link['label'])}: {link['address']}" for link in told.get("links", ())]
    return lines
