"""What the frame of every page shows: links by role, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

PERFORMER, PRODUCER, LICENSEE, RATER, AUDITOR, UNION = ROLES = (
    "performer",
    "producer",
    "licensee",
    "rater",
    "auditor",
    "union",
)
#: Whoever comes, signed in or not.
EVERYONE = "everyone"


@dataclass(frozen=True)
class Link:
    """One link of the frame; a room names its own in ``MENU`` of its module ``menu``.

    Parameters
    ----------
    label : what it says; mark it with ``gettext_lazy``.
    address : name of the page, without arguments.
    roles : the roles to whom it is shown on every page; ``EVERYONE`` shows it to all. A role has
        six links at most, so that the row stays one row.
    place : its place in the row; low ones come first.
    home : the roles who find it on their own page instead.
    rights : the rights to act for others, of which any shows it to who sits in no seat
        (`yesand.people.acting`).
    """

    label: object  # a text, or the lazy promise of one
    address: str
    roles: tuple[str, ...]
    place: int = 50
    home: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()

    def shown_to(self, roles: frozenset[str], rights: frozenset[str] = frozenset()) -> bool:
        """Tell whether a person in these roles, or with these rights, has it on every page."""
        by_right = not roles and bool(rights & set(self.rights))
        return by_right or EVERYONE in self.roles or bool(roles & set(self.roles))

    def at_home_of(self, roles: frozenset[str]) -> bool:
        """Tell whether a person in these roles finds it on their own page instead."""
        return bool(roles & set(self.home)) and not self.shown_to(roles)


@dataclass(frozen=True)
class Waiting:
    """One thing that a person may want to do now; a room yields its own in ``waiting(request)``.

    Parameters
    ----------
    what : a short sentence, as the person reads it.
    address : where to do it.
    since : since when it waits.
    urgent : shown first, and marked.
    """

    what: str
    address: str
    since: datetime
    urgent: bool = False


@dataclass(frozen=True)
class Panel:
    """One part of a person's own page; a room yields its own in ``panels(request)`` of ``home``.

    Parameters
    ----------
    template : what draws it, with ``context``; it begins with a heading of the second rank.
    place : its place on the page; low ones come first.
    """

    template: str
    context: dict[str, Any]
    place: int = 50
