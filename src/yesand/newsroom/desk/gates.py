"""Who may come to the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from yesand.people.models import Seat
from yesand.people.sight import Request

View = Callable[..., HttpResponse]


def producers(view: View) -> View:
    """Open a page to producers; to all others it is not there."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if Seat.Role.PRODUCER not in request.sight.roles:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def onlookers(view: View) -> View:
    """Open a page to those who see everything, to look at."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.sight.everything:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
