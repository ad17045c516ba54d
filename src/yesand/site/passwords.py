"""Passwords that anyone who knows where they are would try first (NIST SP 800-63B §3.1.1.2)."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: The words of this place; `docs/reference.md` lists them.
OURS = (
    "yesand",
    "yes",
    "and",
    "performer",
    "producer",
    "licensee",
    "auditor",
    "rater",
    "improv",
    "agreement",
    "statement",
    "royalty",
    "heidi",
    "password",
)
_ONLY_OURS = re.compile(rf"(?:{'|'.join(OURS)})+")


class NotOurOwnWords:
    """Refuses a password of nothing but words of this place, digits and signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse it.

        Raises
        ------
        ValidationError : take the digits and signs away, and only our own words are left.
        """
        if _ONLY_OURS.fullmatch(re.sub(r"[\W\d_]+", "", password.lower())):
            raise ValidationError(self.get_help_text(), code="password_of_our_own_words")

    def get_help_text(self) -> str:
        """Say what is asked for."""
        return _("Your password needs more than the words of this place and a number.")
