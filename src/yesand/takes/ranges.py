"""One byte range of a file, as a player asks for it when it seeks (RFC 9110 §14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d*)-(\d*)\Z")


@dataclass(frozen=True)
class Span:
    """The bytes from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range lies outside the file (status 416)."""


def span_of(header: str, size: int) -> Span | None:
    """Return the one range that a header asks for; none: send the whole file.

    Headers that cannot be read, and several ranges at once, are ignored (RFC 9110 §14.2).

    Raises
    ------
    Unsatisfiable : the range lies outside the file.
    """
    found = _ONE.match(header.strip())
    if not found or not (found[1] or found[2]):
        return None
    if not found[1]:  # the last n bytes
        length = min(int(found[2]), size)
        if not length:
            raise Unsatisfiable
        return Span(size - length, size - 1)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return Span(first, last)
