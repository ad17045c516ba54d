"""``yesand article`` and ``yesand transparency``: what the newsroom writes, from the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, tell
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from yesand.kernel.place import Place
    from yesand.newsroom.content import Content
    from yesand.newsroom.models import Article

Approver = Annotated[
    str | None, typer.Option("--publish-as", help="Approve and publish it, as this producer.")
]


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("article")(article)
    app.command("transparency")(transparency)


def article(
    file: Annotated[Path, typer.Argument(help="A manuscript; or, to summarise, a source's text.")],
    house: HouseFolder,
    summarise: Annotated[
        bool, typer.Option("--summarise", help="The file is a source: choose its sentences.")
    ] = False,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Let the language model of this house summarise.")
    ] = False,
    title: Annotated[str, typer.Option(help="The article's title.")] = "",
    url: Annotated[str, typer.Option(help="Where the source stands.")] = "",
    publisher: Annotated[str, typer.Option(help="Who published the source.")] = "",
    sentences: Annotated[int, typer.Option(min=1, max=30, help="How many to choose.")] = 6,
    publish_as: Approver = None,
    as_json: AsJson = False,
) -> None:
    """Put an article on the desk: a manuscript as it is, or a summary of a source."""
    place = yesand.open(house).place
    from yesand.newsroom import manuscript, services

    text = _text(file)
    if not (summarise or with_model):
        what = services.illustrated(place, manuscript.parse(text))
        made = services.draft(place, what, None)
    else:
        what, kept = _summary(text, title or file.stem, url, publisher, sentences, with_model)
        what = services.illustrated(place, what)
        made = services.draft(place, what, None, material=[kept])
    _told(place, made, publish_as, as_json)


def _summary(
    text: str, title: str, url: str, publisher: str, sentences: int, with_model: bool
) -> tuple[Content, dict[str, str]]:
    from yesand.heidi.endpoint import Endpoint
    from yesand.newsroom.writing import extractive, language_model
    from yesand.newsroom.writing.material import material

    if not url:
        raise BadInput("A source needs its address", remedy="Give it with --url.")
    given = material(title, publisher, url, text)
    if with_model:
        what = language_model.summarise([given], Endpoint.told(), title=title)
    else:
        what = extractive.summarise([given], title=title, most=sentences)
    return what, {**given.source.model_dump(), "text": given.text}


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as fault:
        raise BadInput("That is no text in UTF-8", where=str(file)) from fault


def transparency(
    period: Annotated[str, typer.Argument(help="The month, as 2026-10.")],
    house: HouseFolder,
    publish_as: Approver = None,
    as_json: AsJson = False,
) -> None:
    """Compute a month's transparency report from this house's records, once; it is a draft."""
    place = yesand.open(house).place
    from yesand.newsroom.reporting.services import compute

    _told(place, compute(place, Period.parse(period)), publish_as, as_json)


def _told(place: Place, made: Article, publish_as: str | None, as_json: bool) -> None:
    from yesand.newsroom import services
    from yesand.people.models import User

    if publish_as is not None:
        user = User.objects.filter(username=publish_as, is_active=True).first()
        if user is None:
            raise NotFound("No account of that name", where=publish_as)
        if made.state != made.State.PUBLISHED:
            services.approve(place, made, user, services.content_of(made).digest)
        services.publish(place, made, user)
        made.refresh_from_db()
    where = "newsroom" if made.state == made.State.PUBLISHED else "newsroom/editorial"
    tell(
        {
            "slug": made.slug,
            "title": str(made),
            "state": made.state,
            "page": f"/{where}/{made.slug}/",
        },
        f"{made} is {made.state}.",
        f"[dim]look: /{where}/{made.slug}/[/]",
        as_json=as_json,
    )
