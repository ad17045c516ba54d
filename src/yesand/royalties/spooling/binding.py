"""CloudEvents 1.0 over HTTP (HTTP Protocol Binding 1.0.2, CNCF): a request becomes its events.

All three content modes of §3: binary (§3.1: attributes in headers, the body is ``data``),
structured (§3.2: one event as JSON) and batched (§3.3: an array of them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, TooLarge
from yesand.royalties.delivery import LONGEST_LINE

BATCHED = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
#: What a batch may unpack to, and how many events it may hold; a single event is held to 64 KiB,
#: the size up to which receivers should take one (CloudEvents 1.0.2, "Size Limits").
MOST_UNPACKED = 8 * 1024 * 1024
MOST_EVENTS = 10_000
_JSON = re.compile(r"[a-z0-9.+-]+/([a-z0-9.-]+\+)?json\Z", re.ASCII)
_PREFIX = "ce-"


class NotCloudEvents(BadInput):
    """The body is of a media type in which no usage event comes."""


@dataclass(frozen=True)
class Sent:
    """The events of a request, as parsed JSON; ``single`` if it was no batch."""

    events: tuple[Any, ...]
    single: bool


def media_type(content_type: str) -> str:
    """Return a Content-Type without its parameters.

    >>> media_type("application/CloudEvents+JSON; charset=utf-8")
    'application/cloudevents+json'
    """
    return content_type.partition(";")[0].strip().lower()


def most(content_type: str) -> int:
    """Return how many bytes a body of that type may unpack to."""
    return MOST_UNPACKED if media_type(content_type) == BATCHED else LONGEST_LINE


def sent(content_type: str, headers: Mapping[str, str], body: bytes) -> Sent:
    """Return the events that a request carries, whatever they are worth.

    Parameters
    ----------
    headers : the request's headers, by names in small letters.

    Raises
    ------
    NotCloudEvents : none of the three modes. BadInput : not JSON. TooLarge : too many events.
    """
    kind = media_type(content_type)
    if kind == BATCHED:
        return Sent(_batch(parse(body, where="body")), single=False)
    if kind == STRUCTURED:
        return Sent((parse(body, where="body"),), single=True)
    if kind.startswith("application/cloudevents"):
        raise NotCloudEvents(f"No events in the format {kind[:80]!r}", remedy=_MODES)
    if f"{_PREFIX}specversion" not in headers:
        raise NotCloudEvents("The request is no CloudEvent", where=kind[:80], remedy=_MODES)
    if not _JSON.match(kind):
        raise NotCloudEvents("The event's data is not JSON", where=kind[:80], remedy=_MODES)
    return Sent(({**_attributes(headers), "data": parse(body, where="body")},), single=True)


_MODES = (
    f"Send {BATCHED}, {STRUCTURED}, or JSON data with the attributes in ce- headers "
    "(CloudEvents HTTP binding)."
)


def _batch(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list) or not value:
        raise BadInput("The batch is not an array of events", where="body")
    if len(value) > MOST_EVENTS:
        raise TooLarge(
            f"A batch of {len(value):,} events; {MOST_EVENTS:,} may be in one",
            remedy="Send it in parts; nothing of it was taken.",
        )
    return tuple(value)


def _attributes(headers: Mapping[str, str]) -> dict[str, str]:
    """Read the ``ce-`` headers, percent-encoded UTF-8 (§3.1.3.2)."""
    found = {}
    for name, value in headers.items():
        if name.startswith(_PREFIX):
            try:
                found[name.removeprefix(_PREFIX)] = unquote_to_bytes(value.strip('"')).decode()
            except UnicodeDecodeError as fault:
                raise BadInput("A header is not UTF-8", where=name[:80]) from fault
    return found
