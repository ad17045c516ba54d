"""Pages for some roles alone: for anybody else they are not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404
from django.http.response import HttpResponseBase

from yesand.people.sight import Request

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def only(*roles: str) -> Callable[[View[P]], View[P]]:
    """Show a page to people in these roles; to others it does not exist (404)."""

    def closed(view: View[P]) -> View[P]:
        @wraps(view)
        def looked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.sight.roles & set(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return looked

    return closed
