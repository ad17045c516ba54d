"""The scene library and projects: a producer keeps them, a performer sees their own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from yesand.agreements.models import Offer
from yesand.agreements.offering.services import TEMPLATES
from yesand.agreements.offering.speaking.services import open_offers
from yesand.people.models import Performer, Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.takes.forms import ProjectForm, SceneForm
from yesand.takes.models import Project, Scene
from yesand.takes.projects.services import keep_project
from yesand.takes.recording import services as recording

View = Callable[..., HttpResponse]


def producers(view: View) -> View:
    """Keep a page to producers: for anyone else it does not exist."""

    @wraps(view)
    def kept(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if Seat.Role.PRODUCER not in request.sight.roles:
            raise Http404
        return view(request, *args, **kwargs)

    return kept


def projects(request: Request) -> HttpResponse:
    """List projects, the newest first."""
    rows = visible(Project, request.sight).annotate(
        scene_count=Count("placings", distinct=True), cast=Count("castings", distinct=True)
    )
    return listed(request, "takes/projects.html", rows.order_by("-made_at", "pk"))


def project(request: Request, slug: str) -> HttpResponse:
    """Show a project: to a performer what is theirs to record, to a producer how far all are."""
    found = get_object_or_404(visible(Project, request.sight), slug=slug)
    me = request.sight.performer
    invited = me is not None and found.castings.filter(performer=me).exists()
    context: dict[str, Any] = {"project": found, "invited": invited}
    if me is not None and invited:
        on = request.place.clock.now().date()
        context["to_do"] = recording.to_do(me, found)
        context["agreement"] = recording.in_force(me, found.template, on)
    if request.sight.everything:
        context["placings"] = found.placings.select_related("scene")
        accepted = Q(sessions__takes__state="accepted", sessions__project=found)
        cast: QuerySet[Any] = found.performers.annotate(
            given=Count("sessions__takes", filter=accepted, distinct=True)
        )
        on = request.place.clock.now().date()
        context["cast"] = [
            (each, recording.in_force(each, found.template, on), _offered(each, found))
            for each in cast.order_by("handle")
        ]
        context["may_offer"] = found.template in TEMPLATES
    return render(request, "takes/project.html", context)


def _offered(performer: Performer, project: Project) -> Offer | None:
    return open_offers(performer.offers.filter(template=project.template)).first()


@producers
def project_new(request: Request) -> HttpResponse:
    """Make a project."""
    return _project_form(request, None)


@producers
def project_edit(request: Request, slug: str) -> HttpResponse:
    """Change a project."""
    return _project_form(request, get_object_or_404(Project, slug=slug))


def _project_form(request: Request, found: Project | None) -> HttpResponse:
    form = ProjectForm(request.POST or None, project=found)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        told = form.words(), form.chosen(), form.cleaned_data["performers"]
        kept = keep_project(request.place, request.user, *told, project=found)
        messages.success(request, _("Kept."))
        return redirect("project", kept.slug)
    context = {"form": form, "project": found}
    return render(request, "takes/project_form.html", context, status=_status(form))


def scenes(request: Request) -> HttpResponse:
    """List the library; or, for a performer, the scenes that are theirs to record."""
    me = request.sight.performer
    if me is not None and not request.sight.everything:
        return render(request, "takes/my_scenes.html", {"projects": recording.projects_of(me)})
    asked = request.GET.get("q", "").strip()
    emotion = request.GET.get("emotion", "").strip()
    rows = visible(Scene, request.sight).exclude(emotion="")
    emotions = rows.order_by("emotion").values_list("emotion", flat=True).distinct()
    if asked:
        rows = rows.filter(Q(title__icontains=asked) | Q(circumstances__icontains=asked))
    if emotion:
        rows = rows.filter(emotion=emotion)
    rows = rows.annotate(used=Count("placings", distinct=True), given=Count("takes", distinct=True))
    context = {"q": asked, "emotion": emotion, "emotions": emotions}
    return listed(request, "takes/scenes.html", rows.order_by("emotion", "title", "pk"), **context)


def scene(request: Request, slug: str) -> HttpResponse:
    """Show a scene as a performer reads it."""
    found = get_object_or_404(visible(Scene, request.sight), slug=slug)
    within = visible(Project, request.sight).filter(scenes=found).order_by("-made_at")
    return render(request, "takes/scene.html", {"scene": found, "projects": within})


@producers
def scene_new(request: Request) -> HttpResponse:
    """Add a scene to the library."""
    return _scene_form(request, None)


@producers
def scene_edit(request: Request, slug: str) -> HttpResponse:
    """Change a scene."""
    return _scene_form(request, get_object_or_404(Scene, slug=slug))


def _scene_form(request: Request, found: Scene | None) -> HttpResponse:
    form = SceneForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        kept = form.save()
        messages.success(request, _("Kept."))
        return redirect("scene", kept.slug)
    context = {"form": form, "scene": found}
    return render(request, "takes/scene_form.html", context, status=_status(form))


def _status(form: ProjectForm | SceneForm) -> int:
    return 422 if form.is_bound else 200
