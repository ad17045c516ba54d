"""Opening a newsroom: one article that came with the house, and the first transparency report."""

from __future__ import annotations

from pathlib import Path

from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.newsroom import manuscript, services
from yesand.newsroom.content import Content, content
from yesand.newsroom.models import Article, Version
from yesand.newsroom.reporting.services import compute

HERE = Path(__file__).parent
_ALT = (
    "Drawing: nine strands of sound spring from one point in the dark, swing wildly, calm down and "
    "become nine ruled lines of words."
)


def open_newsroom(place: Place, period: Period) -> list[Version]:
    """Publish the month's report and the article that came with the house. Again changes nothing.

    Nobody here has looked at either, and both say so.
    """
    (path,) = HERE.glob("*.md")
    known = Article.objects.filter(slug=path.stem).first()
    article = known or _brought(place, path)
    report = compute(place, period)
    return [
        found.versions.order_by("-number").first() or services.publish_unreviewed(place, found)
        for found in (report, article)
    ]


def _brought(place: Place, path: Path) -> Article:
    what = manuscript.parse(path.read_text("utf-8"))
    return services.draft(place, _pictured(place, path, what), None, slug=path.stem)


def _pictured(place: Place, path: Path, what: Content) -> Content:
    drawn = services.drawing(place, path.stem, _ALT)
    card = services.picture(place, path.with_suffix(".png").read_bytes())
    image = {"sha256": drawn, "alt": _ALT, "credit": "Drawn by this house’s own code", "card": card}
    return content({**what.as_json(), "image": image})
