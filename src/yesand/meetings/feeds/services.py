"""Making and taking back a feed's address, and what is read there."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from secrets import token_urlsafe

from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.meetings.invitation import feed
from yesand.meetings.models import Feed
from yesand.meetings.notices.views import invitation
from yesand.meetings.services import mine
from yesand.people.models import User

#: How long ago a meeting may be and still stand in the feed.
_PAST = timedelta(days=90)


def renew(place: Place, user: User) -> str:
    """Return a new secret for a person's feed; the one before opens nothing any more."""
    secret = token_urlsafe(32)
    Feed.objects.update_or_create(
        user=user,
        defaults={"digest": _digest(secret), "made_at": place.clock.now(), "read_at": None},
    )
    return secret


def revoke(user: User) -> None:
    """Close a person's feed."""
    Feed.objects.filter(user=user).delete()


def read(place: Place, secret: str) -> bytes:
    """Return what a calendar reads at a secret address.

    Raises
    ------
    NotFound : no feed there, or no more.
    """
    found = Feed.objects.select_related("user").filter(digest=_digest(secret)).first()
    if found is None or not found.user.is_active:
        raise NotFound("No calendar here", remedy="Ask for a new address on your meetings' page.")
    now = place.clock.now()
    if found.read_at is None or now - found.read_at > timedelta(minutes=10):
        Feed.objects.filter(pk=found.pk).update(read_at=now)
    rows = mine(found.user).filter(ends_at__gt=now - _PAST)
    told = [invitation(place, meeting, found.user) for meeting in rows]
    return feed(told, f"{place.name}: {found.user.username}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
