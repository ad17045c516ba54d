"""Giving and ending seats; a house always keeps a producer."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from yesand.kernel.errors import Refused
from yesand.people import services as people
from yesand.people.happenings import Happened
from yesand.people.models import Organisation, Seat, User
from yesand.people.seats import PRODUCER
from yesand.people.security.services import happened


def give(
    user: User,
    role: str,
    organisation: Organisation | None,
    request: HttpRequest | None = None,
) -> Seat:
    """Give an account another seat. Again changes nothing.

    Raises
    ------
    BadInput : a seat that makes no sense. A performer's is given by invitation, with its handle.
    """
    seat_for = people.seat_for(role, False, organisation)
    with transaction.atomic():
        known = Seat.objects.filter(user=user, role=role, organisation=seat_for).first()
        if known is not None:
            return known
        made = people.give_seat(user, role, seat_for)
        happened(Happened.SEAT_GIVEN, user, request, detail=_named(made))
    return made


def end(seat: Seat, request: HttpRequest | None = None) -> None:
    """End a seat.

    Raises
    ------
    Refused : it is the last producer's.
    """
    with transaction.atomic():
        # One at a time: two producers who end each other's seats must not both succeed.
        list(Organisation.objects.select_for_update().filter(slug=PRODUCER))
        if seat.role == Seat.Role.PRODUCER and not _others(seat.user).exists():
            raise Refused(
                "This is the last producer of the house",
                where=seat.user.username,
                remedy="Give somebody else a producer's seat first.",
            )
        happened(Happened.SEAT_ENDED, seat.user, request, detail=_named(seat))
        seat.delete()


def last_producer(user: User) -> bool:
    """Tell whether the house would be without a producer if this person left."""
    mine = Seat.objects.filter(user=user, role=Seat.Role.PRODUCER)
    return mine.exists() and not _others(user).exists()


def _others(user: User) -> QuerySet[Seat]:
    seats = Seat.objects.filter(role=Seat.Role.PRODUCER, user__is_active=True)
    return seats.exclude(user=user)


def _named(seat: Seat) -> str:
    return f"{seat.role} for {seat.organisation}" if seat.organisation else str(seat.role)
