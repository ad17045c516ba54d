"""Under which agreement and in which session a performer records, and what is still to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from yesand.agreements import services as agreements
from yesand.agreements.mining import in_term
from yesand.agreements.models import Agreement
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.agreements.terms import Terms
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.meetings.models import Meeting
from yesand.people.models import Performer
from yesand.takes.models import Placing, Project, Scene, Session, Take

#: A performance may be recorded from so long before its meeting until so long after it.
_BEFORE, _AFTER = timedelta(minutes=30), timedelta(hours=3)


class Unsigned(Refused):
    """No agreement is in force that a take could be under."""


@dataclass(frozen=True)
class ToDo:
    """A scene of a project, and how far a performer has come with it."""

    placing: Placing
    #: The performer's takes of it here, the newest first.
    takes: tuple[Take, ...]

    @property
    def done(self) -> bool:
        """One take of it is accepted."""
        return any(take.state == Take.State.ACCEPTED for take in self.takes)

    @property
    def redo(self) -> bool:
        """The newest was rejected, and none is accepted."""
        return bool(self.takes) and not self.done and self.takes[0].state == Take.State.REJECTED


def in_force(performer: Performer, template: str, on: date) -> Agreement | None:
    """Return the performer's own agreement of that template that holds on a day, or nothing.

    It must be signed by the performer, followed by no other, not withdrawn, and within its term.
    """
    found = performer.agreements.filter(
        kind=Agreement.Kind.INDIVIDUAL, template=template, superseded_by=None
    )
    for agreement in found.order_by("-entry_id"):
        terms = Terms.parse(agreement.terms)
        if in_term(terms, on) and not _withdrawn(agreement):
            return agreement
    return None


def _withdrawn(agreement: Agreement) -> bool:
    later = (
        w for w in agreements.withdrawals_of(agreement.performer) if w.entry_id > agreement.entry_id
    )
    return any(Scope.parse(w.scope) == EVERYTHING for w in later)


def footing(place: Place, performer: Performer, project: Project) -> Agreement:
    """Return the agreement that takes of a project would be under.

    Raises
    ------
    Unsigned : there is none in force; it says what to sign. Refused : the project is closed.
    """
    if not project.open:
        raise Refused("This project takes no more recordings", where=project.title)
    found = in_force(performer, project.template, place.clock.now().date())
    if found is None:
        raise Unsigned(
            f"You have no agreement “{project.template}” in force",
            where=project.title,
            remedy="Sign it first: without it nothing that you record may be kept.",
        )
    return found


def session_for(
    place: Place, performer: Performer, project: Project, meeting: Meeting | None = None
) -> Session:
    """Return the session that a take belongs to, opened if it is the first.

    Who performs together has a session each, under their own agreement, joined by the meeting.
    """
    agreement = footing(place, performer, project)
    end = f"/{meeting.uid.hex[:12]}" if meeting else ""
    with transaction.atomic():
        session, _ = Session.objects.get_or_create(
            slug=f"{project.slug}/{performer.handle[:50]}/{agreement.digest[:12]}{end}",
            defaults={
                "performer": performer,
                "agreement": agreement,
                "at": place.clock.now(),
                "project": project,
                "meeting": meeting,
            },
        )
    return session


def meeting_of(performer: Performer, now: datetime) -> Meeting | None:
    """Return the performance that the performer is in about now, or nothing."""
    return (
        _performances(performer)
        .filter(starts_at__lte=now + _BEFORE, ends_at__gte=now - _AFTER)
        .last()
    )


def meeting_named(performer: Performer, uid: str) -> Meeting | None:
    """Return the performance of that uid if the performer is in it."""
    return _performances(performer).filter(uid=uid).first()


def _performances(performer: Performer) -> QuerySet[Meeting]:
    return Meeting.objects.filter(
        kind=Meeting.Kind.PERFORMANCE, attendances__user__performer=performer
    ).exclude(state=Meeting.State.CANCELLED)


def to_do(performer: Performer, project: Project) -> list[ToDo]:
    """Return the scenes of a project in their order, each with the performer's takes of it."""
    rows = Take.objects.filter(performer=performer, session__project=project).order_by("-id")
    by_scene: dict[int | None, list[Take]] = {}
    for take in rows:
        by_scene.setdefault(take.scene_id, []).append(take)
    placings = project.placings.select_related("scene")
    return [ToDo(p, tuple(by_scene.get(p.scene_id, []))) for p in placings]


def projects_of(performer: Performer) -> Iterator[tuple[Project, list[ToDo]]]:
    """Yield the open projects that a performer is invited to, the newest first."""
    for project in Project.objects.filter(open=True, performers=performer).order_by("-made_at"):
        yield project, to_do(performer, project)


def record_address(scene: Scene | None, take: Take) -> tuple[str, str] | None:
    """Return (project, scene) by which a take may be recorded again, or nothing."""
    project = take.session.project
    if scene is None or project is None or not project.open:
        return None
    still = Q(project=project, scene=scene)
    return (project.slug, scene.slug) if Placing.objects.filter(still).exists() else None
