"""The API's own description (OpenAPI 3.1) as a page that people can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_NOUNS = ("get", "post", "put", "patch", "delete")
#: Deep enough to see a shape, shallow enough to read it.
_DEPTH = 4


@dataclass(frozen=True)
class Field:
    """One thing that an operation is told or tells."""

    name: str
    kind: str
    needed: bool
    about: str


@dataclass(frozen=True)
class Answer:
    """One way in which an operation answers."""

    status: str
    about: str
    example: str


@dataclass(frozen=True)
class Operation:
    """One operation, with all that one needs to call it."""

    id: str
    method: str
    path: str
    title: str
    about: str
    scope: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    curl: str


@dataclass(frozen=True)
class Section:
    """The operations of one noun."""

    name: str
    operations: tuple[Operation, ...]


def described(schema: Mapping[str, Any], address: str) -> list[Section]:
    """Return every operation, noun by noun.

    Parameters
    ----------
    schema : the OpenAPI document. ``address`` : where this house is reached, for the examples.
    """
    found: dict[str, list[Operation]] = {}
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            if method in _NOUNS:
                operation = _operation(schema, address, method, path, told)
                found.setdefault(_noun(path, told), []).append(operation)
    return [Section(name, tuple(of)) for name, of in sorted(found.items())]


def _noun(path: str, told: Mapping[str, Any]) -> str:
    tags = told.get("tags")
    return str(tags[0]) if tags else path.removeprefix("/api/").split("/")[0]


def _operation(
    schema: Mapping[str, Any], address: str, method: str, path: str, told: Mapping[str, Any]
) -> Operation:
    body, content_type = _body(schema, told)
    return Operation(
        id=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        title=str(told.get("summary", "")),
        about=str(told.get("description", "")),
        scope=str(told.get("x-scope", "")),
        parameters=tuple(_parameters(schema, told)),
        body=tuple(_fields(schema, body)) if body else (),
        answers=tuple(_answers(schema, told)),
        curl=_curl(schema, address, method, path, told, content_type),
    )


def _parameters(schema: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Field]:
    for each in told.get("parameters", []):
        kind = _kind(schema, each.get("schema", {}))
        about = each.get("description") or each.get("schema", {}).get("description", "")
        yield Field(each["name"], kind, bool(each.get("required")), str(about))


def _body(schema: Mapping[str, Any], told: Mapping[str, Any]) -> tuple[Any, str]:
    content = told.get("requestBody", {}).get("content", {})
    for kind, each in content.items():
        return _found(schema, each.get("schema", {})), str(kind)
    return None, ""


def _fields(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Iterator[Field]:
    needed = set(shape.get("required", []))
    for name, each in shape.get("properties", {}).items():
        about = str(each.get("description", ""))
        yield Field(name, _kind(schema, each), name in needed, about)


def _answers(schema: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Answer]:
    for status, each in told.get("responses", {}).items():
        about, content = str(each.get("description", "")), each.get("content", {})
        shape = next(iter(content.values())).get("schema") if content else None
        shown = str(status) < "300" and shape
        yield Answer(str(status), about, _pretty(example(schema, shape)) if shown else "")


def _curl(
    schema: Mapping[str, Any],
    address: str,
    method: str,
    path: str,
    told: Mapping[str, Any],
    content_type: str,
) -> str:
    lines = [f"curl {address}{path}"]
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {address}{path}"
    if told.get("security") or told.get("x-scope"):
        lines.append('-H "Authorization: Bearer $YESAND_TOKEN"')
    if content_type:
        lines.append(f'-H "Content-Type: {content_type}"')
        shape = told["requestBody"]["content"][content_type].get("schema", {})
        lines.append(f"-d '{json.dumps(example(schema, shape))}'")
    return " \\\n  ".join(lines)


def example(schema: Mapping[str, Any], shape: Any, depth: int = _DEPTH) -> Any:
    """Return an example of a shape: the one that it names, or one made of its parts."""
    shape = _found(schema, shape or {})
    for name in ("example", "const", "default"):
        if shape.get(name) is not None:
            return shape[name]
    for name in ("examples", "enum"):
        if shape.get(name):
            return shape[name][0]
    for name in ("anyOf", "oneOf", "allOf"):
        if shape.get(name):
            return example(schema, shape[name][0], depth)
    return _made(schema, shape, depth)


def _made(schema: Mapping[str, Any], shape: Mapping[str, Any], depth: int) -> Any:
    kind = shape.get("type")
    if kind == "object" or "properties" in shape:
        if depth == 0:
            return {}
        parts = shape.get("properties", {}).items()
        return {name: example(schema, each, depth - 1) for name, each in parts}
    if kind == "array":
        return [example(schema, shape.get("items", {}), depth - 1)] if depth else []
    plain = {"integer": 1, "number": 0.5, "boolean": True, "null": None}
    if kind in plain:
        return plain[kind]
    return {"date-time": "2026-10-01T12:00:00Z", "date": "2026-10-01"}.get(
        shape.get("format", ""), "…"
    )


def _kind(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> str:
    shape = _found(schema, shape)
    choices = shape.get("enum")
    if choices:
        few = ", ".join(map(str, choices[:12]))
        return f"one of {few}" + (" …" if len(choices) > 12 else "")
    for name in ("anyOf", "oneOf"):
        if shape.get(name):
            return " or ".join(dict.fromkeys(_kind(schema, each) for each in shape[name]))
    if shape.get("type") == "array":
        return f"list of {_kind(schema, shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type") or "anything")


def _found(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = shape.get("$ref", "")
    if not reference:
        return shape
    found: Mapping[str, Any] = schema["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return found


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
