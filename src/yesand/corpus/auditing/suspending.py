"""Suspensions as a disclosure tells them: which of them stopped an agreement's class, and when.

Who belongs to a union is laid open only where a suspension turns on it; the same holds for
collective agreements.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from yesand.agreements.collective import accord
from yesand.agreements.collective.accord import Accord
from yesand.agreements.suspending import suspension
from yesand.agreements.suspending.suspension import Cause, Reach, Suspended
from yesand.agreements.terms import Terms
from yesand.corpus.auditing.records import Agreed, held, read_all, sealed_by
from yesand.kernel.clock import instant
from yesand.kernel.errors import CheckFailed
from yesand.provenance.disclosure import Disclosure, Opened
from yesand.provenance.kinds import Kind

#: What says who a suspension reaches, where it turns on that.
OF_UNIONS = (Kind.UNION_JOINED, Kind.UNION_LEFT, Kind.COLLECTIVE_SIGNED)


@dataclass(frozen=True)
class Begun:
    """A suspension as signed; ``union`` is the public key of the one whose members it reaches."""

    entry: int
    digest: str
    cause: Cause
    reach: Reach
    union: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Belonging:
    """A performer's word that they belong to a union, or no longer do, by their public keys."""

    entry: int
    performer: str
    union: str
    belongs: bool


@dataclass(frozen=True)
class Stood:
    """A collective agreement from the entry on by which it stood, signed by both of its sides."""

    entry: int
    digest: str
    union: str
    supersedes: str | None
    accord: Accord


@dataclass(frozen=True)
class Suspensions:
    """All of them, with what says whom they reach."""

    begun: tuple[Begun, ...] = ()
    #: Suspension → the entry that ended it.
    ended: tuple[tuple[str, int], ...] = ()
    belongings: tuple[Belonging, ...] = ()
    collectives: tuple[Stood, ...] = ()

    @classmethod
    def of(cls, told: Disclosure) -> Suspensions:
        """Read them, every signature checked.

        Raises
        ------
        CheckFailed : one does not hold, or what it turns on is held back.
        """
        begun = read_all(told, _begun, Kind.SUSPENSION_BEGUN)
        if any(each.reach.turns_on_unions for each in begun):
            _check_shown(told)
        return cls(
            tuple(begun),
            tuple(read_all(told, partial(_ended, begun), Kind.SUSPENSION_ENDED)),
            tuple(read_all(told, _belonging, Kind.UNION_JOINED, Kind.UNION_LEFT)),
            tuple(read_all(told, _stood, Kind.COLLECTIVE_SIGNED)),
        )

    def over(self, head: Agreed, size: int) -> tuple[Suspended, ...]:
        """Return those that reached an agreement when the log had that size."""
        ended = {name for name, entry in self.ended if entry < size}
        running = [s for s in self.begun if s.entry < size and s.digest not in ended]
        if not running:
            return ()
        mine = self._unions(head.performer, size)
        covering = self._covering(head.terms, mine, size)
        return tuple(
            Suspended.by(s.digest, s.cause, s.at, s.reach)
            for s in running
            if s.reach.has(head.template, [s.reach.union] if s.union in mine else [], covering)
        )

    def _unions(self, performer: str, size: int) -> frozenset[str]:
        said = {
            b.union: b.belongs
            for b in self.belongings
            if b.performer == performer and b.entry < size
        }
        return frozenset(union for union, belongs in said.items() if belongs)

    def _covering(self, terms: Terms, unions: Collection[str], size: int) -> list[str]:
        stood = [c for c in self.collectives if c.entry < size]
        over = {c.supersedes for c in stood}
        return [
            c.digest
            for c in stood
            if c.digest not in over and c.accord.covers(terms, member=c.union in unions)
        ]


def _check_shown(told: Disclosure) -> None:
    """Check that the collective agreements are there.

    Memberships may be missing: who was erased has taken theirs away, with all their takes.
    """
    if held_back := told.closed(Kind.COLLECTIVE_SIGNED):
        raise CheckFailed(
            "What a suspension turns on is held back: a collective agreement",
            where=f"entry {held_back[0]}",
        )


def _begun(entry: Opened) -> Begun:
    told = held(entry, partial(sealed_by, "by", suspension.PAYLOAD_TYPE))
    reach = Reach.parse(told["reach"], where=f"entry {entry.index}")
    cause, union = Cause(told["cause"]), str(told["union"])
    if cause == Cause.STRIKE and union not in {"", told["by"]}:
        raise CheckFailed("A strike of another union's members", where=f"entry {entry.index}")
    at = instant(told["at"], where=f"entry {entry.index}")
    return Begun(entry.index, entry.digest, cause, reach, union, at, str(told["by"]))


def _ended(begun: Collection[Begun], entry: Opened) -> tuple[str, int]:
    told = held(entry, partial(sealed_by, "by", suspension.LIFTED))
    callers = {each.digest: each.by for each in begun}
    if callers.get(told["suspension"]) != told["by"]:
        raise CheckFailed("Lifted by who did not call it", where=f"entry {entry.index}")
    return str(told["suspension"]), entry.index


def _belonging(entry: Opened) -> Belonging:
    told = held(entry, partial(sealed_by, "performer", accord.MEMBERSHIP))
    joined = entry.kind == Kind.UNION_JOINED
    return Belonging(entry.index, str(told["performer"]), str(told["union"]), joined)


def _stood(entry: Opened) -> Stood:
    told = held(entry, _by_both_sides)
    words = Accord.parse(told, where=f"entry {entry.index}")
    return Stood(entry.index, entry.digest, str(told["union"]), told["supersedes"], words)


def _by_both_sides(envelope: Any) -> Any:
    union = sealed_by("union", accord.PAYLOAD_TYPE, envelope)
    producer = sealed_by("producer", accord.PAYLOAD_TYPE, envelope)
    if union["union"] == producer["producer"]:
        raise CheckFailed("One key signed for both sides")
    return union
