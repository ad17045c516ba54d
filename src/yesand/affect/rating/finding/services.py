"""Takes by hash, by path and by file name; a name of two takes names none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from yesand.affect.rating.given import Given
from yesand.kernel.errors import BadInput, NotFound
from yesand.takes.models import Take

#: What a trace may last longer than its take: a player stops a little late.
_LATE_MS = 250


@dataclass(frozen=True)
class Known:
    """A take that a rating speaks of."""

    take: Take

    @property
    def sha256(self) -> str:
        """The recording's hash."""
        return self.take.sha256


class Takes:
    """Finds takes.

    Parameters
    ----------
    hashes : only these recordings; none: all of the house, by name too.
    """

    def __init__(self, hashes: Sequence[str] | None = None) -> None:
        """Read what there is."""
        rows = Take.objects.only("pk", "sha256", "original_name", "duration_ms")
        if hashes is not None:
            rows = rows.filter(sha256__in=hashes)
        self._by: dict[str, set[int]] = {}
        self._rows = {}
        for take in rows:
            self._rows[take.pk] = take
            path = PurePosixPath(take.original_name)
            for name in {take.sha256, path.as_posix(), path.name, path.stem}:
                self._by.setdefault(name, set()).add(take.pk)

    def find(self, given: Given) -> Known:
        """Return the take of a rating.

        Raises
        ------
        NotFound : there is none. BadInput : several, or a trace that runs on after its end.
        """
        return of(self.named(given.take), given)

    def named(self, name: str) -> Take:
        """Return the take of that hash, path, file name, or file name without its ending.

        Raises
        ------
        NotFound : there is none. BadInput : several.
        """
        found = self._by.get(name) or self._by.get(PurePosixPath(name).stem, set())
        if not found:
            raise NotFound(f"No take called {name[:80]!r}", remedy="Import the recordings first.")
        if len(found) > 1:
            raise BadInput(
                f"{len(found)} takes are called {name[:80]!r}",
                remedy="Name it by its SHA-256; if two performers give it, reject one first.",
            )
        return self._rows[next(iter(found))]


def of(take: Take, given: Given) -> Known:
    """Return a take that a rating speaks of.

    Raises
    ------
    BadInput : a trace that runs on after its end.
    """
    ends = max((line[-1][0] for line in given.trace.values()), default=0)
    if ends > take.duration_ms + _LATE_MS:
        raise BadInput(
            f"The trace runs to {ends} ms and the take lasts {take.duration_ms} ms",
            where=given.take[:60],
        )
    return Known(take)
