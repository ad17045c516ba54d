"""A licensee's machine follows the feed: it asks, checks everything, and remembers where it is.

What it remembers is one file. Without the house it still knows what it was told; it goes on from
there when the house answers again. Needs neither a house nor a database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput, YesAndError
from yesand.oversight.feed.line import Line
from yesand.oversight.feed.notice import FeedBroken, Notice, Pause, read
from yesand.oversight.feed.pages import Position, open_head, open_page
from yesand.provenance.note import Checkpoint, Verifier

FORMAT = 1
#: So many proofs of growth are asked for at once.
_MOST_SIZES = 50


@dataclass(frozen=True)
class Followed:
    """What is known of one feed: how far it was read, what it said, when it last answered."""

    key: Verifier
    licensee: str = ""
    position: Position = field(default_factory=Position)
    notices: tuple[Notice | Pause, ...] = ()
    asked_at: str = ""

    def takes_of(self, manifest: str) -> frozenset[str]:
        """Return the takes of a manifest that must go."""
        return frozenset[str]().union(*(each.of(manifest) for each in self.about(manifest)))

    def about(self, manifest: str) -> list[Notice]:
        """Return the notices of withdrawals that are about a manifest."""
        return [n for n in self.notices if isinstance(n, Notice) and n.of(manifest)]

    def pauses(self, manifest: str) -> list[Pause]:
        """Return what is known of the suspensions that stop agreements of a manifest now."""
        last = {item.suspension: item for item in self.notices if isinstance(item, Pause)}
        return [pause for pause in last.values() if pause.of(manifest)]

    def reached(self) -> datetime | None:
        """Return when the house last answered."""
        return instant(self.asked_at) if self.asked_at else None

    def save(self, path: Path) -> None:
        """Remember it, durably."""
        at = self.position.checkpoint
        told = {
            "format": FORMAT,
            "key": str(self.key),
            "licensee": self.licensee,
            "number": self.position.number,
            "last": self.position.last,
            "at": self.position.at,
            "checkpoint": str(at) if at else "",
            "asked_at": self.asked_at,
            "notices": [notice.statement() for notice in self.notices],
        }
        durable.write(path, json.dumps(told, indent=1, sort_keys=True).encode() + b"\n")

    @classmethod
    def load(cls, path: Path) -> Followed | None:
        """Return what is remembered; nothing, if nothing is.

        Raises
        ------
        BadInput : the file cannot be read.
        """
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
        try:
            return _of(parse(data, where=str(path)))
        except (KeyError, TypeError, ValueError, AttributeError, YesAndError) as fault:
            raise BadInput(
                "What was remembered of the feed cannot be read",
                where=str(path),
                remedy="Move the file away: the feed is then read from its beginning.",
            ) from fault


def _of(told: Any) -> Followed:
    if told["format"] != FORMAT:
        raise ValueError("another format")
    at = Checkpoint.parse(told["checkpoint"]) if told["checkpoint"] else None
    position = Position(int(told["number"]), told["last"], str(told["at"]), at)
    notices = tuple(read(statement) for statement in told["notices"])
    if [n.number for n in notices] != list(range(1, position.number + 1)):
        raise ValueError("a notice is missing")
    return Followed(
        Verifier.parse(told["key"]), str(told["licensee"]), position, notices, told["asked_at"]
    )


def follow(line: Line, known: Followed, now: datetime, licensee: str = "") -> Followed:
    """Ask the house what is new, check it, and return what is known then.

    Raises
    ------
    NoAnswer : it cannot be reached. Refused : not with this token.
    FeedBroken : what it says is not signed, not in its log, or not what it said before.
    """
    whose = {"licensee": licensee or known.licensee} if licensee or known.licensee else {}
    before = known.position
    seen = [before.checkpoint.size] if before.checkpoint else []
    first = open_head(line.get("/api/revocations", seen=seen, **whose), known.key, before)
    if known.licensee and first.licensee != known.licensee:
        raise FeedBroken("It is another licensee's feed", where=first.licensee)
    position = replace(before, at=first.at, checkpoint=first.checkpoint)
    found: list[Notice | Pause] = []
    sizes: list[tuple[int, bytes]] = []
    pages = range(before.number // first.per_page, -(-first.count // first.per_page))
    for page in pages if first.count > before.number else ():
        sealed = line.get(f"/api/revocations/pages/{page}", **whose)
        new, size = open_page(sealed, known.key, first.licensee, page, first.per_page, position)
        if new:
            position = replace(position, number=new[-1].number, last=new[-1].digest)
        found += new
        sizes.append(size)
    if position.number < first.count:
        raise FeedBroken(f"{first.count} notices were announced, and {position.number} came")
    position = _grown(line, known.key, position, sizes, whose)
    notices = (*known.notices, *found)
    return Followed(known.key, first.licensee, position, notices, stamp(now))


def _grown(
    line: Line,
    key: Verifier,
    position: Position,
    sizes: Sequence[tuple[int, bytes]],
    whose: dict[str, str],
) -> Position:
    """Have it proven that the pages are of the one log that the head signs."""
    for at in range(0, len(sizes), _MOST_SIZES):
        some = sizes[at : at + _MOST_SIZES]
        seen = [n for n, _ in some]
        if position.checkpoint:
            seen.append(position.checkpoint.size)
        told = line.get("/api/revocations", seen=seen, **whose)
        # More may have been told since: those are read the next time.
        head = open_head(told, key, position, some)
        position = replace(position, at=head.at, checkpoint=head.checkpoint)
    return position
