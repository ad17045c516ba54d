"""What of allauth's behaviour is ours: nobody signs up, secrets are sealed, asking again is one."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from yesand.kernel.sealing import Seal
from yesand.people.confirming import recently
from yesand.people.happenings import described


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts of people who joined by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Ask again as everywhere in the house: after ten minutes."""
        return not recently(self.request)


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in by another's account: only for those who are here already and linked it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up by themselves."""
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nor by being known elsewhere."""
        return False


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, their secrets sealed in the registry."""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Offer the browser's name for a new key."""
        return described(context.request.headers.get("User-Agent", ""))

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key derived from the house's own."""
        return _seal().close(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it."""
        return _seal().open(encrypted_text)


def _seal() -> Seal:
    return Seal("second factors", settings.SECRET_KEY)
