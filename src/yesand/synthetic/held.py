"""What the room of synthetic takes holds about a person: what descends from their performances."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.synthetic import shelf
from yesand.synthetic.models import SyntheticTake
from yesand.synthetic.shelf import Shelf

_TAKE = "sha256 batch_id batch__generator batch__manifest__licensee__name emotion duration_ms"


def held(user: User) -> dict[str, Any]:
    """Return the synthetic takes that descend from the person's."""
    rows = SyntheticTake.objects.filter(descents__performer__user=user).distinct().order_by("pk")
    return {"synthetic_takes": list(rows.values(*_TAKE.split()))}


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that variations of their voice go."""
    number = _of_their_voice(user).count()
    if number:
        yield gettext("%(n)d synthetic takes that were made from your recordings.") % {"n": number}


def stays(place: Place, user: User) -> Iterator[str]:
    """Say what is kept of what learnt from them."""
    whole = SyntheticTake.objects.filter(
        descents__performer__user=user, descents__parent__isnull=True
    )
    if whole.exists():
        yield gettext(
            "Synthetic takes that were learnt from many performers together, in which nobody’s "
            "voice is: that some of it came from you is needed to pay and to tell it."
        )


def erase(place: Place, user: User) -> None:
    """Delete what holds their own voice; that it was made, and by whom, stays signed."""
    home, gone = Shelf(place.synthetic), list[Path]()
    for take in _of_their_voice(user).select_related("batch"):
        apart = take.batch.quarantined
        gone += [home.path(take.sha256, apart=apart)]
        gone += [home.path(take.copy, shelf.COPIES, apart=apart)]
    transaction.on_commit(partial(_delete, gone))


def _of_their_voice(user: User) -> QuerySet[SyntheticTake]:
    return SyntheticTake.objects.filter(descents__parent__performer__user=user).distinct()


def _delete(gone: list[Path]) -> None:
    for path in gone:
        path.unlink(missing_ok=True)
