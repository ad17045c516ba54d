"""Setting what the rating page asks, and reading what holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from yesand.affect.models import QuestionsSet
from yesand.affect.questions.questions import EVERYTHING, Questions
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.takes.models import Project

#: What a project that has no questions of its own is asked by.
HOUSE = None
_THE_HOUSES = "as the house"


def ask(place: Place, told: Questions | None, project: Project | None, by: User) -> QuestionsSet:
    """Set what is asked from now on; the same again changes nothing.

    What was shown before is asked as it was then.

    Parameters
    ----------
    told : none: of a project, what the house asks. project : none: the house.

    Raises
    ------
    BadInput : the house is to ask as the house does.
    """
    if told is None and project is None:
        raise BadInput("Say what the house asks", where="ask")
    with transaction.atomic():
        log.wait_to_write()
        last = QuestionsSet.objects.filter(project=project).order_by("-pk").first()
        asked = "" if told is None else str(told)
        if last is not None and last.asked == asked:
            return last
        now = place.clock.now()
        return QuestionsSet.objects.create(project=project, asked=asked, by=by, at=now)


def standing() -> Mapping[int | None, Questions]:
    """Return what is asked, by project; under none what the house asks."""
    rows = QuestionsSet.objects.order_by("pk").values_list("project_id", "asked")
    found: dict[int | None, Questions] = {HOUSE: EVERYTHING}
    found |= {project: Questions.read(asked) for project, asked in dict(rows).items() if asked}
    return found


def of(project: int | None, stand: Mapping[int | None, Questions]) -> Questions:
    """Return what is asked of a project's takes."""
    return stand.get(project, stand[HOUSE])


def named(slug: str) -> Project | None:
    """Return a project by its name; none of no name: the house.

    Raises
    ------
    NotFound : no such project.
    """
    found = Project.objects.filter(slug=slug).first()
    if slug and found is None:
        raise NotFound("No project of that name", where=slug[:60])
    return found
