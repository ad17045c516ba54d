"""Whether a person needs a second factor, and recovery codes: of a code only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import RecoveryCode, Seat, User
from yesand.people.sight import Request

EVERYONE, NOBODY = "everyone", "nobody"
_SHORT = {"1": EVERYONE, "0": NOBODY}
#: How many codes are made at once.
CODES = 10
#: Signs that nobody mistakes for one another, on paper too: 32 of them, five bits each.
_SIGNS = "abcdefghjkmnpqrstuvwxyz023456789"
#: 24 signs are 120 bits: so many that a fast hash is enough (ASVS 6.5.2 asks for 112).
_LENGTH, _GROUP = 24, 4
_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: A session notes that its person has a second factor, so that it is not looked up on every page.
_KNOWN = "has_factor"
#: Where somebody was going when they were asked for a second factor.
WANTED = "wanted"


def told(place: Place) -> str:
    """Return whom the house asks for a second factor: the environment's word, or its own."""
    word = settings.REQUIRE_MFA or str(place.settings.get("second_factor", EVERYONE))
    return _SHORT.get(word, word)


def asked_of(place: Place, roles: Collection[str]) -> bool:
    """Tell whether people in these roles must have one; a word that nobody knows asks everyone."""
    word = told(place)
    if word == NOBODY:
        return False
    named = {name.strip() for name in word.split(",")}
    return bool(named & set(roles)) if named <= set(Seat.Role.values) else True


def has_factor(user: User) -> bool:
    """Tell whether a person has a passkey, a key, or an app for codes."""
    return bool(Authenticator.objects.filter(user=user, type__in=_KINDS).exists())


def needs_factor(request: Request) -> bool:
    """Tell whether who is there must have a second factor, and has none."""
    if not isinstance(request.user, User) or request.session.get(_KNOWN):
        return False
    if told(request.place) == NOBODY or not asked_of(request.place, request.sight.roles):
        return False
    if not has_factor(request.user):
        return True
    request.session[_KNOWN] = True
    return False


def forget_factors(request: HttpRequest, user: User) -> None:
    """Drop what hung on a person's last factor, and ask for another on the next page."""
    RecoveryCode.objects.filter(user=user).delete()
    request.session.pop(_KNOWN, None)


def new_codes(place: Place, user: User) -> list[str]:
    """Make recovery codes; those of before open nothing any more. They are returned this once.

    Raises
    ------
    Refused : there is no second factor that they could stand in for.
    """
    if not has_factor(user):
        raise Refused("There is no passkey or app yet", remedy="Add one; then make codes.")
    made, now = [_code() for _ in range(CODES)], place.clock.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two tabs, the later one's count
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(code), made_at=now) for code in made
        )
    return made


def _code() -> str:
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(signs[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def _digest(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())


def looks_like_one(code: str) -> bool:
    """Tell whether what was typed may be a recovery code, with or without its dashes."""
    return len(_plain(code)) == _LENGTH


def use_code(place: Place, user: User, code: str) -> bool:
    """Use a code up; tell whether it was good. One statement: of two at once, one gets in."""
    rows = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    return bool(rows.update(used_at=place.clock.now()))


def codes_left(user: User) -> int:
    """Count the codes that are not used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()
