"""Exporting a manifest's data: made in the house first, then permitted, signed and logged, and
only then handed out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.agreements import services as agreements
from yesand.agreements.clause import Request
from yesand.agreements.preferences import usage
from yesand.agreements.vocabulary import Action
from yesand.corpus import services as corpus
from yesand.corpus.exporting import folder
from yesand.corpus.exporting.archive import Archive
from yesand.corpus.exporting.copies import Copy
from yesand.corpus.exporting.formats import VERSION, format_named
from yesand.corpus.exporting.gathering.services import gather
from yesand.corpus.exporting.receipt import Receipt
from yesand.corpus.exporting.record import LeftOut, Parcel
from yesand.corpus.exporting.texts import SUMS
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Export, Manifest, ManifestPerformer
from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import stamp
from yesand.kernel.errors import NotFound, Refused, YesAndError
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Performer, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate

#: How long what was made is kept for those who are still fetching it.
KEPT = timedelta(days=7)
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Made:
    """An export that lies in the house, ready to be handed out.

    Attributes
    ----------
    root : the hash of its list of hashes, which stands for every byte of it.
    """

    manifest: SignedManifest
    format: str
    folder: Path
    root: str
    takes: int
    left_out: tuple[LeftOut, ...]


def make(place: Place, row: Manifest, form: str, progress: Progress = silent) -> Made:
    """Make an export in the house, or find it made: the same takes give the same bytes.

    Raises
    ------
    BadInput : no such format. Refused : the manifest is a trial, or nothing can leave.
    Overtaken : a take may no longer be used so, or may not be exported, with the clauses.
    """
    written = format_named(form)
    check_leaving(row)
    manifest = corpus.find(place, row.digest)
    corpus.check_current(place, manifest, Action.EXPORT)
    _sweep(place)
    parcel = gather(place, row, manifest, progress)
    home = _home(place, row) / f"{form}-{_name(parcel, form)[:24]}"
    fill = partial(written.write, parcel, progress=progress)
    root = folder.make(home, fill, place.clock.now().timestamp())
    return Made(manifest, form, home, root, len(parcel.records), parcel.left_out)


def hand_out(place: Place, row: Manifest, made: Made, user: User | None) -> Export:
    """Decide anew that every take may be exported to this request; sign and log it.

    After this the data may leave.

    Raises
    ------
    Overtaken : a take may no longer be used so, or may not be exported, with the clauses.
    """
    now = place.clock.now()
    told = _told(row, made, stamp(now))
    with transaction.atomic():
        # The log lets one writer in: after this line no withdrawal comes in between.
        number = Export.objects.filter(manifest=row).count() + 1
        subjects = {"manifest": row.digest, SUMS: made.root}
        payload = dsse.attest(Predicate.EXPORT, subjects, {**told, "number": number})
        entry = log.record(place, Kind.EXPORT_MADE, digest_of(payload))
        corpus.check_current(place, made.manifest, Action.EXPORT)
        return Export.objects.create(
            digest=digest_of(payload),
            manifest=row,
            by=user,
            format=made.format,
            root=made.root,
            material=told["material"],
            envelope=dsse.seal(payload, [place.signer]),
            at=now,
            entry=entry,
        )


def _told(row: Manifest, made: Made, at: str) -> dict[str, Any]:
    return {
        "action": Action.EXPORT.value,
        "at": at,
        "format": made.format,
        "left_out": [asdict(part) for part in made.left_out],
        "licensee": row.licensee.slug,
        "manifest": row.digest,
        "material": made.manifest.asked().material.value,
        "takes": made.takes,
        "version": VERSION,
    }


def receipt(place: Place, export: Export) -> bytes:
    """Return the house's signed word that something was exported, with its place in the log.

    It is kept, for a download that is taken up again must go on with the same bytes.
    """
    path = _home(place, export.manifest) / f"{export.digest}.json"
    if not path.exists():
        logged = log.receipt(place, export.entry)
        durable.write(path, Receipt(export.envelope, logged).to_bytes())
    return path.read_bytes()


def preference(place: Place, row: Manifest) -> str:
    """Return what all agreements of a manifest prefer, for ``Content-Usage`` (AIPREF)."""
    names = set(row.performers.values_list("agreement", flat=True))
    standing = agreements.standings()
    modality = Request.parse(row.request).modality
    return usage([standing[name] for name in names], modality, place.clock.now().date())


def archive(place: Place, export: Export) -> Archive:
    """Return what was handed out as one archive, from which any part can be read.

    Raises
    ------
    Overtaken : it may no longer leave. NotFound : what was made has been cleared away.
    """
    corpus.check_current(place, corpus.find(place, export.manifest_id), Action.EXPORT)
    for home in sorted(_home(place, export.manifest).glob(f"{export.format}-*")):
        if folder.root_of(home) == export.root:
            more = {folder.RECEIPT: receipt(place, export)}
            return Archive.of(home, more, int(export.manifest.at.timestamp()))
    raise NotFound(
        "What was made is kept for seven days, and those are over",
        where=f"export {export.digest[:12]}",
        remedy="Ask for it again.",
    )


def export_to(
    place: Place, row: Manifest, form: str, target: Path, progress: Progress = silent
) -> tuple[Export, bool]:
    """Export into a folder that is not there yet, or a file ``….tar``; tell whether it is new.

    The same again finds it there and changes nothing; killed, it leaves nothing half.

    Raises
    ------
    Refused : something else lies there. Else as ``make``.
    """
    made = make(place, row, form, progress)
    known = _there(row, made, target)
    if known is not None:
        return known, False
    export = hand_out(place, row, made, None)
    more = {folder.RECEIPT: receipt(place, export)}
    if target.suffix == ".tar":
        for left in target.parent.glob(f".{target.name}.*.part"):
            left.unlink(missing_ok=True)  # by a run that was killed
        whole = Archive.of(made.folder, more, int(row.at.timestamp()))
        with durable.replacing(target) as part, part.open("wb") as file:
            file.writelines(whole.pieces())
    else:
        folder.deliver(made.folder, target, more)
    return export, True


def _there(row: Manifest, made: Made, target: Path) -> Export | None:
    """Return the export that lies at a place already; nothing lies there: none."""
    if not target.exists():
        return None
    with suppress(YesAndError):
        copy = Copy.of(target)
        told = Receipt.of_bytes(copy.receipt)
        same = Export.objects.filter(manifest=row, digest=told.digest, root=copy.check()).first()
        if same is not None and same.root == made.root:
            return same
    raise Refused(
        "Something else lies there", where=str(target), remedy="Choose a folder that is not there."
    )


def manifest_row(place: Place, named: str | os.PathLike[str]) -> Manifest:
    """Return a manifest by its file or its digest.

    Raises
    ------
    NotFound : none of this house. ManifestBroken : the file is not what was signed.
    """
    name = os.fspath(named)
    if not _DIGEST.fullmatch(name):
        name = corpus.load_manifest(place, Path(name)).digest
    found = Manifest.objects.select_related("licensee", "entry").filter(digest=name).first()
    if found is None:
        raise NotFound("No such manifest in this house", where=name[:16])
    return found


def check_leaving(row: Manifest) -> None:
    """Check that a manifest's data may leave the house at all.

    Raises
    ------
    Refused : it stands on trial terms.
    """
    if row.trial:
        raise Refused(
            "Nothing of a trial leaves this house: nobody consented to it",
            where=f"manifest {row.digest[:12]}",
            remedy="Ask for a corpus of takes whose performers have signed.",
        )


def forget(place: Place, performers: Sequence[Performer]) -> None:
    """Remove what was made of performers' takes; it can be made again without them."""
    rows = ManifestPerformer.objects.filter(performer__in=performers)
    for digest in set(rows.values_list("manifest_id", flat=True)):
        folder.remove(_exports(place) / digest)


def _exports(place: Place) -> Path:
    return place.cache / "exports"


def _home(place: Place, row: Manifest) -> Path:
    return _exports(place) / row.digest


def _sweep(place: Place) -> None:
    """Remove what nobody has fetched for a while."""
    before = (place.clock.now() - KEPT).timestamp()
    for home in _exports(place).glob("[!.]*"):
        folder.sweep(home, before)


def _name(parcel: Parcel, form: str) -> str:
    """Return a name that differs wherever a byte of the export may differ."""
    about = parcel.about
    return digest_of(
        {
            "about": [about.title, about.house, about.url, *about.credits],
            "format": [form, VERSION],
            "left_out": [asdict(part) for part in parcel.left_out],
            "licence": about.licence.decode(),
            "offer": canonical(about.offer).decode(),
            "records": [record.row() for record in parcel.records],
        }
    )
