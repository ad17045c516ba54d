"""Setting what the rating page asks, and reading what holds."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from yesand.affect.models import QuestionsSet
from yesand.affect.questions.questions import EVERYTHING, Questions
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Project

#: What a project that has no questions of its own is asked by.
HOUSE = None
_THE_HOUSES = "as the house"


def ask(
    place: Place, told: Questions | None, project: Project | None, by: User
) -> QuestionsSet | None:
    """Set what is asked from now on; the same again changes nothing.

    What was shown before is asked as it was then. None: nothing was ever set, and this is as it is.

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
        unset = "" if project else str(EVERYTHING)
        if asked == (last.asked if last else unset):
            return last
        made = QuestionsSet(project=project, asked=asked, by=by, at=place.clock.now())
        made.entry = log.record(place, Kind.QUESTIONS_SET, digest_of(payload(made, last)))
        made.save()
    return made


def payload(made: QuestionsSet, last: QuestionsSet | None) -> dict[str, str | None]:
    """Return what the log's entry commits to; who set it stands in the house alone."""
    return {
        "asked": made.asked,
        "at": stamp(made.at),
        "before": last.entry.record if last and last.entry else None,
        "project": made.project.slug if made.project else None,
    }


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
