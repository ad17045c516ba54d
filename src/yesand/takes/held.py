"""What the room of takes holds about a person: recordings, and what is known of each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from yesand.kernel.errors import NotFound
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.takes.copies.shelf import Shelf
from yesand.takes.crediting.services import forget
from yesand.takes.media import MediaStore
from yesand.takes.models import Casting, Credential, Override, Review, Session, Take, Upload

_TAKE = (
    "sha256 scene__title emotion intensity repetition language modality media_type duration_ms "
    "sample_rate channels original_name state recorded_at session__slug"
).split()


def held(user: User) -> dict[str, Any]:
    """Return the invitations, sessions, takes with their verdicts, and what is on its way in."""
    sessions = Session.objects.filter(performer__user=user).order_by("at")
    takes = Take.objects.filter(performer__user=user).order_by("recorded_at", "pk")
    invited = Casting.objects.filter(performer__user=user)
    reviews = Review.objects.filter(take__performer__user=user)
    uploads = Upload.objects.filter(performer__user=user).order_by("started_at")
    copies = Credential.objects.filter(take__performer__user=user)
    spite = Override.objects.filter(take__performer__user=user)
    return {
        "invitations": list(invited.values("project__title", "at")),
        "reviews": list(reviews.values("take__sha256", "verdict", "reason", "at")),
        "uploads": list(uploads.values("name", "size", "emotion", "started_at", "state", "reason")),
        "sessions": list(sessions.values("slug", "at", "corpus", "agreement_id")),
        "takes": list(takes.values(*_TAKE)),
        "credentials": list(copies.values("take__sha256", "sha256", "mining", "made_at")),
        "in_spite_of_credentials": list(spite.values("take__sha256", "reason", "at")),
    }


def files(place: Place, user: User) -> Iterator[tuple[str, Path]]:
    """Yield the recordings, each once."""
    store = MediaStore(place.media)
    for sha256 in _recordings(user):
        try:
            path = store.path_of(sha256)
        except NotFound:
            continue
        yield path.name, path


def _recordings(user: User) -> list[str]:
    takes = Take.objects.filter(performer__user=user)
    return sorted(set(takes.values_list("sha256", flat=True)))


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that the recordings go."""
    number = len(_recordings(user))
    if number:
        yield gettext("Your %(n)d recordings, and the log’s link to each.") % {"n": number}


def stays(place: Place, user: User) -> Iterator[str]:
    """Say what is kept of a take."""
    if _recordings(user):
        yield gettext(
            "Of each take its hash, length, scene and file name, without sound: what models were "
            "trained on can be proved, and who has a copy told to delete it (GDPR Art. 17(2), 19)."
        )


def erase(place: Place, user: User) -> None:
    """Delete the recordings that are nobody else's, and blank the log's link to every take."""
    mine = Take.objects.filter(performer__user=user)
    log.erase(Entry.objects.filter(pk__in=mine.values("entry_id")))
    log.erase(Entry.objects.filter(pk__in=Review.objects.filter(take__in=mine).values("entry_id")))
    copies = Credential.objects.filter(take__in=mine)
    spite = Override.objects.filter(take__in=mine)
    log.erase(Entry.objects.filter(pk__in=copies.values("entry_id")))
    log.erase(Entry.objects.filter(pk__in=spite.values("entry_id")))
    spite.update(credential={}, reason="")
    others = Take.objects.exclude(pk__in=mine.values("pk"))
    shared = set(others.values_list("sha256", flat=True))
    gone = [path for name, path in files(place, user) if _hash_of(name) not in shared]
    # A copy with a credential may bear the name, so it goes even where the sound is shared.
    gone += forget(place, list(mine))
    transaction.on_commit(partial(_delete, place, gone))
    _stop_uploads(place, user)


def _stop_uploads(place: Place, user: User) -> None:
    """Give up what is on its way in, and forget its files' names."""
    uploads = Upload.objects.filter(performer__user=user)
    for upload in uploads.exclude(state=Upload.State.STORED):
        transaction.on_commit(partial(shutil.rmtree, place.uploads / str(upload.pk), True))
    uploads.exclude(state=Upload.State.STORED).update(state=Upload.State.REFUSED, reason="")
    uploads.update(name="")


def _hash_of(name: str) -> str:
    return name.partition(".")[0]


def _delete(place: Place, gone: list[Path]) -> None:
    for path in gone:
        path.unlink(missing_ok=True)
        drawn = place.cache / "waveforms" / f"{_hash_of(path.name)}.json"
        drawn.unlink(missing_ok=True)
        Shelf(place.cache).forget(_hash_of(path.name))
