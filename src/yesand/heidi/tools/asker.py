"""Who asks: the session's person, what they see, and what time it is where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.sessions.backends.base import SessionBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from yesand.heidi.reply import Reply
from yesand.heidi.slots import Slots
from yesand.heidi.topics import Named
from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.people.frame import ROLES
from yesand.people.models import User
from yesand.people.sight import Request, Sight


@dataclass(frozen=True)
class Asker:
    """The person whose session it is; every tool reads with their eyes.

    The language is that of the page they ask on, also where the answer is written beside it.
    """

    place: Place
    user: User
    sight: Sight
    language: str = ""

    @classmethod
    def of(cls, request: Request) -> Asker:
        """Return who sends a request."""
        assert isinstance(request.user, User)
        return cls(request.place, request.user, request.sight, get_language() or "")

    @classmethod
    def at(cls, place: Place, user: User) -> Asker:
        """Return a person who asks at the machine itself."""
        return cls(place, user, Sight.of(user), user.language)

    @property
    def request(self) -> Request:
        """A request as other rooms' passages take it."""
        made = Request()
        made.place, made.sight, made.user = self.place, self.sight, self.user
        made.session = SessionBase()  # nothing is remembered between two questions
        return made

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which they tell and are told times."""
        return ZoneInfo(self.user.zone or "UTC")

    @property
    def now(self) -> datetime:
        """The present moment in their zone."""
        return self.place.clock.now().astimezone(self.zone)

    @property
    def month(self) -> Period:
        """The present month of the books, which are kept in UTC."""
        return Period.of(self.place.clock.now())

    @property
    def role(self) -> str:
        """The role that they are greeted in."""
        return next((r for r in ROLES if r in self.sight.roles), "")


Run = Callable[[Asker, Any], Reply]


@dataclass(frozen=True)
class Tool:
    """One thing that Heidi can do.

    Parameters
    ----------
    about : what it does, as a language model is told.
    slots : what it may be told; never a person.
    run : does it.
    """

    intent: Named
    about: str
    slots: type[Slots]
    run: Run


def page(name: str, *args: object, otherwise: str = "") -> str:
    """Return the address of a page of another room, or another if that room is not here."""
    try:
        return reverse(name, args=list(args))
    except NoReverseMatch:
        return otherwise
