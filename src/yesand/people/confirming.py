"""Asking again who it is before a sensitive act, and going on with the same act afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse

from yesand.kernel.clock import Clock, instant, stamp
from yesand.people.sight import Request

#: How long a proof of who it is lasts.
FRESH = timedelta(minutes=10)
#: A form larger than this is not kept while we ask.
MOST = 64_000
_PROVEN, _ACT = "proven_at", "held_act"
P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def now_of(request: HttpRequest) -> datetime:
    """Return the house's time; signals come with requests that have not come home yet."""
    place = getattr(request, "place", None)
    return place.clock.now() if place is not None else Clock().now()


def proven(request: HttpRequest) -> None:
    """Note that the person has just shown who they are."""
    request.session[_PROVEN] = stamp(now_of(request))


def recently(request: HttpRequest) -> bool:
    """Tell whether the person has shown who they are within the last ten minutes."""
    told = request.session.get(_PROVEN)
    return told is not None and timedelta(0) <= now_of(request) - instant(told) < FRESH


def reauthenticated(view: View[P]) -> View[P]:
    """Ask for the password, a passkey or a code again unless that was done just now.

    Afterwards the person is back where they were: at the same page, or before the same form with
    everything they had filled in (no file), to send it by one more click.
    """

    @wraps(view)
    def asked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if recently(request):
            if _held(request).get("path") == request.get_full_path():
                request.session.pop(_ACT, None)
            return view(request, *args, **kwargs)
        return ask(request)

    return asked


def ask(request: Request) -> HttpResponse:
    """Ask who it is, and come back to this page or to the form that was sent."""
    back = request.get_full_path()
    if request.method == "POST":
        keep(request)
        back = reverse("account_resume")
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(asking(request, back))
    if request.method == "GET":  # a piece of a page: go back to the page
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = shown.path or back
    response = HttpResponse(status=204)
    response["HX-Redirect"] = asking(request, back)
    return response


def asking(request: HttpRequest, back: str) -> str:
    """Return the address of the page that asks, which then leads back."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    page = methods[0]["url"] if methods else reverse("account_again")
    return f"{page}?{urlencode({'next': back})}"


def keep(request: HttpRequest) -> None:
    """Keep the form that was sent until it is known who sent it, if it is not too large."""
    told = request.POST.copy()
    told.pop("csrfmiddlewaretoken", None)
    data = told.urlencode()
    if len(data) > MOST:
        request.session.pop(_ACT, None)
        return
    request.session[_ACT] = {
        "path": request.get_full_path(),
        "data": data,
        "at": stamp(now_of(request)),
    }


def _held(request: HttpRequest) -> dict[str, Any]:
    return request.session.get(_ACT) or {}


def held_act(request: HttpRequest) -> tuple[str, list[tuple[str, str]]] | None:
    """Return the address and the fields of the form that waits; none: none, or it is too old."""
    kept = _held(request)
    if not kept or now_of(request) - instant(kept["at"]) > 2 * FRESH:
        return None
    fields = [(n, v) for n, values in QueryDict(kept["data"]).lists() for v in values]
    return str(kept["path"]), fields
