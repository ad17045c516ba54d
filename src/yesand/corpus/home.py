"""Corpora on a person's own page: a performer's part of them, a licensee's own."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.corpus.models import Manifest
from yesand.corpus.templatetags.corpus_panels import corpora_of
from yesand.people.frame import Panel
from yesand.people.sight import Request, visible


def panels(request: Request) -> Iterator[Panel]:
    """Yield the corpora that concern the person."""
    performer, licensees = request.sight.performer, request.sight.licensees
    if performer is not None:
        yield Panel("corpus/of_performer.html", corpora_of({"request": request}, performer), 70)
    if licensees:
        rows = visible(Manifest, request.sight).filter(licensee__in=licensees)
        found = rows.select_related("licensee").order_by("-at", "digest")[:10]
        yield Panel("corpus/of_licensee.html", {"manifests": found}, 20)
