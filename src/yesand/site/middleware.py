"""What happens to every request: a reference, the house it is about, and fitting headers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.functional import SimpleLazyObject

from yesand.kernel.durable import full
from yesand.kernel.errors import BadInput, NotFound, TooLarge, YesAndError
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.people.sight import Request, Sight
from yesand.site import errors
from yesand.site.references import new_reference
from yesand.site.statics import KEPT, plain, scripts_version

Next = Callable[[HttpRequest], HttpResponseBase]
_SQUEEZED = ("text/", "application/javascript", "application/json", "image/svg+xml")
#: Nothing here needs a camera, a microphone or a place on earth.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


#: AIPREF: no generative model is to be trained on a page, unless the page says otherwise.
_USAGE = "train-ai=n"


class Referenced:
    """Names every request, so that an error page and the log speak of the same thing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set ``request.reference``; answer with it."""
        cast(Request, request).reference = new_reference()
        response = self.get_response(request)
        response.headers.setdefault("X-Reference", cast(Request, request).reference)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        response.headers.setdefault("Content-Usage", _USAGE)
        return response


class Kept:
    """Finds static files by addresses with a version in them, and says for how long they hold."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Take the version out of the path; only what is of the present one is kept for a year."""
        if not request.path_info.startswith(settings.STATIC_URL):
            return self.get_response(request)
        request.path_info, version = plain(request.path_info)
        response = self.get_response(request)
        if response.status_code == 200 and version and version != scripts_version():
            response.headers["Cache-Control"] = "no-cache"  # a page from before a new release
        elif version or "v" in request.GET:
            response.headers["Cache-Control"] = KEPT if response.status_code == 200 else "no-store"
        return response


class Plain:
    """Answers the methods that we know, and no address with a byte that no text holds."""

    METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse ``TRACE`` and the like (RFC 9110 §9.3.8), and NUL, which no database takes."""
        if request.method not in self.METHODS:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(self.METHODS))})
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return errors.bad(request)
        if settings.HTTPS and request.path.startswith("/api/") and not request.is_secure():
            # A page is sent on to HTTPS; a program must learn that it spoke in the clear.
            return HttpResponse("Use https://\n", status=403, content_type="text/plain")
        answer = self.get_response(request)
        asked_to_read = request.method == "GET" and not request.path.startswith("/api/")
        if asked_to_read and isinstance(answer, HttpResponseNotAllowed):
            return errors.form_only(request, answer.headers["Allow"])
        return answer


class Compressed(GZipMiddleware):
    """Compresses words, never sound: a range of a recording must stay what it is (RFC 9110 §14)."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response if it is text, and whole: a stream must not be held back."""
        kind = response.get("Content-Type", "")
        if not kind.startswith(_SQUEEZED) or kind.startswith("text/event-stream"):
            return response
        return super().process_response(request, response)


def _kept(response: HttpResponseBase) -> str:
    """Say what a browser keeps of a private answer: a file if we are asked again, a page never."""
    return "private, no-cache" if response.has_header("ETag") else "private, no-store"


class AtHome:
    """Opens the house and sees who is there; keeps private pages out of shared caches."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set ``request.place`` and ``request.sight``, the latter from the session alone."""
        here = cast(Request, request)
        here.place = Place.open(Path(os.environ["YESAND_HOUSE"]))
        now = here.place.clock.now
        here.sight = cast(
            Sight, SimpleLazyObject(lambda: Sight.of(cast(User, request.user), now()))
        )
        signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if signed_in:
            response.headers.setdefault("Cache-Control", _kept(response))
            if not request.user.is_authenticated:
                # Not "storage": takes that are not sent yet wait there for their performer.
                response.headers.setdefault("Clear-Site-Data", '"cache"')
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer our own errors with a page that says what to do."""
        if full(fault):
            return errors.no_room(request)
        if not isinstance(fault, YesAndError):
            return None
        status = 404 if isinstance(fault, NotFound) else 400 if isinstance(fault, BadInput) else 409
        status = 413 if isinstance(fault, TooLarge) else status
        return errors.told(request, status, fault)
