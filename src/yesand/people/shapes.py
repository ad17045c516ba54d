"""What operations of the API share: pages of a list, names in a path, whom one sits for."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import P, PathEx, QueryEx, Schema
from pydantic import ConfigDict, Field

from yesand.kernel.errors import BadInput, NotFound
from yesand.people.models import Organisation
from yesand.people.sight import Sight

T = TypeVar("T")

#: The SHA-256 by which a record is named, in a path.
Digest = PathEx[str, P(pattern=r"^[0-9a-f]{64}$", description="The SHA-256 that names it.")]
#: The same, in what is told.
Named = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
#: A name of one's own, as models and deployments have them.
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,120}$", examples=["night-line"])]

#: For which licensee, in a query: of those that one sits for.
Licensee = QueryEx[str | None, P(pattern=r"^[a-z0-9-]{1,50}$")]


class Told(Schema):
    """What an operation is told: what it does not know is refused, never dropped."""

    model_config = ConfigDict(extra="forbid")


class Slice(Schema):
    """Which part of a list: so many from that place on."""

    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    offset: int = Field(0, ge=0, le=10**9, description="How many to pass over.")


class Page(Schema, Generic[T]):
    """A part of a list, and how many there are in all."""

    items: list[T]
    count: int


def paged(rows: QuerySet[Any], part: Slice) -> dict[str, Any]:
    """Return a part of rows, which must be in an order that does not change."""
    return {"items": list(rows[part.offset : part.offset + part.limit]), "count": rows.count()}


def own_licensee(sight: Sight, slug: str | None = None) -> Organisation:
    """Return the licensee that a person sits for; if they sit for several, the one they name.

    Raises
    ------
    NotFound : they sit for none, or for none of that name. BadInput : several, and none is named.
    """
    mine = {o.slug: o for o in Organisation.objects.filter(pk__in=sight.licensees)}
    if slug:
        if slug not in mine:
            raise NotFound("You sit for no licensee of that name", where=slug[:60])
        return mine[slug]
    if not mine:
        raise NotFound("You sit for no licensee")
    if len(mine) > 1:
        raise BadInput("You sit for several licensees", remedy=f"Name one of {', '.join(mine)}.")
    return next(iter(mine.values()))
