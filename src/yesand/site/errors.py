"""Error pages: kind, plain, and with a reference that is also in the log."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext_lazy as _

from yesand.kernel import durable
from yesand.kernel.errors import YesAndError
from yesand.people.middleware import form_to_keep

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

log = logging.getLogger("yesand.site")


@dataclass(frozen=True)
class Words:
    """What an error page says."""

    title: str | StrPromise
    what: str | StrPromise
    remedy: str | StrPromise


WORDS = {
    400: Words(
        _("That request made no sense to us"),
        _("Something in the address or the form could not be read."),
        _("Go back and try again; if you typed the address, check it."),
    ),
    403: Words(
        _("This is not open to you"),
        _("The form was too old, or came from another site."),
        _("Go back, load the page again, and send it once more."),
    ),
    404: Words(
        _("There is nothing here for you"),
        _("The page does not exist, or it is somebody else's."),
        _("Check the address, or start again from your own page."),
    ),
    405: Words(
        _("This address only takes what a form sends"),
        _("It was opened by itself, or loaded again after a form was sent."),
        _("Go back to the page with the form; nothing was done."),
    ),
    409: Words(_("This cannot be done"), "", ""),
    413: Words(_("That is more than we can take"), "", ""),
    500: Words(
        _("We made a mistake"),
        _("It is ours, not yours, and nothing you did is lost."),
        _("Try again in a moment. If it stays, tell whoever keeps this house the reference below."),
    ),
    507: Words(
        _("There is no room left here"),
        _("The disk of this house is full. Everything that was here before is still here."),
        _("Whoever keeps this house must make room: tell them the reference below."),
    ),
}


def problem(request: HttpRequest, status: int, title: str, detail: str = "") -> HttpResponse:
    """Answer with a problem (RFC 9457), naming the reference that stands in the log."""
    body = {
        "type": "about:blank",
        "status": status,
        "title": title,
        "detail": detail,
        "instance": _reference(request),
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a request could not be read."""
    return _page(request, 400, WORDS[400])


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that something is not open."""
    return _page(request, 403, WORDS[403])


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form did not come from our own page (CSRF)."""
    return _page(request, 403, WORDS[403])


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing is here, in the same words whether or not somebody else may see it."""
    return _page(request, 404, WORDS[404])


def form_only(request: HttpRequest, allow: str) -> HttpResponse:
    """Say that nothing is to be read here: an address that only forms are sent to (RFC 9110)."""
    answer = _page(request, 405, WORDS[405])
    answer.headers["Allow"] = allow
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Say that we failed; that the disk is full, if that is why (Django asks while it handles)."""
    if durable.full(sys.exception()):
        return no_room(request)
    return _page(request, 500, WORDS[500])


def no_room(request: HttpRequest) -> HttpResponse:
    """Say that the disk is full, and keep in the page what was filled in: there alone is room."""
    log.error("No room left: %s", request.path, exc_info=True, extra={"request": request})
    return _page(request, 507, WORDS[507], _filled_in(request))


def told(request: HttpRequest, status: int, fault: YesAndError) -> HttpResponse:
    """Say what one of our own errors says."""
    log.warning("%s %s: %s", status, request.path, fault, extra={"request": request})
    return _page(request, status, Words(WORDS[status].title, f"{fault.what}.", fault.remedy))


def _reference(request: HttpRequest) -> str:
    return str(getattr(request, "reference", "none"))


def _filled_in(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of the form that was sent, to send them again; never a secret or a file."""
    try:
        if not form_to_keep(request):
            return []
        rows = [(name, value) for name, values in request.POST.lists() for value in values]
    except Exception:  # the sending may be what broke, or the registry that the session lies in
        return []
    return [row for row in rows if row[0] != "csrfmiddlewaretoken"]


def _page(
    request: HttpRequest,
    status: int,
    words: Words,
    fields: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """Answer with a page, or a program with a problem."""
    if request.path.startswith("/api/"):
        return problem(request, status, str(words.title), str(words.what))
    context: dict[str, Any] = {
        "status": status,
        "words": words,
        "reference": _reference(request),
        "fields": fields,
    }
    try:
        body = loader.render_to_string("error.html", context, request)
    except Exception:  # the page around it may be what is broken; this one needs nothing
        log.exception("The error page itself failed", extra={"request": request})
        body = loader.render_to_string("error_bare.html", context)
    return HttpResponse(body, status=status)
