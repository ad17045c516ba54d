"""The API: each room brings a router; errors are problem+json (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

import yesand
from yesand.kernel.durable import full
from yesand.kernel.errors import BadInput, Busy, NotFound, TooLarge, Unavailable, YesAndError
from yesand.people.bearer import Bearer, Refusal
from yesand.people.rooms import offered
from yesand.site.errors import problem
from yesand.site.log_api import router
from yesand.site.problems import with_problems

__all__ = ["api", "router"]


class Api(NinjaAPI):
    """The API, which also describes its errors and the scope that each operation needs."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """Return the OpenAPI document."""
        schema = super().get_openapi_schema(*args, **kwargs)
        return with_problems(schema, self._scopes())

    def _scopes(self) -> dict[str, str]:
        """Return each operation's scope, by its id."""
        return {
            operation.operation_id or self.get_openapi_operation_id(operation): guard.scope
            for _, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            for guard in operation.auth_callbacks or _of_all(router)
            if isinstance(guard, Bearer)
        }


def _of_all(router: Router) -> list[Any]:
    """Return what guards every operation of a router that does not say otherwise."""
    return list(router.auth) if isinstance(router.auth, list) else []


api = Api(
    title="Yes-And",
    version=yesand.__version__,
    description="From a performer's consent to a proven statement.",
    urls_namespace="api",
    docs_url="",
)


@api.exception_handler(YesAndError)
def _ours(request: HttpRequest, fault: YesAndError) -> HttpResponse:
    status = 404 if isinstance(fault, NotFound) else 422 if isinstance(fault, BadInput) else 409
    status = 413 if isinstance(fault, TooLarge) else status
    status = 503 if isinstance(fault, Unavailable) else status
    status = 429 if isinstance(fault, Busy) else status
    status = 507 if full(fault) else status  # not the sender's fault; again later it may go in
    told = " ".join(filter(None, (fault.where, fault.remedy)))
    answer = problem(request, status, fault.what, told)
    if isinstance(fault, Busy):
        answer.headers["Retry-After"] = str(fault.after)
    return answer


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    rows = (f"{'.'.join(map(str, row['loc']))}: {row['msg']}" for row in fault.errors)
    return problem(request, 422, "The request is not as the API describes it", "; ".join(rows))


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    return problem(request, 401, "Sign in, or send a token that is still good")


@api.exception_handler(Refusal)
def _unscoped(request: HttpRequest, fault: Refusal) -> HttpResponse:
    return problem(request, 403, "The token may not do this", f"It lacks the scope {fault}.")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, _: Http404) -> HttpResponse:
    return problem(request, 404, "Nothing of yours is here")


@api.exception_handler(HttpError)
def _told(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problem(request, fault.status_code, str(fault))


for room in offered("api"):
    if hasattr(room, "router"):
        api.add_router("", room.router)


def addresses() -> tuple[list[URLPattern | URLResolver], str, str]:
    """Return the API's addresses; who may call them is told by each operation, not by the pages."""
    patterns, app, namespace = api.urls
    for pattern in patterns:
        if pattern.callback is not None:
            login_not_required(pattern.callback)
    return patterns, app, namespace
