"""One notice of a feed: what one licensee must no longer use after one withdrawal, by when.

It names no person: takes by the hash of their recording, agreements by theirs, as the manifests
that the licensee holds do already. Why somebody withdrew, and from whom else, is not in it. Each
notice names the one before it, so none can be left out, put in, or told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

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


class Notice(_Shape):
    """What is told: to whom, as which one, after which; about which withdrawal (its log entry)."""

    house: str
    licensee: str
    number: int = Field(ge=1)
    before: Sha256 | None
    at: str
    withdrawal: int = Field(ge=0)
    #: What alone may no longer be done; empty: nothing may.
    narrowed: dict[str, tuple[str, ...]]
    manifests: tuple[Held, ...]
    duties: tuple[Task, ...]

    def statement(self) -> dict[str, Any]:
        """Return the in-toto Statement: the manifests are what it is about."""
        subjects = {f"manifest-{h.manifest[:12]}": h.manifest for h in self.manifests}
        return dsse.attest(Predicate.REVOCATION, subjects, self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """What names it, in the log too."""
        return digest_of(self.statement())

    def of(self, manifest: str) -> frozenset[str]:
        """Return the takes of a manifest that must go."""
        return frozenset(take for h in self.manifests if h.manifest == manifest for take in h.takes)

    @classmethod
    def read(cls, statement: Any) -> Notice:
        """Read a statement.

        Raises
        ------
        FeedBroken : not one of a notice.
        """
        try:
            found = cls.model_validate_json(canonical(statement["predicate"]))
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
