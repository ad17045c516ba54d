"""Keeping the scene library and the projects made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex

from django.db import transaction
from django.utils.text import slugify

from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.people.models import Performer, User
from yesand.takes.models import Casting, Placing, Project, Scene


@dataclass(frozen=True)
class Words:
    """A project's own words.

    Attributes
    ----------
    template : the agreement's template that its takes are under.
    """

    title: str
    dek: str
    template: str
    open: bool = True


def keep_project(
    place: Place,
    by: User,
    words: Words,
    scenes: Mapping[Scene, int],
    performers: Iterable[Performer],
    project: Project | None = None,
) -> Project:
    """Make a project, or change one; what a performer recorded in it stays whatever is changed.

    Parameters
    ----------
    scenes : scene → its place; they are put in that order.

    Raises
    ------
    BadInput : it has no title.
    """
    if not words.title.strip():
        raise BadInput("A project needs a title")
    now = place.clock.now()
    with transaction.atomic():
        if project is None:
            slug = new_slug(words.title, 60)
            project = Project(slug=slug, made_by=by, made_at=now)
        project.title, project.dek = words.title.strip(), words.dek.strip()
        project.template, project.open = words.template, words.open
        project.save()
        project.placings.all().delete()
        ordered = sorted(scenes, key=lambda scene: (scenes[scene], scene.pk))
        Placing.objects.bulk_create(
            Placing(project=project, scene=scene, place=n) for n, scene in enumerate(ordered, 1)
        )
        _invite(project, set(performers), place)
    return project


def _invite(project: Project, wanted: set[Performer], place: Place) -> None:
    """Make the invitations exactly these; whoever was invited before keeps their date."""
    project.castings.exclude(performer__in=wanted).delete()
    before = set(project.performers.all())
    now = place.clock.now()
    Casting.objects.bulk_create(
        Casting(project=project, performer=performer, at=now)
        for performer in sorted(wanted - before, key=lambda p: p.handle)
    )


def new_slug(title: str, most: int) -> str:
    """Return an address for a title in any script: its Latin letters, and a few of chance."""
    words = slugify(title)[: most - 8].strip("-")
    return f"{words}-{token_hex(3)}" if words else token_hex(4)
