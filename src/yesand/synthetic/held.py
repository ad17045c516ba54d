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
from yesand.synthetic.exporting.services import forget
from yesand.synthetic.models import SyntheticTake
from yesand.synthetic.shelf import Shelf

_TAKE = "sha256 batch_id batch__generator batch__manifest__licensee__name emotion duration_ms"


def held(user: User) -> dict[str, Any]:
    """Return the synthetic takes that descend from the person's."""
    rows = _descending(user).order_by("pk")
    return {"synthetic_takes": list(rows.values(*_TAKE.split()))}


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that whatever may hold their voice goes."""
    number = _of_their_voice(user).count()
    if number:
        yield gettext("%(n)d synthetic takes that were made from your recordings.") % {"n": number}


def stays(place: Place, user: User) -> Iterator[str]:
    """Say what is kept of what learnt from them, and what nobody here can delete."""
    if _descending(user).filter(batch__nobodys_voice=True).exists():
        yield gettext(
            "Synthetic takes that were learnt from many performers together, in which nobody’s "
            "voice is: that some of it came from you is needed to pay and to tell it."
        )
    if _of_their_voice(user).filter(batch__whole=True).exists():
        yield gettext(
            "What a program of somebody else’s kept of your recordings, which it was handed to "
            "make synthetic takes: we delete what it gave us, and cannot see what it kept."
        )
    if _of_their_voice(user).filter(batch__exports__isnull=False).exists():
        yield gettext(
            "Synthetic takes made from your recordings that were handed out before: we delete our "
            "own, and cannot delete those that others have."
        )


def erase(place: Place, user: User) -> None:
    """Delete what may hold their own voice; that it was made, and by whom, stays signed."""
    home, gone, batches = Shelf(place.synthetic), list[Path](), set[str]()
    for take in _of_their_voice(user).select_related("batch"):
        apart = take.batch.quarantined
        batches.add(take.batch.digest)
        gone += [home.path(take.sha256, apart=apart)]
        gone += [home.path(take.copy, shelf.COPIES, apart=apart)]
    transaction.on_commit(partial(_delete, place, gone, batches))


def _descending(user: User) -> QuerySet[SyntheticTake]:
    return SyntheticTake.objects.filter(descents__performer__user=user).distinct()


def _of_their_voice(user: User) -> QuerySet[SyntheticTake]:
    """Return what may hold their voice: variations, and whatever an outside generator made."""
    return _descending(user).exclude(batch__nobodys_voice=True)


def _delete(place: Place, gone: list[Path], batches: set[str]) -> None:
    for path in gone:
        path.unlink(missing_ok=True)
    for batch in sorted(batches):
        forget(place, batch)
