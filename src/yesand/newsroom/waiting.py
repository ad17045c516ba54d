"""What waits for a person in this room: drafts to look at."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.newsroom.models import Article, Plan
from yesand.people.frame import Waiting
from yesand.people.models import Seat
from yesand.people.sight import Request, visible


def waiting(request: Request) -> Iterator[Waiting]:
    """Yield the drafts that a producer may look at, approve and publish."""
    if Seat.Role.PRODUCER not in request.sight.roles:
        return
    says = {
        Article.State.DRAFT: _("Look at the draft “%(title)s”"),
        Article.State.APPROVED: _("Publish “%(title)s”, which is approved"),
        Article.State.SENT_BACK: _("Work on “%(title)s”, which was sent back"),
    }
    rows = visible(Article, request.sight).exclude(state=Article.State.PUBLISHED)
    rows = rows.exclude(plans__state=Plan.State.WAITING)
    failed = _("“%(title)s” was not published when it should have been")
    for article in rows.order_by("changed_at"):
        approved = article.state == Article.State.APPROVED
        said = failed if approved and article.failed_plan else says[Article.State(article.state)]
        what = said % {"title": str(article)}
        yield Waiting(what, reverse("desk_article", args=[article.slug]), article.changed_at)
