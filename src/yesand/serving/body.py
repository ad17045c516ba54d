"""The body of a request, read no further than it may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from gunicorn.http.errors import ParseException

from yesand.kernel.errors import BadInput, TooLarge
from yesand.serving.limits import MOST, PATIENCE


class Readable(Protocol):
    """What a WSGI server gives as ``wsgi.input`` (PEP 3333)."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or fewer at the end."""
        ...


def length(environ: Mapping[str, Any]) -> int | None:
    """Return how long the body says it is; nothing, if it comes in chunks (RFC 9112 §7.1).

    Raises
    ------
    TooLarge : longer than may be.
    """
    if "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower():
        return None
    told = int(environ.get("CONTENT_LENGTH") or 0)
    if told > MOST:
        raise too_large()
    return told


def whole(environ: Mapping[str, Any]) -> bytes:
    """Return the whole body.

    Raises
    ------
    TooLarge : longer than may be; it is read no further.
    """
    told = length(environ)
    found = bytes(environ["wsgi.input"].read(MOST + 1 if told is None else told))
    if len(found) > MOST:
        raise too_large()
    return found


def pieces(environ: Mapping[str, Any], size: int) -> Iterator[bytes]:
    """Yield the body as it comes in, so many bytes at a time; it may go on for ever.

    A sender who is gone, or sends nothing for half a minute, has ended it.
    """
    if (line := environ.get("gunicorn.socket")) is not None:
        line.settimeout(PATIENCE)
    told = None if length_unknown(environ) else int(environ.get("CONTENT_LENGTH") or 0)
    source: Readable = environ["wsgi.input"]
    while told is None or told > 0:
        try:
            piece = source.read(size if told is None else min(size, told))
        except (OSError, ParseException):
            return
        if not piece:
            return
        told = None if told is None else told - len(piece)
        yield piece


def length_unknown(environ: Mapping[str, Any]) -> bool:
    """Tell whether the body comes in chunks."""
    return "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()


def check_form(environ: Mapping[str, Any]) -> None:
    """Check that a form says how long it is, and is no longer than may be.

    Raises
    ------
    BadInput, TooLarge : it does not, or is.
    """
    if length(environ) is None:
        raise BadInput("A form in chunks", where="body", remedy="Say its Content-Length.")


def too_large() -> TooLarge:
    """Return the error of a body that is longer than may be."""
    return TooLarge(
        f"More than {MOST >> 20} MiB", where="body", remedy="Send less at once, or a stream."
    )
