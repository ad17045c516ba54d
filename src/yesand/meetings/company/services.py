"""Who would be in a meeting, for how long, and under which agreements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from yesand.agreements.models import Agreement
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _
from yesand.meetings import kinds
from yesand.meetings.agreed.services import agreement_of
from yesand.meetings.calendars.services import lengths_of, name_of
from yesand.meetings.models import Meeting
from yesand.people.frame import PRODUCER
from yesand.people.models import Seat, User

#: Whom to meet: accounts, or everybody in a role (``"producer"``: the first who can is taken).
People = Sequence[User] | str
#: What is said, and what to do, where a kind lacks whom it needs.
_WITHOUT = {
    kinds.PERFORMANCE: (_("A performance needs a performer"), _("Choose a performer too.")),
    kinds.RATING: (_("A rating needs a rater"), _("Choose a rater too.")),
}


def roles(user: User) -> frozenset[str]:
    return frozenset(Seat.objects.filter(user=user).values_list("role", flat=True))


def groups(user: User, people: People, with_me: bool) -> list[list[User]]:
    """Return who would be in it: one group, or one for each person in a role."""
    may = to_ask(user)
    if isinstance(people, str):
        if people not in Seat.Role.values:
            raise BadInput(f"No role called {people[:40]!r}")
        chosen = [[u] for u in may.filter(seats__role=people)]
    else:
        chosen = [list(dict.fromkeys(u for u in people if u != user))]
    for group in chosen:
        if not {u.pk for u in group} <= set(may.values_list("pk", flat=True)):
            raise Refused(_("You cannot ask them to a meeting"), remedy=_("Ask the producer to."))
    if not any(chosen):
        raise BadInput(_("Nobody to meet"), remedy=_("Choose somebody."))
    if not with_me and PRODUCER not in roles(user):
        raise Refused(_("You can book meetings of your own only"))
    return [[user, *group] if with_me else group for group in chosen]


def group_of(meeting: Meeting) -> list[User]:
    return [row.user for row in meeting.attendances.select_related("user").order_by("id")]


def agreements_among(kind: str, group: Sequence[User], at: datetime) -> dict[int, Agreement]:
    """Return each performer's agreement, where a meeting of that kind is under one."""
    needed = kinds.NEEDS.get(kind)
    if needed and not any(needed in roles(u) for u in group):
        raise BadInput(_WITHOUT[kind][0], remedy=_WITHOUT[kind][1])
    if kind != kinds.PERFORMANCE:
        return {}
    found = {u.pk: agreement_of(u, at) for u in group}
    return {user: agreement for user, agreement in found.items() if agreement is not None}


def to_ask(user: User) -> QuerySet[User]:
    """Return the people whom a person may ask to a meeting."""
    may = kinds.may_ask(roles(user))
    asked = User.objects.filter(is_active=True, seats__role__in=may).exclude(pk=user.pk)
    return asked.distinct().order_by("username")


def length_for(kind: str, group: Sequence[User], length: int | None) -> int:
    suits = kinds.common_lengths(kind, lengths_of(group))
    if not suits:
        raise Refused(
            _("No length suits everybody"),
            remedy=_("Ask them to set the same one in their hours."),
        )
    if length is None:
        return suits[0]
    if length not in suits:
        raise BadInput(
            Sentence(_("%(n)s minutes do not suit everybody"), n=length),
            remedy=Sentence(_("Choose %(these)s."), these=", ".join(map(str, suits))),
        )
    return length


def titled(kind: str, group: Sequence[User]) -> str:
    """Return the title of a meeting to which nobody gave one; it reads the same to everybody."""
    return f"{kind.capitalize()}: {', '.join(name_of(u) for u in group)}"[:200]
