"""Bringing people in: performers and organisations, each with a key, and accounts with a seat."""

from __future__ import annotations

import re

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import Signer, key_id
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer, Seat, User
from yesand.people.seats import AUDITOR, HOUSE_LAB, PRODUCER, SITS_FOR
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

SHORTEST_PASSWORD = 8
_HANDLE = re.compile(r"[\w.@+-]{1,80}\Z")
_COUNTRY = re.compile(r"([A-Z]{2})?\Z")


def join(
    place: Place, handle: str, *, credit_name: str = "", country: str = "", synthetic: bool = False
) -> tuple[Performer, bool]:
    """Return the performer of that handle, made with a key of their own if they are new.

    Raises
    ------
    BadInput : a handle or country that cannot be.
    """
    known = Performer.objects.filter(handle=handle).first()
    if known:
        return known, False
    if not _HANDLE.match(handle):
        raise BadInput(
            f"{handle[:100]!r} cannot be a handle",
            remedy="Use up to 80 letters, digits and _ . @ + -",
        )
    if not _COUNTRY.match(country):
        raise BadInput(f"{country!r} is not a country code", remedy="Use two letters, such as DE.")
    public = place.keys.create().public.hex()
    with transaction.atomic():
        log.record(
            place, Kind.PERFORMER_JOINED, digest_of({"handle": handle, "public_key": public})
        )
        made = Performer.objects.create(
            handle=handle,
            credit_name=credit_name,
            country=country,
            public_key=public,
            synthetic=synthetic,
        )
    return made, True


def found(place: Place, slug: str, name: str, kind: Organisation.Kind) -> Organisation:
    """Return the organisation of that slug, made with a key of its own if it is new."""
    known = Organisation.objects.filter(slug=slug).first()
    if known:
        return known
    public = place.keys.create().public.hex()
    return Organisation.objects.create(slug=slug, name=name, kind=kind, public_key=public)


def furnish(place: Place) -> None:
    """Give a house the organisations that every house has. Again changes nothing.

    Raises
    ------
    NotFound : the registry's producer has no key here, so the registry is another house's.
    """
    signer_of(place, found(place, PRODUCER, place.name, Organisation.Kind.PRODUCER))
    found(place, HOUSE_LAB, f"{place.name} (house lab)", Organisation.Kind.LICENSEE)
    found(place, AUDITOR, f"Auditors of {place.name}", Organisation.Kind.AUDITOR)


def performer(handle: str) -> Performer:
    """Return the performer of that handle.

    Raises
    ------
    NotFound : nobody here is called that.
    """
    try:
        return Performer.objects.get(handle=handle)
    except Performer.DoesNotExist:
        raise NotFound(
            "No performer of that handle", where=handle, remedy="See `yesand performers`."
        ) from None


def organisation(slug: str) -> Organisation:
    """Return the organisation of that slug.

    Raises
    ------
    NotFound : none here is called that.
    """
    try:
        return Organisation.objects.get(slug=slug)
    except Organisation.DoesNotExist:
        raise NotFound("No organisation of that name", where=slug) from None


def signer_of(place: Place, party: Performer | Organisation) -> Signer:
    """Return a party's private key, where it is held here."""
    return place.keys.get(key_id(bytes.fromhex(party.public_key)))


def account(
    username: str,
    role: str,
    password: str,
    performer: Performer | None = None,
    organisation: Organisation | None = None,
) -> User:
    """Return the account of that name with a seat in that role. Again changes nothing.

    Raises
    ------
    BadInput : no such role, a password too weak, or a seat without the one it is for.
    Refused : the name is taken, or the performer has another account.
    """
    seat_for = _seat(role, performer, organisation)
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = _new_user(username, password)
        elif not user.check_password(password):
            raise Refused("That name is taken", where=username, remedy="Choose another.")
        if performer is not None:
            _link(user, performer)
        Seat.objects.get_or_create(user=user, role=role, organisation=seat_for)
    return user


def _seat(
    role: str, performer: Performer | None, given: Organisation | None
) -> Organisation | None:
    if role not in Seat.Role.values:
        raise BadInput(f"No role called {role!r}", remedy=f"Use {', '.join(Seat.Role.values)}.")
    if (role == Seat.Role.PERFORMER) != (performer is not None):
        raise BadInput("A performer's seat, and no other, names its performer", where=role)
    kind = SITS_FOR.get(role)
    if given is None and role in (Seat.Role.PRODUCER, Seat.Role.AUDITOR):
        return organisation(role)
    if kind != (given.kind if given else None):
        raise BadInput(f"A {role}'s seat is for {kind or 'no'} organisation", where=str(given))
    return given


def _new_user(username: str, password: str) -> User:
    user = User(username=username)
    try:
        if len(password) < SHORTEST_PASSWORD:
            raise ValidationError(f"a password has at least {SHORTEST_PASSWORD} characters")
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as fault:
        raise BadInput("; ".join(fault.messages), where=username) from fault
    user.save()
    return user


def _link(user: User, performer: Performer) -> None:
    if performer.user is not None and performer.user != user:
        raise Refused("This performer has another account", where=performer.handle)
    performer.user = user
    try:
        with transaction.atomic():
            performer.save(update_fields=["user"])
    except IntegrityError as fault:
        raise Refused("This account is another performer's", where=user.username) from fault
