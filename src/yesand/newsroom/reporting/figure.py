"""A figure: what it counts, its query, its value, and what is withheld so that nobody is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

#: A count or an amount that rests on one or two people would tell something of them to whoever
#: knows that they are here: it is withheld. Three is the least at which nobody can tell another's
#: part from the whole and their own.
FEWEST = 3


class _Typed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Typed):
    """One row of a figure.

    Attributes
    ----------
    value : a count, or micro-units of ``currency``; none where it is withheld.
    currency : of an amount of money; empty for a count.
    """

    label: str
    value: int | None
    currency: str = ""

    @property
    def withheld(self) -> bool:
        """It rests on too few people to be told."""
        return self.value is None


class Figure(_Typed):
    """One figure of a report, as signed.

    Attributes
    ----------
    definition : in words, exactly what is counted.
    query : the SQL that gives it, with its values.
    """

    name: Annotated[str, Field(pattern=r"^[a-z-]{1,60}$")]
    title: str
    definition: str
    parts: tuple[Part, ...]
    query: str
    unit: str = ""

    @property
    def whole(self) -> int | None:
        """Its one value; none if it has several rows, or is withheld."""
        return self.parts[0].value if len(self.parts) == 1 else None

    @property
    def is_empty(self) -> bool:
        """There is nothing to tell of."""
        return all(part.value == 0 for part in self.parts)


def part(label: str, value: int, people: int | None, currency: str = "") -> Part:
    """Return a row, withheld if it rests on fewer people than may be told of.

    Parameters
    ----------
    people : how many different people it rests on; none: it is not about people at all.

    >>> part("withdrawals", 2, 2).withheld
    True
    """
    hidden = people is not None and 0 < people < FEWEST
    return Part(label=label, value=None if hidden else value, currency=currency)


def parts(rows: list[tuple[str, int, int | None]], currency: str = "") -> tuple[Part, ...]:
    """Return the rows of one figure. If just one is withheld, the smallest other goes with it.

    Otherwise the one could be had from a whole that is known elsewhere.
    """
    made = [part(label, value, people, currency) for label, value, people in rows]
    if sum(p.withheld for p in made) == 1:
        others = [(p.value, i) for i, p in enumerate(made) if p.value]
        if others:
            _, at = min(others)
            made[at] = Part(label=made[at].label, value=None, currency=currency)
    return tuple(made)
