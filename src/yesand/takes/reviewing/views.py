"""The quality queue, a verdict on a take, and the corpus at a glance."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Sum, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yesand.kernel.errors import BadInput
from yesand.people.models import User
from yesand.people.sight import Request, visible
from yesand.takes.forms import ReviewForm
from yesand.takes.heat import heat
from yesand.takes.models import Take
from yesand.takes.projects.views import producers
from yesand.takes.reviewing import services as reviewing

_PAGE = 12
#: What is shown first: nobody can use a disputed take, and a rejected one waits for its performer.
_ORDER = Case(
    When(state=Take.State.DISPUTED, then=Value(0)),
    When(state=Take.State.REJECTED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def queue(request: Request) -> HttpResponse:
    """List the takes that wait for a verdict, each with its sound and what was found."""
    if not request.sight.everything:
        raise Http404
    rows = reviewing.queue().annotate(rank=_ORDER).order_by("rank", "pk")
    state = request.GET.get("state", "")
    if state in Take.State.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "state": state, "states": Take.State.values}
    return render(request, "takes/queue.html", context)


@require_POST
@producers
def take_review(request: Request, sha256: str) -> HttpResponse:
    """Accept or reject a take, with a reason that its performer reads."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        raise BadInput("A verdict needs a reason", remedy="Go back and say why.")
    told = form.cleaned_data
    found = get_object_or_404(
        visible(Take, request.sight), sha256=sha256, performer__handle=told["of"]
    )
    assert isinstance(request.user, User)
    reviewing.review(request.place, found, request.user, told["verdict"], told["reason"])
    messages.success(request, _("Your verdict is entered in the log."))
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(back)
    return redirect("take", sha256)


def overview(request: Request) -> HttpResponse:
    """Show how much there is of each emotion by each performer."""
    if not request.sight.everything:
        raise Http404
    rows = (
        Take.objects.filter(state=Take.State.ACCEPTED)
        .values_list("performer__handle", "emotion")
        .annotate(number=Count("id"), length=Sum("duration_ms"))
    )
    return render(request, "takes/overview.html", {"table": heat(rows)})
