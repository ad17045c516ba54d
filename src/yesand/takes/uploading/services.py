"""Taking a recording in by parts: begun, sent, verified, and stored as a take by the real intake.

Every step may be repeated. Nothing is called stored before the whole has been checked against its
hash, kept under it, and entered in the log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import QuerySet, Sum

from yesand.agreements import services as agreements
from yesand.kernel.durable import StorageFull, full
from yesand.kernel.errors import BadInput, NotFound, Refused, TooLarge
from yesand.kernel.ids import checked
from yesand.kernel.place import Place
from yesand.meetings.models import Meeting
from yesand.people.models import Performer
from yesand.takes.apart import Apart
from yesand.takes.intake import Ear
from yesand.takes.layouts import Prompt, Row
from yesand.takes.models import Project, Scene, Take, Upload
from yesand.takes.recording import services as recording
from yesand.takes.report import Outcome
from yesand.takes.services import bring_in
from yesand.takes.sound import BadMedia
from yesand.takes.uploading import quotas, scanning, sniffing
from yesand.takes.uploading.naming import plain
from yesand.takes.uploading.parts import Parts

#: Bytes of one recording, unless ``YESAND_UPLOAD_MAX`` says otherwise: an hour of CD sound is 600.
MOST = 500_000_000
#: Uploads that one performer may have begun and not finished.
MOST_OPEN = 50
_ASK = "If the rights are yours, ask the producer to import it with a reason, which is logged."
#: After so long without its end, an upload's parts are removed; whoever sends it begins again.
_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Wish:
    """What a performer wants to send.

    Attributes
    ----------
    emotion : only where the scene asks for none.
    """

    project: Project
    scene: Scene
    name: str
    size: int
    emotion: str = ""
    meeting: Meeting | None = None


def most() -> int:
    """Return how many bytes one recording may have."""
    return int(os.environ.get("YESAND_UPLOAD_MAX", MOST))


def begin(place: Place, performer: Performer, key: str, wish: Wish) -> tuple[Upload, bool]:
    """Begin an upload, and tell whether it is new; the same key again gives the same upload.

    Raises
    ------
    Unsigned : no agreement is in force. BadInput : it could never become a take.
    TooLarge : it alone, or with what waits and is kept already.
    Refused : the key was used for something else, or too many are open.
    """
    emotion = wish.scene.emotion or wish.emotion.strip()
    if not emotion:
        raise BadInput("The scene asks for no emotion", remedy="Say which one you played.")
    if wish.size > most():
        raise TooLarge(
            f"{wish.size:,} bytes are more than this house takes at once ({most():,})",
            remedy="Cut it into takes of one scene each, or export it as FLAC.",
        )
    told = {
        "project": wish.project,
        "scene": wish.scene,
        "meeting": wish.meeting,
        "emotion": emotion[:40],
        "name": plain(wish.name),
        "size": wish.size,
    }
    known = Upload.objects.filter(performer=performer, key=key).first()
    if known is None:
        recording.footing(place, performer, wish.project)
        _sweep(place, performer)
        try:
            with transaction.atomic():
                agreements.alone(performer)  # two at once are counted one after the other
                quotas.check(_used(performer, wish.size))
                made = {**told, "started_at": place.clock.now()}
                return Upload.objects.create(performer=performer, key=key, **made), True
        except IntegrityError:  # the same key at the same moment
            known = Upload.objects.get(performer=performer, key=key)
    if any(getattr(known, name) != value for name, value in told.items()):
        raise Refused("This key began another upload", where=key, remedy="Use a new key.")
    return known, False


def _used(performer: Performer, more: int) -> quotas.Used:
    """Return what would wait and be kept with so many bytes more, as they were announced."""
    begun = Upload.objects.filter(state=Upload.State.OPEN)
    waiting = _bytes(begun.filter(performer=performer)) + more
    kept = _bytes(Upload.objects.filter(performer=performer, state=Upload.State.STORED))
    return quotas.Used(waiting, _bytes(begun) + more, kept + waiting)


def _bytes(rows: QuerySet[Upload]) -> int:
    return int(rows.aggregate(total=Sum("size"))["total"] or 0)


def _sweep(place: Place, performer: Performer) -> None:
    """Remove what was begun long ago and never finished, and refuse to pile up more."""
    begun = Upload.objects.filter(performer=performer, state=Upload.State.OPEN)
    for old in begun.filter(started_at__lt=place.clock.now() - _KEPT):
        abandon(place, old)
    if begun.count() >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} uploads are begun and not finished", remedy="Finish or cancel some."
        )


def parts_of(place: Place, upload: Upload) -> Parts:
    """Return where an upload's parts lie."""
    return Parts(place.uploads / str(upload.pk), upload.size)


def put(place: Place, upload: Upload, number: int, data: bytes, sha256: str) -> None:
    """Keep one part; a file that begins as no recording does is refused with the first.

    Raises
    ------
    BadMedia : it is no recording. Others as ``Parts.put``.
    """
    if upload.state == Upload.State.STORED:
        return
    _check_open(upload)
    parts = parts_of(place, upload)
    if number == 0:
        try:
            sniffing.check(data[: sniffing.HEAD])
        except BadMedia as fault:
            _refuse(place, upload, fault)
            raise
    parts.put(number, data, sha256)


def finish(place: Place, upload: Upload, sha256: str, ear: Ear | None = None) -> Upload:
    """Verify the whole and store it as a take; again changes nothing.

    Raises
    ------
    BadMedia : no take can come of it; the upload is refused with the reason.
    Refused : parts are missing, no agreement is in force any more, or another content was stored.
    ScannerAway : a virus scanner is named and says nothing; the parts stay.
    StorageFull : the disk took no more; the parts stay, and finishing again goes on.
    """
    checked(sha256, where="sha256")
    parts = parts_of(place, upload)
    with parts.alone():
        upload.refresh_from_db()
        if upload.state == Upload.State.STORED:
            if upload.take is None or upload.take.sha256 != sha256:
                raise Refused("Another recording was stored", remedy="Begin a new upload.")
        else:
            _check_open(upload)
            with _room(), parts.joined(upload.name, sha256) as whole:
                _scan(place, upload, whole)
                _store(place, upload, _row(upload, whole), sha256, ear or Apart())
    parts.clear()
    return upload


def _scan(place: Place, upload: Upload, whole: Path) -> None:
    try:
        scanning.scan(whole)
    except BadMedia as fault:
        _refuse(place, upload, fault)
        raise


def _row(upload: Upload, whole: Path) -> Row:
    before = Take.objects.filter(performer=upload.performer, scene=upload.scene)
    return Row(
        path=whole,
        performer=upload.performer.handle,
        emotion=upload.emotion,
        scene=Prompt(upload.scene.slug, upload.scene.title),
        repetition=before.count() + 1,
        language=upload.scene.language,
        recorded_at=upload.started_at,
    )


def _store(place: Place, upload: Upload, row: Row, sha256: str, ear: Ear) -> None:
    session = recording.session_for(place, upload.performer, upload.project, upload.meeting)
    report = bring_in(place, row, session, ear)
    if report.counts[Outcome.FAULT]:
        remedy = _ASK if report.barred else "Record it again, or export it as WAV."
        fault = BadMedia(report.rows[0].reason, remedy=remedy)
        _refuse(place, upload, fault)
        raise fault
    upload.take = Take.objects.get(sha256=sha256, performer=upload.performer)
    upload.state = Upload.State.STORED
    upload.save(update_fields=["take", "state"])


def abandon(place: Place, upload: Upload) -> None:
    """Give up an upload that is not stored; again changes nothing."""
    if upload.state == Upload.State.STORED:
        raise Refused("It is stored, and a take is never removed", where=upload.name)
    parts_of(place, upload).clear()
    upload.state, upload.reason = Upload.State.REFUSED, "Cancelled"
    upload.save(update_fields=["state", "reason"])


def _refuse(place: Place, upload: Upload, fault: BadMedia) -> None:
    parts_of(place, upload).clear()
    upload.state, upload.reason = Upload.State.REFUSED, f"{fault.what}. {fault.remedy}"[:500]
    upload.save(update_fields=["state", "reason"])


def _check_open(upload: Upload) -> None:
    if upload.state == Upload.State.REFUSED:
        raise Refused(upload.reason.rstrip("."), remedy="Begin a new upload.")


@contextmanager
def _room() -> Iterator[None]:
    """Tell a registry that has no room left from one that is broken."""
    try:
        yield
    except OperationalError as fault:
        if not full(fault):
            raise
        raise StorageFull("The registry’s disk is full", remedy="Free some room.") from fault


def find(performer: Performer | None, upload: UUID) -> Upload:
    """Return a performer's upload.

    Raises
    ------
    NotFound : none of theirs.
    """
    rows = Upload.objects.select_related("performer", "project", "scene", "meeting", "take")
    found = rows.filter(performer=performer, pk=upload).first() if performer else None
    if found is None:
        raise NotFound("No such upload of yours", where=str(upload))
    return found
