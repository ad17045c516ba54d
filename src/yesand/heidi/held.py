"""What Heidi holds about a person: the conversation, and letters to the producer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from yesand.heidi.conversing.services import exported, forget
from yesand.heidi.models import Letter
from yesand.kernel.place import Place
from yesand.people.models import User


def held(user: User) -> dict[str, Any]:
    """Return everything the room holds about a person."""
    letters = Letter.objects.filter(user=user).order_by("id")
    return {
        "conversation": exported(user),
        "letters": list(letters.values("question", "at", "answer", "answered_at")),
    }


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that the conversation goes."""
    if user.heidi_messages.exists() or user.letters.exists():
        yield gettext("Your conversation with Heidi, and your letters to the producer.")


def erase(place: Place, user: User) -> None:
    """Erase the conversation and the letters."""
    forget(user)
    Letter.objects.filter(user=user).delete()
