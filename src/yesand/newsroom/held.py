"""What the newsroom holds about a person: what they drafted and what they approved.

Readers are counted without being known; nothing is held about them.
"""

from __future__ import annotations

from typing import Any

from yesand.kernel.clock import stamp
from yesand.kernel.place import Place
from yesand.newsroom.models import Article, Plan, Version
from yesand.people.models import User


def held(user: User) -> dict[str, Any]:
    """Return everything the room holds about a person."""
    made = Article.objects.filter(made_by=user)
    approving = Article.objects.filter(approved_by=user)
    names = {user.username, user.get_full_name()} - {""}
    reviewed = Version.objects.filter(reviewer__in=names, article__in=approving)
    return {
        "drafted": [{"article": a.slug, "at": stamp(a.made_at)} for a in made],
        "approved": [{"article": a.slug, "at": stamp(a.changed_at)} for a in approving],
        "planned": [
            {"article": p.article.slug, "for": stamp(p.at), "at": stamp(p.made_at)}
            for p in Plan.objects.filter(made_by=user).select_related("article")
        ],
        "named as reviewer": [
            {"article": v.article.slug, "version": v.number, "at": stamp(v.at)}
            for v in reviewed.select_related("article")
        ],
    }


def erase(place: Place, user: User) -> None:
    """Forget who drafted, approved and planned.

    A reviewer's name on a published version stays: readers are told who answers for it.
    """
    Article.objects.filter(made_by=user).update(made_by=None)
    Article.objects.filter(approved_by=user).update(approved_by=None)
    Plan.objects.filter(made_by=user).update(made_by=None)
