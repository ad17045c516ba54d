"""Forms that take a code: an app's, or a recovery code."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator

from yesand.people.factors.services import looks_like_one, use_code
from yesand.people.sight import Request


class _Recovering:
    """Takes a recovery code where an app's code is asked for; tries are counted alike."""

    user: Any
    cleaned_data: dict[str, Any]
    authenticator: Authenticator | None = None

    def clean_code(self) -> str:
        """Use the code up, or say that it is wrong."""
        code = str(self.cleaned_data["code"])
        if not looks_like_one(code):
            return str(super().clean_code())  # type: ignore[misc]  # allauth's, beside this
        forget_tries = check_rate_limit(self.user)
        if not use_code(cast(Request, context.request).place, self.user, code):
            one = Authenticator.objects.filter(user=self.user).first()
            self._emit_authentication_failed(one)  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        forget_tries()
        return code

    def save(self) -> None:
        """Note by what it was shown who it is."""
        if self.authenticator is not None:
            super().save()  # type: ignore[misc]
            return
        told = {"reauthenticated": True} if isinstance(self, ReauthenticateForm) else {}
        kind = Authenticator.Type.RECOVERY_CODES.value
        record_authentication(context.request, self.user, "mfa", type=kind, **told)


class Authenticate(_Recovering, AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """The second step of logging in."""


class Reauthenticate(_Recovering, ReauthenticateForm):  # type: ignore[misc]
    """Asking again who it is."""
