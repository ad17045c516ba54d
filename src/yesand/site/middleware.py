"""What happens to every request: a reference, the house it is about, and fitting headers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.functional import SimpleLazyObject

from yesand.kernel.errors import BadInput, NotFound, YesAndError
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.people.sight import Request, Sight
from yesand.site import errors
from yesand.site.references import new_reference

Next = Callable[[HttpRequest], HttpResponseBase]
_SQUEEZED = ("text/", "application/javascript", "application/json", "image/svg+xml")
#: Nothing here needs a camera, a microphone or a place on earth.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


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
        return response


class Compressed(GZipMiddleware):
    """Compresses words, never sound: a range of a recording must stay what it is (RFC 9110 §14)."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Compress the response if it is text."""
        if not response.get("Content-Type", "").startswith(_SQUEEZED):
            return response
        return super().process_response(request, response)


class AtHome:
    """Opens the house and sees who is there; keeps private pages out of shared caches."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set ``request.place`` and ``request.sight``, the latter from the session alone."""
        here = cast(Request, request)
        here.place = Place.open(Path(os.environ["YESAND_HOUSE"]))
        here.sight = cast(Sight, SimpleLazyObject(lambda: Sight.of(cast(User, request.user))))
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer our own errors with a page that says what to do."""
        if not isinstance(fault, YesAndError):
            return None
        status = 404 if isinstance(fault, NotFound) else 400 if isinstance(fault, BadInput) else 409
        return errors.told(request, status, fault)
