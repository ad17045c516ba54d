"""What the room of people holds about a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils.translation import gettext

from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.delegating.services import end
from yesand.people.happenings import Happened
from yesand.people.models import (
    Delegation,
    Event,
    Invitation,
    Performer,
    RecoveryCode,
    Seat,
    Token,
    User,
)
from yesand.people.seating.services import last_producer
from yesand.people.security.services import happened, sessions_of
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

_PERFORMER = ("handle", "credit_name", "credited", "country", "public_key", "synthetic")
_ACCOUNT = ("username", "email", "first_name", "last_name", "zone", "language")
_TOKEN = ("name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
_DELEGATION = ("performer__handle", "user__username", "kind", "scopes", "granted_at", "until")


def held(user: User) -> dict[str, Any]:
    """Return everything about the account: no secret of it."""
    performer = Performer.objects.filter(user=user)
    either = Q(user=user) | Q(performer__user=user)
    return {
        "account": {name: getattr(user, name) for name in (*_ACCOUNT, "date_joined", "last_login")},
        "performer": performer.values(*_PERFORMER).first(),
        "seats": list(Seat.objects.filter(user=user).values("role", "organisation__name")),
        "delegations": list(Delegation.objects.filter(either).values(*_DELEGATION, "ended_at")),
        "factors": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
        "recovery codes": list(RecoveryCode.objects.filter(user=user).values("made_at", "used_at")),
        "accounts elsewhere": list(SocialAccount.objects.filter(user=user).values("provider")),
        "sessions": [
            {"since": s.created_at, "address": s.ip, "browser": s.user_agent}
            for s in sessions_of(user)
        ],
        "tokens": list(Token.objects.filter(user=user).values(*_TOKEN)),
        "history": list(
            Event.objects.filter(user=user).values("at", "kind", "detail", "ip", "agent")
        ),
        "invitations sent": list(
            Invitation.objects.filter(invited_by=user).values("role", "email", "created_at")
        ),
    }


def hindrances(place: Place, user: User) -> Iterator[str]:
    """A house keeps a producer."""
    if last_producer(user):
        yield gettext("You are the last producer: give somebody else that seat first.")


def goes(place: Place, user: User) -> Iterator[str]:
    """Say what of an account goes."""
    yield gettext("Your account: name, e-mail, password, passkeys, codes, settings and seats.")
    yield gettext("All sessions, tokens and links, and the right of anybody to act for you.")
    yield gettext("Where from and with what you logged in, in your account’s history.")
    if Performer.objects.filter(user=user).exists():
        yield gettext("Your credit name and country, and the log’s link to who you are.")


def stays(place: Place, user: User) -> Iterator[str]:
    """Say what of an account stays."""
    yield gettext(
        "That an account was here, when it logged in and when it was erased, without a name: "
        "so that nobody can cover up what was done with it (GDPR Art. 5(1)(f), 32)."
    )
    performer = Performer.objects.filter(user=user).first()
    if performer is not None:
        yield gettext(
            "Your handle “%(handle)s” and your public key: signed documents name you by them alone."
        ) % {"handle": performer.handle}


def erase(place: Place, user: User) -> None:
    """Blank the account and all that hangs on it; a nameless stone stays in its place."""
    now, performer = place.clock.now(), Performer.objects.filter(user=user).first()
    for row in Delegation.objects.filter(Q(user=user) | Q(performer__user=user), ended_at=None):
        end(place, row)
    for session in UserSession.objects.filter(user=user):
        session.end()
    for model in (Authenticator, RecoveryCode, SocialAccount, Token, Seat):
        model.objects.filter(user=user).delete()
    Invitation.objects.filter(used_by=user).update(email="", credit_name="", country="")
    Invitation.objects.filter(renews=user).delete()
    Delegation.objects.filter(user=user).update(user=None)
    if performer is not None:
        _erase_performer(performer)
    happened(Happened.ERASED, user, at=now)
    Event.objects.filter(user=user).update(ip="", agent="", detail="")
    _blank(user)
    User.objects.filter(pk=user.pk).update(erased_at=now)


def _erase_performer(performer: Performer) -> None:
    record = digest_of({"handle": performer.handle, "public_key": performer.public_key})
    log.erase(Entry.objects.filter(kind=Kind.PERFORMER_JOINED, record=record))
    performer.credit_name = performer.country = ""
    performer.credited, performer.user = False, None
    performer.save(update_fields=["credit_name", "country", "credited", "user"])


def _blank(user: User) -> None:
    user.username, user.is_active = f"erased-{user.pk}", False
    user.email = user.first_name = user.last_name = ""
    user.zone, user.language, user.last_login = "UTC", "en", None
    user.set_unusable_password()
    user.save()
