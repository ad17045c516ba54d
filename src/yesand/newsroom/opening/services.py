"""Opening a newsroom: one article that came with the house, and the first transparency report."""

from __future__ import annotations

from pathlib import Path

from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.newsroom import manuscript, services
from yesand.newsroom.models import Article, Version
from yesand.newsroom.reporting.services import compute

HERE = Path(__file__).parent


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
    card = services.picture(place, path.with_suffix(".png").read_bytes())
    what = services.illustrated(place, manuscript.parse(path.read_text("utf-8")), card=card)
    return services.draft(place, what, None, slug=path.stem)
