"""Every batch held against what was signed and logged of it, every file against its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yesand.kernel.canonical import parse
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.synthetic import attestations, shelf
from yesand.synthetic.deleting.services import deleted
from yesand.synthetic.models import Ancestry, SyntheticBatch, SyntheticExport, SyntheticTake
from yesand.synthetic.reaching.services import told_of
from yesand.synthetic.shelf import Shelf
from yesand.training.models import TrainedModel

_SIGNED = ("place", "sha256", "copy", "label", "emotion", "duration_ms", "note")


def check_synthetic(place: Place) -> str:
    """Check every batch, every file of it, what was handed out, and which models name it.

    A file may be gone where it may hold the voice of somebody who was erased, and must be where it
    was deleted as signed and logged.

    Raises
    ------
    CheckFailed : something is not what was signed, and which.
    """
    keys, takes = {place.signer.id: place.signer.public}, 0
    batches = SyntheticBatch.objects.select_related("entry", "manifest").order_by("entry_id")
    for batch in batches:
        _check_batch(keys, batch)
        takes += _check_files(place, batch)
    for export in SyntheticExport.objects.select_related("entry", "batch").order_by("entry_id"):
        payload = dsse.opened(export.envelope, keys)
        _logged(export.entry, Kind.SYNTHETIC_EXPORTED, payload, f"export {export.digest[:12]}")
    _check_taught()
    return f"synthetic: {takes:,} takes of {len(batches):,} batches, as signed and logged"


def _check_batch(keys: dict[str, bytes], batch: SyntheticBatch) -> None:
    where = _named(batch)
    payload = dsse.opened(batch.envelope, keys)
    _logged(batch.entry, Kind.SYNTHETIC_MADE, payload, where)
    signed = payload["predicate"]
    if payload["predicateType"] != Predicate.SYNTHESIS.value:
        raise CheckFailed("A batch's statement is about something else", where=where)
    bare = [{k: v for k, v in one.items() if k not in ("copy", "label")} for one in signed["takes"]]
    named = attestations.named(signed["request"], bare, signed["refused"])
    kept = batch.digest, batch.request, batch.manifest_id, batch.made, batch.whole
    request = signed["request"]
    told = named, digest_of(request), request["manifest"], len(bare), signed["whole"]
    if kept != told or batch.quarantined != signed["quarantined"]:
        raise CheckFailed("A batch is not what was signed of it", where=where)
    rows = {row["place"]: row for row in batch.takes.values(*_SIGNED)}
    if {p: _plain(row) for p, row in rows.items()} != {
        o["place"]: _plain(o) for o in signed["takes"]
    }:
        raise CheckFailed("A batch's takes are not those that were signed", where=where)
    _check_parents(batch, signed["takes"])


def _plain(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in _SIGNED}


def _check_parents(batch: SyntheticBatch, signed: list[dict[str, Any]]) -> None:
    """Check that each take descends from whom was signed, and from nobody else."""
    rows = Ancestry.objects.filter(take__batch=batch).order_by("pk")
    found: dict[str, list[str | None]] = {}
    people: dict[str, set[int]] = {}
    told = rows.values_list("take__place", "parent__sha256", "performer_id", "parent__performer_id")
    for place, parent, performer, whose in told:
        found.setdefault(place, []).append(parent)
        people.setdefault(place, set()).add(performer)
        if whose not in (None, performer):
            raise CheckFailed("A parent is another performer's", where=f"{_named(batch)} {place}")
    everybody = set(batch.manifest.performers.values_list("performer_id", flat=True))
    for one in signed:
        mine = found.get(one["place"], [])
        by_take = mine == one["parents"]
        by_all = not one["parents"] and people.get(one["place"]) == everybody
        if not (by_take or (by_all and not any(mine))):
            raise CheckFailed(
                "A synthetic take does not descend from what was signed",
                where=f"{_named(batch)} {one['place']}",
            )


def _check_files(place: Place, batch: SyntheticBatch) -> int:
    erased = set(
        batch.takes.filter(descents__performer__user__erased_at__isnull=False).values_list(
            "pk", flat=True
        )
    )
    gone = deleted(place, batch)
    for take in batch.takes.all():
        if take.sha256 in gone:
            _check_gone(place, batch, take)
            continue
        for sha256, path in _files(place, batch, take):
            if not path.exists():
                if take.pk in erased and not batch.nobodys_voice:
                    continue
                raise CheckFailed("A synthetic take's file is missing", where=str(path))
            if digest_file(path) != sha256:
                raise CheckFailed("A synthetic take's file was changed", where=str(path))
    return batch.made


def _check_gone(place: Place, batch: SyntheticBatch, take: SyntheticTake) -> None:
    # Its bare file may be another batch's too; the copy is this one's alone, and goes last.
    *_, (_, copy) = _files(place, batch, take)
    if copy.exists():
        raise CheckFailed(
            "A synthetic take was deleted, as the log says, and lies here",
            where=str(copy),
            remedy=f"Run yesand synth delete {batch.digest[:12]} again.",
        )


def _files(place: Place, batch: SyntheticBatch, take: SyntheticTake) -> Iterator[tuple[str, Path]]:
    home, apart = Shelf(place.synthetic), batch.quarantined
    yield take.sha256, home.path(take.sha256, apart=apart)
    yield take.copy, home.path(take.copy, shelf.COPIES, apart=apart)


def _check_taught() -> None:
    """Check that models name batches that there are, and as their own record was signed."""
    known = set(SyntheticBatch.objects.values_list("digest", flat=True))
    for model in TrainedModel.objects.filter(run__has_key="synthetic"):
        signed = parse(dsse.payload_of(model.envelope))["predicate"]["run"]
        if signed.get("synthetic") != model.run["synthetic"]:
            raise CheckFailed("A model's record is not as it was signed", where=model.name)
        for one in told_of(model):
            if one["batch"] not in known:
                raise CheckFailed(
                    "A model was taught with a batch that is not here",
                    where=f"{model.name}: batch {str(one['batch'])[:12]}",
                )


def _logged(entry: Entry, kind: Kind, payload: Any, where: str) -> None:
    if entry.kind != kind.value or entry.record not in ("", digest_of(payload)):
        raise CheckFailed("The log says something else of it", where=where)


def _named(batch: SyntheticBatch) -> str:
    return f"batch {batch.digest[:12]}"
