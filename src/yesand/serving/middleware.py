"""What Django and Ninja answer in words of their own, told as a problem like all else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from yesand.serving.api import problem

Get = Callable[[HttpRequest], HttpResponse]


class Problems:
    """A method that an address does not take (RFC 9110 §15.5.6), as a problem."""

    def __init__(self, get: Get) -> None:
        self.get = get

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and put a wrong method into words."""
        found = self.get(request)
        if not isinstance(found, HttpResponseNotAllowed):
            return found
        told = problem(405, f"{request.method} is not taken here", f"It takes {found['Allow']}.")
        told.headers["Allow"] = found["Allow"]
        return told
