"""What the assistant may answer from in this room: the scenes that one has performed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from yesand.people.sight import Request, visible
from yesand.takes.models import Scene, Take

#: Of the many that a producer sees, the newest.
MOST = 200


@dataclass(frozen=True)
class Passage:
    """A piece of text with where it stands."""

    title: str
    text: str
    url: str


def passages(request: Request) -> Iterator[Passage]:
    """Yield the scenes of the takes that a person may see."""
    takes = visible(Take, request.sight).exclude(scene=None)
    scenes = Scene.objects.filter(pk__in=takes.values("scene"))
    for scene in scenes.order_by("-pk")[:MOST]:
        told = [scene.title, scene.circumstances, scene.relationship, *map(str, scene.beats)]
        yield Passage(f"Scene: {scene.title}", ". ".join(filter(None, told)), reverse("takes"))
