"""Every article has a drawing of its own, which says in words what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

import yesand
from yesand.newsroom import drawing, services
from yesand.newsroom.content import Content, content
from yesand.newsroom.drawing import exchange, of_figures, ridges, ripples, strands
from yesand.newsroom.drawing.dice import Dice
from yesand.newsroom.models import Article, Picture
from yesand.newsroom.reporting.figure import Figure, Part
from yesand.people.models import User


def changed(what: Content, **more: Any) -> Content:
    return content({**what.as_json(), **more})


def figure(name: str, value: int | None) -> Figure:
    row = Part(label=name, value=value)
    return Figure(name=name, title=name.title(), definition="", parts=(row,), query="")


def test_the_same_words_give_the_same_picture_and_others_another(what: Content) -> None:
    one = drawing.of_words(what.words)
    assert one == drawing.of_words(what.words)
    others = {drawing.of_words(changed(what, dek=f"{n}").words).svg for n in range(40)}
    assert len(others) == 40 and one.svg not in others
    assert changed(what, tags=["other"]).words == what.words


@pytest.mark.parametrize("motif", [strands, ripples, ridges, exchange])
def test_a_motif_is_well_formed_and_tells_what_it_shows(motif: Any) -> None:
    for n in range(5):
        made = motif.drawn(Dice(f"{n}"))
        root = ET.fromstring(made.svg)
        assert root.get("aria-label") == made.alt and 20 < len(made.alt) < 500
        assert len(made.svg) < 100_000 and "script" not in made.svg
        number = next(word for word in made.alt.split() if word.isdigit())
        drawn = {
            strands: len([p for p in root.iter() if p.tag.endswith("}g")]) - 1,
            ripples: len([p for p in root.iter() if p.tag.endswith("}path")]),
            ridges: len([p for p in root.iter() if p.get("fill") == "none"]),
            exchange: len([p for p in root.iter() if p.tag.endswith("}circle")]),
        }[motif]
        assert drawn == int(number)


def test_a_reports_picture_is_its_figures() -> None:
    few = [figure("takes", 9), figure("money", 999), figure("hidden", None), figure("none", 0)]
    made = of_figures.drawn("2026-10", few)
    root = ET.fromstring(made.svg)
    arcs = [p for p in root.iter() if p.get("stroke-width") == "11"]
    assert len(arcs) == 2 and "stroke-dasharray" in made.svg
    assert "4 arcs" in made.alt and "The longest is “Money”. Dashed arcs are withheld." in made.alt
    more = of_figures.drawn("2026-10", [figure("takes", 10), *few[1:]])
    assert more.svg != made.svg
    # What corrections took back is as large as what is earned, and no reason to draw nothing.
    back = of_figures.drawn("2026-10", [figure("takes", -10), *few[1:]])
    assert back.svg == more.svg
    quiet = of_figures.drawn("2026-10", [figure("takes", 0)])
    assert "longest is" not in quiet.alt and "withheld" not in quiet.alt


def test_the_drawing_follows_the_words_until_readers_have_seen_it(
    house: yesand.House, what: Content, producer: User
) -> None:
    place = house.place
    article = services.draft(place, services.illustrated(place, what), producer)

    def said(article: Article) -> Content:
        article.refresh_from_db()
        return services.content_of(article)

    first = said(article)
    services.revise(place, article, changed(first, dek="Other."), first.digest)
    second = said(article)
    assert first.image and second.image and first.image.sha256 != second.image.sha256
    assert second.image.alt == drawing.of_words(second.words).alt
    assert Picture.objects.filter(sha256=second.image.sha256).exists()
    own = {**second.image.model_dump(), "alt": "My own words."}
    services.revise(place, article, changed(second, dek="Third.", image=own), second.digest)
    third = said(article)
    assert third.image and third.image.alt == "My own words."
    services.approve(place, article, producer, third.digest)
    services.publish(place, article, producer)
    services.revise(place, article, changed(third, dek="Fourth."), third.digest)
    assert said(article).image == third.image


def test_a_chosen_picture_stays(house: yesand.House, what: Content, producer: User) -> None:
    from yesand.newsroom.opening.services import HERE

    (png,) = HERE.glob("*.png")
    name = services.picture(house.place, png.read_bytes())
    chosen = changed(what, image={"sha256": name, "alt": "A card."})
    article = services.draft(house.place, chosen, producer)
    services.revise(house.place, article, changed(chosen, dek="Other."), chosen.digest)
    article.refresh_from_db()
    assert services.content_of(article).image == chosen.image
