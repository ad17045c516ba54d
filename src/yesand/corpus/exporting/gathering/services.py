"""Getting a manifest's takes ready to leave: copies with credentials, or features."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from yesand.agreements import rsl
from yesand.agreements import services as agreements
from yesand.agreements.vocabulary import Material
from yesand.corpus.crediting.services import credit_names
from yesand.corpus.exporting.about import about, left_out
from yesand.corpus.exporting.record import About, LeftOut, Parcel, Record
from yesand.corpus.manifest import ManifestTake, SignedManifest, masked
from yesand.corpus.models import Manifest
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress
from yesand.people.addresses import public
from yesand.people.models import Performer
from yesand.takes.crediting.naming import pseudonym
from yesand.takes.crediting.services import can_carry, credentialed_many
from yesand.takes.media import MediaStore
from yesand.takes.models import Take

_CHUNK = 5_000
_NPY = "application/x-npy"
Read = Callable[[Record], bytes]


def gather(place: Place, row: Manifest, manifest: SignedManifest, progress: Progress) -> Parcel:
    """Return everything that an export of a manifest holds.

    Recordings leave as copies that say under which agreement they are (C2PA); a kind of file that
    cannot say so stays here, and the parcel says that.

    Raises
    ------
    Refused : nothing of it can leave, or this house cannot make features.
    NotFound, CheckFailed : a recording is not here, or not what it was.
    """
    raw = manifest.asked().material == Material.RAW
    found = _recordings if raw else _features
    records, more, read = found(place, manifest, progress)
    if not records:
        raise Refused("None of its recordings can carry a credential", where=row.digest[:12])
    left = [*left_out(manifest), *more]
    shown = masked(manifest, _Masks(place).of, place.signer)
    return Parcel(shown, tuple(records), tuple(left), _about(place, row, manifest), read)


def _about(place: Place, row: Manifest, manifest: SignedManifest) -> About:
    standing = agreements.standings()
    names = sorted({take.agreement for take in manifest.takes})
    takes = {take.sha256 for take in manifest.takes}
    world = str(settings.PUBLIC_URL)
    links = rsl.Links(
        ask=public("corpus_request"),
        contact=str(settings.CONTROLLER["contact"]),
        proofs=(f"{world}/api/log/checkpoint",) if world else (),
        house=place.name,
    )
    return about(
        manifest,
        [standing[name].within(takes) for name in names],
        house=place.name,
        origin=place.origin,
        at=row.at,
        url=public("manifest", row.digest),
        credits=credit_names(row).values(),
        links=links,
    )


def _recordings(
    place: Place, manifest: SignedManifest, progress: Progress
) -> tuple[list[Record], list[LeftOut], Read]:
    takes = _takes(manifest)
    able = [take for take in manifest.takes if can_carry(takes[take.entry])]
    made = credentialed_many(place, [takes[take.entry] for take in able], progress)
    masked, paths, records = _Masks(place), dict[str, Path](), list[Record]()
    for take, (copy, path) in zip(able, made, strict=True):
        records.append(
            _record(
                take,
                masked,
                sha256=copy.sha256,
                bytes=path.stat().st_size,
                media_type=takes[take.entry].media_type,
                suffix=path.suffix.removeprefix("."),
                credential=copy.label,
            )
        )
        paths[copy.sha256] = path
    kept = len(manifest.takes) - len(able)
    why = LeftOut(kept, "no credential can lie inside its kind of file; as FLAC it could leave")
    return records, [why] * bool(kept), lambda record: _checked(paths[record.sha256], record)


def _features(
    place: Place, manifest: SignedManifest, progress: Progress
) -> tuple[list[Record], list[LeftOut], Read]:
    try:
        from yesand.affect.listening import Kept, Source, extract  # PyTorch is an extra
    except ImportError as fault:
        raise Refused(
            "This house cannot make features of recordings",
            where=place.name,
            remedy="Whoever keeps it installs the extra `yesand[train]`.",
        ) from fault
    store, kept, masked = MediaStore(place.media), Kept(place.cache), _Masks(place)
    records = list[Record]()

    def read(name: str) -> bytes:
        (found,) = extract([Source(name, store.path_of(name))], kept)
        file = io.BytesIO()
        np.save(file, found.mel, allow_pickle=False)
        return file.getvalue()

    for done, take in enumerate(manifest.takes):
        progress(done, len(manifest.takes), "features")
        data = read(take.sha256)
        told = {"sha256": digest(data), "bytes": len(data), "media_type": _NPY, "suffix": "npy"}
        records.append(_record(take, masked, **told))
    return records, [], lambda record: read(record.take)


class _Masks:
    """From a performer's handle to the pseudonym that credentials use, too."""

    def __init__(self, place: Place) -> None:
        keys = Performer.objects.values_list("handle", "public_key")
        self._keys, self._signer, self._known = dict(keys), place.signer, dict[str, str]()

    def of(self, handle: str) -> str:
        if handle not in self._known:
            self._known[handle] = pseudonym(self._signer, self._keys[handle])
        return self._known[handle]


def _record(take: ManifestTake, masked: _Masks, **told: Any) -> Record:
    return Record(
        take=take.sha256,
        performer=masked.of(take.performer),
        emotion=take.emotion,
        duration_ms=take.duration_ms,
        agreement=take.agreement,
        synthetic=take.synthetic,
        entry=take.entry,
        **told,
    )


def _takes(manifest: SignedManifest) -> dict[int, Take]:
    """Return the takes by their log entries."""
    near = Take.objects.select_related("performer", "entry", "session__agreement")
    entries, found = [take.entry for take in manifest.takes], dict[int, Take]()
    for at in range(0, len(entries), _CHUNK):
        some = near.filter(entry_id__in=entries[at : at + _CHUNK])
        found |= {take.entry_id: take for take in some.prefetch_related("credentials")}
    _all_here(entries, found)
    return found


def _all_here(entries: Iterable[int], found: dict[int, Take]) -> None:
    missing = next((entry for entry in entries if entry not in found), None)
    if missing is not None:
        raise NotFound("A take is gone from the registry", where=f"entry {missing}")


def _checked(path: Path, record: Record) -> bytes:
    data = path.read_bytes()
    if digest(data) != record.sha256:
        raise CheckFailed("A copy's bytes do not match its name", where=path.name)
    return data
