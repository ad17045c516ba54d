"""What a suspension reaches: a class of agreements, and which new uses of what is under them.

A suspension names a class and no person: by the union that performers belong to, the collective
agreement that covers them, the standard that was signed, and what is asked for. Whatever is not
named narrows nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yesand.agreements.clause import Clause, Request
from yesand.agreements.faults import in_words
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.errors import BadInput

PAYLOAD_TYPE = "application/vnd.yes-and.suspension+json"
LIFTED = "application/vnd.yes-and.suspension-lifted+json"
#: How long the words may be that say why.
LONGEST_REASON = 300


class Cause(StrEnum):
    """Why new use stops."""

    STRIKE = "strike"  # called by a union; agreements may say that they go on through one
    HOLD = "hold"  # by the producer, such as after a leak or on a court's order: always stops


class Reach(BaseModel):
    """A class of agreements and of uses: an empty field narrows nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: The union whose members' agreements it reaches, by its short name.
    union: str = ""
    #: The collective agreement that covers them, by its digest.
    collective: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    #: Such as ``standard/synthesis``.
    templates: frozenset[str] = frozenset()
    use_classes: frozenset[UseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    licensees: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, value: Any, *, where: str = "suspension") -> Reach:
        """Read it from JSON data.

        Raises
        ------
        BadInput : with every field that is wrong.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as fault:
            raise BadInput(f"A class that does not hold: {in_words(fault)}", where=where) from fault

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, every set in order."""
        return {
            name: value if isinstance(value, str) else sorted(map(str, value))
            for name, value in ((n, getattr(self, n)) for n in type(self).model_fields)
        }

    def has(self, template: str, unions: Collection[str], collectives: Collection[str]) -> bool:
        """Tell whether an agreement is of the class.

        Parameters
        ----------
        unions : those that its performer belongs to. collectives : those that cover it.
        """
        return (
            (not self.union or self.union in unions)
            and (not self.collective or self.collective in collectives)
            and (not self.templates or template in self.templates)
        )

    @property
    def turns_on_unions(self) -> bool:
        """Whether one must know who belongs to which union to tell whom it reaches."""
        return bool(self.union or self.collective)

    def __str__(self) -> str:
        """Write it for people."""
        plain = {n: [v] if isinstance(v, str) and v else v for n, v in self.as_json().items()}
        if self.collective:
            plain["collective"] = [self.collective[:12]]
        named = [f"{n.replace('_', ' ')}: {', '.join(v)}" for n, v in plain.items() if v]
        return "; ".join(named) or "every agreement"


@dataclass(frozen=True)
class Suspended:
    """A suspension of an agreement's class as the decision sees it; empty sets narrow nothing."""

    name: str
    cause: Cause
    at: datetime
    use_classes: frozenset[UseClass] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    licensees: frozenset[str] = frozenset()

    @classmethod
    def by(cls, name: str, cause: Cause, at: datetime, reach: Reach) -> Suspended:
        """Return it as decisions see it."""
        return cls(name, cause, at, reach.use_classes, reach.purposes, reach.licensees)

    def stops(self, *, in_strike: bool) -> bool:
        """Tell whether it stops anything, where terms stop in a strike or go on through one."""
        return in_strike or self.cause != Cause.STRIKE

    def covers(self, request: Request) -> bool:
        """Tell whether it stops what is asked for, whatever day the request names."""
        return (
            (not self.use_classes or request.use_class in self.use_classes)
            and (not self.purposes or request.purpose in self.purposes)
            and (not self.licensees or request.licensee in self.licensees)
        )

    def clause(self) -> Clause:
        """Return what speaks against a request that it stops."""
        day = f"{self.at:%Y-%m-%d}"
        said = "a strike is on" if self.cause == Cause.STRIKE else "new use is on hold"
        return Clause("suspension", day, f"{said} since {day} (suspension {self.name[:12]})")


def stopping(terms: Terms, suspensions: tuple[Suspended, ...]) -> tuple[Suspended, ...]:
    """Return those that stop anything under these terms."""
    return tuple(s for s in suspensions if s.stops(in_strike=terms.suspended_in_strike))


def payload(
    cause: Cause, by: str, reach: Reach, reason: str, at: str, *, union: str
) -> dict[str, Any]:
    """Return what is signed when it begins.

    Parameters
    ----------
    by : the public key (hex) of who calls it. union : that of the union that the class names.
    """
    return {
        "at": at,
        "by": by,
        "cause": cause.value,
        "reach": reach.as_json(),
        "reason": reason,
        "union": union,
    }


def lifting(suspension: str, by: str, reason: str, at: str) -> dict[str, Any]:
    """Return what is signed when it ends."""
    return {"at": at, "by": by, "reason": reason, "suspension": suspension}
