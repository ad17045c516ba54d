"""A house with one settled month, whose performers and producers have accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from royalties_factories import SEPTEMBER, Stage, event, used, write

from yesand.kernel.clock import Period
from yesand.people.models import Performer, Seat, User
from yesand.royalties.models import Statement
from yesand.royalties.services import meter, settle


@dataclass
class Desk:
    """Ann, Bob and Cleo in ``coach`` of ``acme``; September is settled."""

    stage: Stage
    folder: Path
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("one", "two"):
            user = self.people[name] = User.objects.create(username=name, email=f"{name}@m.example")
            Seat.objects.create(user=user, role=Seat.Role.PRODUCER)
        for handle in self.stage.minutes:
            name = handle.lower()
            user = self.people[name] = User.objects.create(username=name, email=f"{name}@m.example")
            Seat.objects.create(user=user, role=Seat.Role.PERFORMER)
            Performer.objects.filter(handle=handle).update(user=user)
        self.month(SEPTEMBER, range(10))

    def month(self, period: Period, numbers: Iterable[int]) -> None:
        """Meter some use of a month, and settle it."""
        when = f"{period}-05T12:00:00Z"
        used(self.stage, self.folder, *(event(n, time=when) for n in numbers))
        settle(self.stage.place, period)

    def statement(self, handle: str, period: Period = SEPTEMBER) -> Statement:
        rows = Statement.objects.select_related("performer__user", "settlement")
        return rows.get(performer__handle=handle, settlement__period=str(period))

    def unmatched(self, deployment: str = "mystery") -> None:
        """Meter use of a deployment that nobody knows."""
        path = self.folder / "unmatched.jsonl"
        assert meter(self.stage.place, write(path, [event(900, subject=deployment)])).escrowed == 1


def desk_of(stage: Stage, folder: Path) -> Desk:
    """Settle a month and seat everybody."""
    stage.reported()
    return Desk(stage, folder)
