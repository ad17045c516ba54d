"""What the room of corpora holds about a person: in which corpora they are, what they exported."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from yesand.corpus.exporting.services import forget
from yesand.corpus.models import Export, ManifestPerformer, Order
from yesand.kernel.place import Place
from yesand.people.models import Performer, User

_PART = ("manifest_id", "manifest__licensee__name", "takes", "duration_ms", "agreement")


def held(user: User) -> dict[str, Any]:
    """Return the corpora that hold takes of theirs, who got those, and what they asked for."""
    parts = ManifestPerformer.objects.filter(performer__user=user).order_by("manifest__at")
    given = Export.objects.filter(manifest__in=parts.values("manifest")).order_by("at")
    orders = Order.objects.filter(by=user).order_by("at")
    return {
        "corpora": list(parts.values(*_PART)),
        "exports": list(given.values("manifest_id", "material", "format", "at")),
        "orders": list(orders.values("manifest_id", "format", "at", "state")),
    }


def erase(place: Place, user: User) -> None:
    """Remove what was made for licensees of a performer's takes, and what the person asked for."""
    Order.objects.filter(by=user).delete()
    performers = list(Performer.objects.filter(user=user))
    if performers:
        transaction.on_commit(partial(forget, place, performers))
