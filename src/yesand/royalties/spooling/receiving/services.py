"""Receiving usage events one by one or in small batches: on the disk first, and then answered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from yesand.kernel.errors import Busy
from yesand.kernel.place import Place
from yesand.people.models import Organisation, User
from yesand.royalties.delivering.services import check_quarantine, own_deployments
from yesand.royalties.events import AHEAD, NOT_YOURS, BadRow, UsageEvent, judged, kept
from yesand.royalties.spooling import lines
from yesand.royalties.spooling.binding import Sent
from yesand.royalties.spooling.recent import Recent
from yesand.royalties.spooling.spool import Owner, Spool, segments

#: Requests that a process takes in at once: the server's other threads go on serving pages.
AT_ONCE = 16
#: Bytes that may wait to be collected, unless ``YESAND_SPOOL_MAX`` says else.
MOST_WAITING = 1_000_000_000
_SOON, _LATER = 1, 30  # seconds


class State(StrEnum):
    """What an event is, as far as is known when it is answered."""

    ACCEPTED = "accepted"  # on the disk; counts once, also if it should turn out to be a repeat
    REPEATED = "repeated"  # known, with this very content
    QUARANTINED = "quarantined"  # known with other content: kept apart
    BAD = "bad"  # no usage event of a deployment of the sender's: kept apart


@dataclass(frozen=True)
class Told:
    """What became of one event: its place among those that were sent, from nought."""

    index: int
    state: State
    reason: str


@dataclass(frozen=True)
class Received:
    """What became of a request's events; ``told`` names all that were not simply accepted."""

    accepted: int
    repeated: int
    quarantined: int
    bad: int
    told: tuple[Told, ...]


@dataclass(frozen=True)
class _Look:
    """An event looked at: what it is, and the line of the spool that keeps it, if one does."""

    told: Told
    line: bytes | None
    known: tuple[bytes, bytes] | None = None


def receive(place: Place, by: Organisation, user: User, sent: Sent) -> Received:
    """Keep the events of an organisation's deployments; return once they would survive a crash.

    What is known, is told: the rest of the repeats are found when the spool is collected. Fields
    that are not ours are dropped before anything is written.

    Raises
    ------
    Busy : too much at once, or too much waits to be collected. StorageFull : the disk is full.
    TooLarge : too much of the organisation's lies in quarantine. Refused : it has no deployment.
    """
    mine = own_deployments(by)
    with _at_once(place):
        recent, now = _recent(place.usage, os.getpid()), place.clock.now()
        looks = list(_looked(sent.events, mine, recent, by.pk, place))
        if any(look.told.state in {State.BAD, State.QUARANTINED} for look in looks):
            check_quarantine(place, by)
        kept_lines = [look.line for look in looks if look.line is not None]
        if kept_lines:
            spool = _spool(place.usage, os.getpid())
            spool.append(Owner(by.pk, user.pk), kept_lines, now)
        recent.add(by.pk, (look.known for look in looks if look.known is not None))
    return _received(looks)


def _looked(
    events: tuple[Any, ...], mine: frozenset[str], recent: Recent, owner: int, place: Place
) -> Iterator[_Look]:
    latest, here = place.clock.now() + AHEAD, dict[bytes, bytes]()
    for index, value in enumerate(events):
        found = judged(index, value, latest)
        if isinstance(found, UsageEvent) and found.deployment not in mine:
            found = BadRow(index, NOT_YOURS, kept(value))
        if isinstance(found, BadRow):
            yield _Look(Told(index, State.BAD, found.reason), lines.refused(found))
            continue
        before = here.setdefault(found.key, recent.content(owner, found.key) or b"")
        if before == found.content:
            yield _Look(Told(index, State.REPEATED, "this very event came before"), None)
        elif before:
            told = Told(index, State.QUARANTINED, "other content than before")
            yield _Look(told, lines.accepted(value))
        else:
            here[found.key] = found.content
            told = Told(index, State.ACCEPTED, "")
            yield _Look(told, lines.accepted(value), (found.key, found.content))


def _received(looks: list[_Look]) -> Received:
    count = dict.fromkeys(State, 0)
    for look in looks:
        count[look.told.state] += 1
    told = (look.told for look in looks if look.told.state != State.ACCEPTED)
    return Received(**{state.value: n for state, n in count.items()}, told=tuple(told))


_entries = BoundedSemaphore(AT_ONCE)


@contextmanager
def _at_once(place: Place) -> Iterator[None]:
    """Take in as much at once as can be answered soon; send away the rest, for a while."""
    if not _entries.acquire(blocking=False):
        raise Busy("Too many deliveries at once", after=_SOON, remedy=_AGAIN)
    try:
        _check_waiting(place)
        yield
    finally:
        _entries.release()


_AGAIN = "Send the same again later; nothing of it was taken."


def _check_waiting(place: Place) -> None:
    most = int(os.environ.get("YESAND_SPOOL_MAX", MOST_WAITING))
    waiting = sum(segment.size() for segment in segments(place.usage / "spool"))
    if waiting > most:
        raise Busy(f"{waiting:,} bytes wait to be counted", after=_LATER, remedy=_AGAIN)


# One a process (its number is an argument, as a fork must not share files) and house.


@cache
def _spool(usage: Path, process: int) -> Spool:
    return Spool(usage / "spool")


@cache
def _recent(usage: Path, process: int) -> Recent:
    return Recent()
