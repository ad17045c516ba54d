"""How operations of the API fail, added to its description: problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

#: The OpenAPI document, of whatever kind of mapping it is.
S = TypeVar("S", bound=dict[str, Any])

PROBLEM = {
    "title": "Problem",
    "description": "What was wrong, where, and what to do (RFC 9457).",
    "type": "object",
    "required": ["type", "status", "title"],
    "properties": {
        "type": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The reference that stands in the log."},
    },
}
_ANYWHERE = {
    400: "It could not be read",
    404: "Nothing of yours is here",
    409: "Understood, and not permitted",
    413: "More than may be sent or kept",
    422: "It is not as the description says",
    429: "Too often; try again later",
    507: "The disk of this house is full; try again later",
}
_GUARDED = {401: "Sign in, or send a token that is still good", 403: "The token may not do this"}


def with_problems(schema: S, scopes: Mapping[str, str]) -> S:
    """Add to every operation how it may fail, and which scope it needs.

    Parameters
    ----------
    scopes : operation id → scope; an operation that is not in it is open to all.
    """
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    for methods in schema["paths"].values():
        for operation in methods.values():
            scope = scopes.get(operation.get("operationId", ""))
            ways = {**_ANYWHERE, **(_GUARDED if scope else {})}
            for status, words in sorted(ways.items()):
                operation.setdefault("responses", {}).setdefault(status, _answer(words))
            if scope:
                operation["x-scope"] = scope
    return schema


def _answer(words: str) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Problem"}
    return {"description": words, "content": {"application/problem+json": {"schema": reference}}}
