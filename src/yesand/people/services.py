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
    check_performer(handle, country)
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


def check_performer(handle: str, country: str) -> None:
    """Refuse a handle or country that cannot be.

    Raises
    ------
    BadInput : which, and what can.
    """
    if not _HANDLE.match(handle):
        raise BadInput(
            f"{handle[:100]!r} cannot be a handle",
            remedy="Use up to 80 letters, digits and _ . @ + -",
        )
    if not _COUNTRY.match(country):
        raise BadInput(f"{country!r} is not a country code", remedy="Use two letters, such as DE.")


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
    sits_for = seat_for(role, performer is not None, organisation)
    with transaction.atomic():
        user = User.objects.filter(username=username).first()
        if user is None:
            user = new_user(username, password)
        elif not user.check_password(password):
            raise Refused("That name is taken", where=username, remedy="Choose another.")
        if performer is not None:
            link(user, performer)
        give_seat(user, role, sits_for)
    return user


def give_seat(user: User, role: str, organisation: Organisation | None) -> Seat:
    """Give a person a seat. Again changes nothing."""
    return Seat.objects.get_or_create(user=user, role=role, organisation=organisation)[0]


def seat_for(role: str, performing: bool, given: Organisation | None) -> Organisation | None:
    """Return the organisation that a seat is for, if its role is one of an organisation.

    Raises
    ------
    BadInput : no such role, or a seat without the one it is for.
    """
    if role not in Seat.Role.values:
        raise BadInput(f"No role called {role!r}", remedy=f"Use {', '.join(Seat.Role.values)}.")
    if (role == Seat.Role.PERFORMER) != performing:
        raise BadInput("A performer's seat, and no other, names its performer", where=role)
    kind = SITS_FOR.get(role)
    if given is None and role in (Seat.Role.PRODUCER, Seat.Role.AUDITOR):
        return organisation(role)
    if kind != (given.kind if given else None):
        raise BadInput(f"A {role}'s seat is for {kind or 'no'} organisation", where=str(given))
    return given


def new_user(username: str, password: str | None, *, email: str = "") -> User:
    """Make an account.

    Parameters
    ----------
    password : none for an account that is opened by a passkey.

    Raises
    ------
    BadInput : a name that is taken or cannot be, or a password too weak.
    """
    user = User(username=username, email=email)
    try:
        _choose(user, password)
        user.full_clean(exclude=["password"])
    except ValidationError as fault:
        raise BadInput("; ".join(fault.messages), where=username) from fault
    user.save()
    return user


def set_password(user: User, password: str | None) -> None:
    """Give an account another password, or none: a passkey opens it.

    Raises
    ------
    BadInput : a password too weak.
    """
    try:
        _choose(user, password)
    except ValidationError as fault:
        raise BadInput("; ".join(fault.messages), where=user.username) from fault
    user.save(update_fields=["password"])


def _choose(user: User, password: str | None) -> None:
    if password is None:
        user.set_unusable_password()
        return
    if len(password) < SHORTEST_PASSWORD:
        raise ValidationError(f"a password has at least {SHORTEST_PASSWORD} characters")
    validate_password(password, user)
    user.set_password(password)


def link(user: User, performer: Performer) -> None:
    """Join an account to the performer whose it is.

    Raises
    ------
    Refused : the performer has another account, or the account is another performer's.
    """
    if performer.user is not None and performer.user != user:
        raise Refused("This performer has another account", where=performer.handle)
    performer.user = user
    try:
        with transaction.atomic():
            performer.save(update_fields=["user"])
    except IntegrityError as fault:
        raise Refused("This account is another performer's", where=user.username) from fault
