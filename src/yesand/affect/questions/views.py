"""The page on which a producer sets what raters are asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.affect.questions import services
from yesand.affect.questions.forms import QuestionsForm
from yesand.kernel.errors import BadInput, NotFound
from yesand.people.frame import PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.speaking import fault_in_words
from yesand.takes.models import Project


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER)
def rating_questions(request: Request) -> HttpResponse:
    """Show what raters are asked, by the house and by each project, and let a producer set it."""
    try:
        project = services.named(request.GET.get("project", ""))
    except NotFound as fault:
        raise Http404 from fault
    form = QuestionsForm(
        request.POST or None, of_project=project is not None, initial=_initial(project)
    )
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            services.ask(request.place, form.told(), project, request.user)
        except BadInput as fault:
            form.add_error(None, fault_in_words(fault))
        else:
            messages.success(request, gettext("Saved: takes are shown with it from now on."))
            return redirect("rating_questions")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "project": project, "rows": _rows()}
    return render(request, "affect/questions.html", context, status=status)


def _initial(project: Project | None) -> dict[str, Any]:
    stand = services.standing()
    own = project is not None and project.pk in stand
    asked = services.of(project.pk if project else services.HOUSE, stand)
    return {"as_house": not own, **asdict(asked)}


def _rows() -> list[dict[str, Any]]:
    stand = services.standing()
    projects = [{"project": each} for each in Project.objects.order_by("-made_at", "pk")]
    rows: list[dict[str, Any]] = [{"project": None}, *projects]
    for row in rows:
        key = row["project"].pk if row["project"] else services.HOUSE
        row |= {"own": key in stand, "asked": services.of(key, stand)}
    return rows
