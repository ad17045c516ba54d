"""Inviting people, and letting in who comes with a link: one link, one person, once."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from enum import Enum
from secrets import token_urlsafe

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.http import HttpRequest

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.people.happenings import Happened
from yesand.people.models import (
    Delegation,
    Invitation,
    Organisation,
    Performer,
    RecoveryCode,
    Seat,
    User,
)
from yesand.people.security.services import happened, shut_out

DAYS, LONGEST = 14, 90


class Standing(Enum):
    """Where an invitation stands."""

    OPEN = "open"
    #: Used by somebody who has not yet chosen how to log in: the link still leads them on.
    UNFINISHED = "unfinished"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"


def new_secret() -> tuple[str, str]:
    """Return a secret and the digest that is kept of it."""
    secret = token_urlsafe(24)
    return secret, hashlib.sha256(secret.encode()).hexdigest()


def invite(
    place: Place,
    role: str,
    *,
    by: User | None = None,
    organisation: Organisation | None = None,
    handle: str = "",
    credit_name: str = "",
    country: str = "",
    email: str = "",
    days: int = DAYS,
) -> tuple[Invitation, str]:
    """Invite a person to a seat; return the invitation and the secret of its link.

    Raises
    ------
    BadInput : a seat that makes no sense, a handle that cannot be, or an odd number of days.
    Refused : the performer of that handle has an account already.
    """
    if not 1 <= days <= LONGEST:
        raise BadInput(f"An invitation is open for 1 to {LONGEST} days", where=str(days))
    performing = role == Seat.Role.PERFORMER
    seat_for = people.seat_for(role, performing, organisation)
    if performing:
        people.check_performer(handle, country)
        if Performer.objects.filter(handle=handle, user__isnull=False).exists():
            raise Refused("This performer has an account already", where=handle)
    now, (secret, digest) = place.clock.now(), new_secret()
    made = Invitation.objects.create(
        digest=digest,
        role=role,
        organisation=seat_for,
        handle=handle if performing else "",
        credit_name=credit_name if performing else "",
        country=country if performing else "",
        email=email,
        invited_by=by,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return made, secret


def renew(place: Place, user: User, by: User) -> tuple[Invitation, str]:
    """Give a person who lost their password or keys a new way in; it is good for two days."""
    now, (secret, digest) = place.clock.now(), new_secret()
    made = Invitation.objects.create(
        digest=digest,
        renews=user,
        email=user.email,
        invited_by=by,
        created_at=now,
        expires_at=now + timedelta(days=2),
    )
    return made, secret


def find(secret: str) -> Invitation:
    """Return the invitation whose link that is.

    Raises
    ------
    NotFound : none has that secret.
    """
    digest = hashlib.sha256(secret.encode()).hexdigest()
    found = Invitation.objects.select_related("delegation__performer", "organisation", "used_by")
    row = found.filter(digest=digest).first()
    if row is None:
        raise NotFound("This link opens nothing", remedy="Check that the whole link was copied.")
    return row


def standing(place: Place, invitation: Invitation) -> Standing:
    """Return where an invitation stands now."""
    ended = invitation.delegation is not None and (
        invitation.delegation.ended_at is not None
        or invitation.delegation.until <= place.clock.now()
    )
    if invitation.revoked_at is not None or (ended and invitation.used_at is None):
        return Standing.REVOKED
    expired = invitation.expires_at <= place.clock.now()
    if invitation.used_at is not None:
        waits = invitation.used_by is not None and not _has_a_way_in(invitation.used_by)
        return Standing.UNFINISHED if waits and not expired else Standing.USED
    return Standing.EXPIRED if expired else Standing.OPEN


def _has_a_way_in(user: User) -> bool:
    if not user.is_active or user.has_usable_password():
        return True
    key = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return key.exists() or bool(SocialAccount.objects.filter(user=user).exists())


def accept(
    place: Place,
    invitation: Invitation,
    username: str,
    password: str | None,
    request: HttpRequest | None = None,
) -> User:
    """Make the account that an invitation is for, with its seat, once.

    Parameters
    ----------
    password : none if a passkey follows at once.

    Raises
    ------
    BadInput : a name or password that cannot be; the invitation stays open.
    Refused : somebody has used it before.
    """
    with transaction.atomic():
        _use(place, invitation)
        user = people.new_user(username, password, email=invitation.email)
        _seat(place, invitation, user, request)
    return user


def take_up(
    place: Place, invitation: Invitation, user: User, request: HttpRequest | None = None
) -> None:
    """Give an invitation's seat to somebody who has an account.

    Raises
    ------
    Refused : somebody has used it before.
    """
    with transaction.atomic():
        _use(place, invitation)
        _seat(place, invitation, user, request)


def finish(
    place: Place, invitation: Invitation, password: str | None, request: HttpRequest | None = None
) -> User:
    """Let in who joined and left before they had a way to log in, or who lost theirs.

    A renewal ends every session, token and second factor of before.

    Raises
    ------
    BadInput : a weak password. Refused : the link has done its work.
    """
    with transaction.atomic():
        if invitation.renews is not None and invitation.used_at is None:
            _use(place, invitation)
            user = invitation.renews
            _forget_ways_in(place, user)
            Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
            happened(Happened.RENEWED, user, request, by=invitation.invited_by)
        elif standing(place, invitation) is Standing.UNFINISHED and invitation.used_by:
            user = invitation.used_by
        else:
            raise _used()
        people.set_password(user, password)
    return user


def _use(place: Place, invitation: Invitation) -> None:
    now = place.clock.now()
    rows = Invitation.objects.filter(
        pk=invitation.pk, used_at=None, revoked_at=None, expires_at__gt=now
    )
    if not rows.update(used_at=now):  # one statement: of two tabs, one is told so
        raise _used()


def _used() -> Refused:
    return Refused(
        "This link has been used, taken back, or is too old",
        remedy="If it was you who used it, log in. Else ask whoever sent it for a new one.",
    )


def _seat(place: Place, invitation: Invitation, user: User, request: HttpRequest | None) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(used_by=user)
    happened(Happened.JOINED, user, request, by=user, detail=str(invitation.role))
    if invitation.delegation is not None:
        Delegation.objects.filter(pk=invitation.delegation.pk).update(user=user)
        about = f"{invitation.delegation.kind} of {invitation.delegation.performer.handle}"
        happened(Happened.RIGHT_TAKEN_UP, user, request, by=user, detail=about)
        return
    if invitation.role == Seat.Role.PERFORMER:
        _performing(place, invitation, user)
    people.give_seat(user, invitation.role, invitation.organisation)
    happened(Happened.SEAT_GIVEN, user, request, by=invitation.invited_by, detail=invitation.role)


def _performing(place: Place, invitation: Invitation, user: User) -> None:
    performer, new = people.join(
        place,
        invitation.handle,
        credit_name=invitation.credit_name,
        country=invitation.country,
    )
    if not new and not performer.credit_name and invitation.credit_name:
        performer.credit_name = invitation.credit_name
        performer.save(update_fields=["credit_name"])
    people.link(user, performer)


def _forget_ways_in(place: Place, user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    shut_out(place, user)
