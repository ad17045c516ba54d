"""Exporting a manifest's data: checked, signed and logged first, then streamed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from yesand.agreements.vocabulary import Action, Material
from yesand.corpus import services as corpus
from yesand.corpus.exporting import archive
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Export, Manifest
from yesand.kernel.clock import stamp
from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.takes.media import MediaStore


def export(place: Place, row: Manifest, user: User) -> tuple[Export, Iterator[bytes]]:
    """Return what was signed, and the data as a tar archive, piece by piece.

    It is decided anew that every take may be exported to this request; that decision is in the
    log before the first byte leaves.

    Raises
    ------
    Refused : the manifest is a trial, which never leaves the house.
    Overtaken : a take may no longer be used so, or may not be exported, with the clauses.
    """
    check_leaving(row)
    manifest = corpus.find(place, row.digest)
    contents = _contents(place, manifest)
    made = _record(place, row, manifest, user)
    return made, archive.pieces(manifest, contents, made.at)


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


def _record(place: Place, row: Manifest, manifest: SignedManifest, user: User) -> Export:
    now, material = place.clock.now(), manifest.asked().material.value
    predicate = {
        "action": Action.EXPORT.value,
        "at": stamp(now),
        "licensee": row.licensee.slug,
        "manifest": row.digest,
        "material": material,
        "takes": len(manifest.takes),
    }
    with transaction.atomic():
        # The log lets one writer in: after this line no withdrawal comes in between.
        before = Export.objects.filter(manifest=row).count()
        payload = dsse.attest(
            Predicate.EXPORT, {"manifest": row.digest}, {**predicate, "number": before + 1}
        )
        digest = digest_of(payload)
        entry = log.record(place, Kind.EXPORT_MADE, digest)
        corpus.check_current(place, manifest, Action.EXPORT)
        return Export.objects.create(
            digest=digest,
            manifest=row,
            by=user,
            material=material,
            envelope=dsse.seal(payload, [place.signer]),
            at=now,
            entry=entry,
        )


def _contents(place: Place, manifest: SignedManifest) -> archive.Contents:
    store = MediaStore(place.media)
    if manifest.asked().material == Material.RAW:
        return archive.recordings(store)
    try:
        return archive.features(store, place.cache)
    except ImportError as fault:
        raise Refused(
            "This house cannot make features of recordings",
            where=place.name,
            remedy="Whoever keeps it installs the extra `yesand[train]`.",
        ) from fault
