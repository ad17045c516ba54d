"""The items of a feed: what one licensee must no longer use, after what.

A notice tells of a withdrawal and is for good. A pause tells of a suspension: what it stops, and
that it is over. Neither names a person: takes by the hash of their recording, agreements by theirs,
as the manifests that the licensee holds do already. Why somebody withdrew, and from whom else, is
not in it. Each item names the one before it, so none can be left out, put in, or told twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yesand.agreements.suspending.suspension import Cause
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_of
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FeedBroken(CheckFailed):
    """A feed that was changed, cut, put in another order, or taken back to an earlier state."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Held(_Shape):
    """Which takes of a manifest were taken back, and the agreements that they were under."""

    manifest: Sha256
    takes: tuple[Sha256, ...]
    agreements: tuple[Sha256, ...]


class Task(_Shape):
    """What the licensee must do, and until when; no date for what lasts as long as its cause."""

    duty: str
    subject: str
    due: str | None
    clause: str

    @property
    def until(self) -> datetime | None:
        """Its date."""
        return instant(self.due) if self.due else None


class Paused(_Shape):
    """The agreements of a manifest that a suspension stops, with all takes under them.

    Which takes those are, the manifest itself says; ``takes`` is how many.
    """

    manifest: Sha256
    agreements: tuple[Sha256, ...]
    takes: int = Field(ge=0)


class Item(_Shape, ABC):
    """What every item says: to whom it is told, as which one, after which, and as of when."""

    PREDICATE: ClassVar[Predicate]

    house: str
    licensee: str
    number: int = Field(ge=1)
    before: Sha256 | None
    at: str

    @abstractmethod
    def about(self) -> tuple[str, ...]:
        """Return the manifests that it is about."""

    def statement(self) -> dict[str, Any]:
        """Return the in-toto Statement: the manifests are what it is about."""
        subjects = {f"manifest-{name[:12]}": name for name in self.about()}
        return dsse.attest(self.PREDICATE, subjects, self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """What names it, in the log too."""
        return digest_of(self.statement())


class Notice(Item):
    """What must go after a withdrawal (its log entry), and by when."""

    PREDICATE = Predicate.REVOCATION

    withdrawal: int = Field(ge=0)
    #: What alone may no longer be done; empty: nothing may.
    narrowed: dict[str, tuple[str, ...]]
    manifests: tuple[Held, ...]
    duties: tuple[Task, ...]

    def about(self) -> tuple[str, ...]:
        """Return the manifests that hold what was taken back."""
        return tuple(held.manifest for held in self.manifests)

    def of(self, manifest: str) -> frozenset[str]:
        """Return the takes of a manifest that must go."""
        return frozenset(take for h in self.manifests if h.manifest == manifest for take in h.takes)


class Pause(Item):
    """What a suspension (its log entry) stops; the latest item about a suspension is what holds."""

    PREDICATE = Predicate.SUSPENSION

    suspension: int = Field(ge=0)
    cause: Cause = Field(strict=False)
    since: str
    #: The log entry that lifted it: what it stopped may be used again.
    lifted: int | None = Field(ge=0)
    manifests: tuple[Paused, ...]

    def about(self) -> tuple[str, ...]:
        """Return the manifests that hold what it stops, or stopped until now."""
        return tuple(paused.manifest for paused in self.manifests)

    def of(self, manifest: str) -> frozenset[str]:
        """Return the agreements of a manifest whose takes may not be used as long as it lasts."""
        if self.lifted is not None:
            return frozenset()
        return frozenset(a for p in self.manifests if p.manifest == manifest for a in p.agreements)


_ITEMS: dict[str, type[Notice] | type[Pause]] = {
    kind.PREDICATE.value: kind for kind in (Notice, Pause)
}


def read(statement: Any) -> Notice | Pause:
    """Read a statement as the item of a feed that it is.

    Raises
    ------
    FeedBroken : it is none.
    """
    try:
        found = _ITEMS[statement["predicateType"]].model_validate_json(
            canonical(statement["predicate"])
        )
    except (KeyError, TypeError, ValidationError, BadInput) as fault:
        raise FeedBroken("A notice has not the form of one") from fault
    if found.statement() != statement:
        raise FeedBroken("A notice says more than notices say")
    return found


def notice(
    place: tuple[str, str],
    order: tuple[int, str | None],
    withdrawn: tuple[datetime, int, Mapping[str, Sequence[str]]],
    manifests: Sequence[Held],
    duties: Sequence[Task],
) -> Notice:
    """Make a notice.

    Parameters
    ----------
    place : the house's log and the licensee.
    order : its number, and the digest of the one before.
    withdrawn : when, its log entry, and what it was narrowed to.
    """
    (house, licensee), (number, before) = place, order
    at, entry, narrowed = withdrawn
    return Notice(
        house=house,
        licensee=licensee,
        number=number,
        before=before,
        at=stamp(at),
        withdrawal=entry,
        narrowed={name: tuple(values) for name, values in narrowed.items() if values},
        manifests=tuple(manifests),
        duties=tuple(duties),
    )
