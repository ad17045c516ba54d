"""Letting somebody act for a performer, and ending that: both are entered in the log."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.acting import RIGHTS
from yesand.people.happenings import Happened
from yesand.people.joining.services import new_secret
from yesand.people.models import Delegation, Invitation, Performer
from yesand.people.security.services import happened
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

#: A right to act is given anew at least every three years.
LONGEST = timedelta(days=3 * 366)


def grant(
    place: Place,
    performer: Performer,
    kind: str,
    scopes: Collection[str],
    until: datetime,
    request: HttpRequest | None = None,
) -> tuple[Delegation, str]:
    """Let somebody act for a performer; return the right, and the secret of the link to take it up.

    Raises
    ------
    BadInput : no right, one that there is not, or an end that has passed or is too far.
    """
    now = place.clock.now()
    if kind not in Delegation.Kind.values or not scopes or not set(scopes) <= set(RIGHTS):
        raise BadInput("Say who acts for you, and what they may do")
    _check_end(now, until)
    secret, digest = new_secret()
    with transaction.atomic():
        made = Delegation.objects.create(
            performer=performer,
            kind=kind,
            scopes=sorted(scopes),
            granted_at=now,
            until=until,
        )
        Invitation.objects.create(
            digest=digest,
            delegation=made,
            invited_by=performer.user,
            created_at=now,
            expires_at=min(until, now + timedelta(days=14)),
        )
        _enter(place, Kind.DELEGATION_GRANTED, made)
        if performer.user is not None:
            happened(Happened.RIGHT_GRANTED, performer.user, request, detail=_in_words(made))
    return made, secret


def _check_end(now: datetime, until: datetime) -> None:
    if until <= now:
        raise BadInput(
            gettext("That day is over"), where="until", remedy=gettext("Choose a later one.")
        )
    if until > now + LONGEST:
        raise BadInput(
            gettext("A right to act ends within three years"),
            where="until",
            remedy=gettext("Choose an earlier day: it can be given anew."),
        )


def end(place: Place, delegation: Delegation, request: HttpRequest | None = None) -> bool:
    """End a right to act, at once; tell whether it was good until now."""
    now = place.clock.now()
    with transaction.atomic():
        rows = Delegation.objects.filter(pk=delegation.pk, ended_at=None)
        if not rows.update(ended_at=now):
            return False
        _enter(place, Kind.DELEGATION_ENDED, delegation)
        for user in filter(None, (delegation.performer.user, delegation.user)):
            by = delegation.performer.user
            happened(Happened.RIGHT_ENDED, user, request, by=by, detail=_in_words(delegation))
    return True


def named(row: Delegation) -> str:
    """Return the digest by which the log, and whoever signs by it, names a right to act."""
    record = {
        "performer": row.performer.public_key,
        "kind": row.kind,
        "scopes": row.scopes,
        "granted_at": stamp(row.granted_at),
        "until": stamp(row.until),
    }
    return digest_of(record)


def _enter(place: Place, kind: Kind, row: Delegation) -> None:
    log.record(place, kind, named(row))


def _in_words(row: Delegation) -> str:
    return f"{row.kind} of {row.performer.handle}: {', '.join(row.scopes)}"
