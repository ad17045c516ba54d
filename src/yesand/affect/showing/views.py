"""Rating on a page: how far one has come, a take to judge, what one hears, and what one said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.affect.models import Rating, Showing, Skip
from yesand.affect.showing import services
from yesand.affect.showing.blind import bare
from yesand.affect.showing.forms import Shown, filled, kept
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people.frame import RATER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.speaking import fault_in_words, in_words
from yesand.takes.media import MediaStore
from yesand.takes.ranges import Unsatisfiable, span_of
from yesand.takes.waveform import drawn

#: What one said last, to be corrected.
_LATEST = 20


@require_safe
@only(RATER)
def rate(request: Request) -> HttpResponse:
    """Show a rater how far they have come, what they said last, and where to go on."""
    user = _me(request)
    rows = services.answered(services.enrolled(user))
    now = Prefetch("ratings", Rating.objects.filter(followed_by=None), to_attr="standing")
    rows = rows.select_related("skip").prefetch_related(now)[:_LATEST]
    latest = [(row, next(iter(row.standing), None)) for row in rows]
    context = {
        "progress": services.progress(request.place, user),
        "latest": [(row, kept(one), one) for row, one in latest],
    }
    return render(request, "affect/rate.html", context)


@require_POST
@only(RATER)
def rate_next(request: Request) -> HttpResponse:
    """Give a rater their next take."""
    return _onward(request)


@require_http_methods(["GET", "HEAD", "POST"])
@only(RATER)
def rate_take(request: Request, name: UUID) -> HttpResponse:
    """Show a take to judge, blind; and keep what the rater says of it."""
    showing = _shown(request, name)
    if not isinstance(showing, Showing):
        return showing
    if request.method != "POST":
        return _page(request, showing, kept(services.standing(showing)))
    form = dict(request.POST.lists())
    number, spent = (_number(request.POST.get(key, "")) for key in ("number", "spent"))
    try:
        services.answer(request.place, showing, form, number or 1, spent)
    except BadInput as fault:
        return _page(request, showing, filled(form), fault, number)
    if request.POST.get("then") == "stop":
        messages.success(request, gettext("Saved."))
        return redirect("rate")
    return _onward(request)


@require_POST
@only(RATER)
def rate_skip(request: Request, name: UUID) -> HttpResponse:
    """Keep that the rater cannot judge a take, and why; go on."""
    showing = _shown(request, name)
    if not isinstance(showing, Showing):
        return showing
    told = {key: request.POST.get(key, "") for key in ("reason", "words")}
    try:
        services.skip(request.place, showing, told["reason"], told["words"])
    except BadInput as fault:
        return _page(request, showing, kept(services.standing(showing)), fault, skipping=told)
    return _onward(request)


@require_safe
@only(RATER)
def rate_media(request: Request, name: UUID) -> HttpResponse:
    """Send what is to be heard, whole or the range that a player asks for, and nothing beside."""
    try:
        showing = services.shown(request.place, _me(request), name)
    except (NotFound, Refused) as fault:
        raise Http404 from fault
    tag = f'"{name}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    body = bare(MediaStore(request.place.media).read(showing.take.sha256))
    try:
        span = span_of(request.headers.get("Range", ""), len(body))
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
    headers = {"Accept-Ranges": "bytes", "ETag": tag, "Content-Disposition": "inline"}
    if span is None:
        return HttpResponse(body, content_type="audio/wav", headers=headers)
    headers["Content-Range"] = f"bytes {span.first}-{span.last}/{len(body)}"
    part = body[span.first : span.last + 1]
    return HttpResponse(part, status=206, content_type="audio/wav", headers=headers)


def _me(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _shown(request: Request, name: UUID) -> Showing | HttpResponseRedirect:
    try:
        return services.shown(request.place, _me(request), name)
    except NotFound as fault:
        raise Http404 from fault
    except Refused as fault:
        messages.warning(request, fault_in_words(fault))
        return HttpResponseRedirect(reverse("rate"))


def _onward(request: Request) -> HttpResponse:
    following = services.begin(request.place, _me(request))
    if following is not None:
        return redirect("rate_take", following.pk)
    messages.success(request, gettext("That was all for now: nothing more waits for you."))
    return redirect("rate")


def _page(
    request: Request,
    showing: Showing,
    shown: Shown,
    fault: BadInput | None = None,
    number: int | None = None,
    skipping: dict[str, str] | None = None,
) -> HttpResponse:
    store, sha256 = MediaStore(request.place.media), showing.take.sha256
    asked = services.asked(showing)
    said = showing.ratings.count()
    context: dict[str, Any] = {
        "showing": showing,
        "duration": showing.take.duration_ms,
        "outline": drawn(store, sha256, request.place.cache),
        "asks": asked.questions,
        "labels": shown.labels(asked.space),
        "axes": shown.axes(asked.scale),
        "trace": shown.trace,
        "number": number or said + 1,
        "said": said,
        "progress": services.progress(request.place, _me(request)),
        "fault": fault and in_words(fault.what),
        "remedy": fault and in_words(fault.remedy),
        "at": fault.where if fault else "",
        "skipping": skipping,
        "reasons": Skip.Reason.choices,
    }
    return render(request, "affect/rate_take.html", context, status=422 if fault else 200)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
