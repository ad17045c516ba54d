"""People who meet: a producer, three performers under an agreement, one without, and a rater."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.templates import standard
from yesand.kernel.place import Place
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import Weekly
from yesand.meetings.models import Availability
from yesand.people import services as people
from yesand.people.models import Seat, User

OFFICE = [Weekly(day, 9 * 60, 17 * 60) for day in range(5)]
#: A Tuesday on which all of the cast work.
TUESDAY = date(2026, 10, 6)


def at(hour: int, minute: int = 0, day: int = 6) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


@dataclass
class Cast:
    house: yesand.House
    users: dict[str, User] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return self.house.place

    def __getattr__(self, name: str) -> User:
        if name.startswith("_") or name not in self.users:
            raise AttributeError(name)
        return self.users[name]


def gather(house: yesand.House) -> Cast:
    """Bring everybody in; all but Eve, who performs without an agreement, have set their hours."""
    cast = Cast(house)
    for handle in ("Ada", "Ben", "Cleo", "Eve"):
        performer, _ = people.join(house.place, handle, credit_name=f"{handle} Actor")
        user = User.objects.create(username=handle.lower(), email=f"{handle.lower()}@mail.example")
        performer.user = user
        performer.save(update_fields=["user"])
        Seat.objects.create(user=user, role=Seat.Role.PERFORMER)
        if handle != "Eve":
            producer = people.organisation("producer")
            draft = standard("recognition", date(2026, 1, 1))
            agreements.sign(house.place, draft, performer, producer)
        cast.users[handle.lower()] = user
    for name, role in (("pam", Seat.Role.PRODUCER), ("rob", Seat.Role.RATER)):
        cast.users[name] = User.objects.create(username=name, email=f"{name}@mail.example")
        Seat.objects.create(user=cast.users[name], role=role)
    for user in cast.users.values():
        available(user)
    return cast


def available(user: User, zone: str = "UTC", **asked: int) -> Availability:
    wishes = Wishes(**{"notice": 0, "cancel_notice": 60, **asked})
    return set_hours(user, zone, OFFICE, [], wishes, {})
