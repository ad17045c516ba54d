"""Handing out a batch: decided anew, signed and logged first, and only then does a byte leave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.agreements.vocabulary import Action, Material
from yesand.corpus.errors import Overtaken
from yesand.corpus.exporting import folder
from yesand.corpus.exporting.services import check_leaving
from yesand.corpus.exporting.texts import SUMS
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import stamp
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.synthetic import attestations, shelf
from yesand.synthetic.models import SyntheticBatch, SyntheticExport, SyntheticTake
from yesand.synthetic.services import fallen
from yesand.synthetic.shelf import Shelf
from yesand.takes.crediting.masking.services import pseudonyms

LINEAGE, BATCH, RECEIPT = "lineage.json", "batch.json", folder.RECEIPT


@dataclass(frozen=True)
class Left:
    """What left the house.

    Attributes
    ----------
    left_out : SHA-256 of takes that stay, since they descend from what may no longer be used.
    new : whether the same had not left before.
    """

    export: SyntheticExport
    left_out: tuple[str, ...]
    new: bool


def export(place: Place, batch: SyntheticBatch, target: Path, progress: Progress = silent) -> Left:
    """Write a batch into a folder that is not there yet: copies with credentials, and lineage.

    The same again finds it there and changes nothing.

    Raises
    ------
    Refused : quarantined, a trial, or sound where only measurements may leave; something else lies
        in the folder. Overtaken : nothing of it descends from takes that may still be exported.
    """
    _check(batch)
    lost = fallen(place, batch, Action.EXPORT)
    takes = [t for t in _takes(batch) if t.sha256 not in lost]
    if not takes:
        raise Overtaken(
            "Everything in it descends from takes that may no longer be used, or not be exported",
            where=f"batch {batch.digest[:12]}",
            remedy="Ask the gate for a new manifest, and make takes from that.",
        )
    home = _home(place, batch.digest) / digest_of([take.sha256 for take in takes])[:24]

    def fill(partial: Path) -> None:
        _fill(place, batch, takes, partial, progress)

    root = folder.make(home, fill, place.clock.now().timestamp())
    there = target.exists()
    if there:  # Nothing is signed as handed out that could not be.
        _same(target, root)
    made, new = _decided(place, batch, root, len(takes), sorted(lost))
    if not there:
        receipt = {"envelope": made.envelope, "log": log.receipt(place, made.entry)}
        folder.deliver(home, target, {RECEIPT: canonical(receipt)})
    return Left(made, tuple(sorted(lost)), new)


def forget(place: Place, batch: str) -> None:
    """Remove what was laid ready of a batch (its digest); it can be made again from what is left.

    An export on its way is waited for.
    """
    home = _home(place, batch)
    for ready in home.glob("[!.]*"):
        folder.remove(ready)
    folder.remove(home)


def _home(place: Place, batch: str) -> Path:
    return place.cache / "exports" / f"synthetic-{batch[:32]}"


def _check(batch: SyntheticBatch) -> None:
    if batch.quarantined:
        raise Refused(
            "It is in quarantine: nobody says what its generator was trained on",
            where=f"batch {batch.digest[:12]}",
            remedy="Make it again with the generator's manifest.",
        )
    check_leaving(batch.manifest)
    asked = batch.manifest.request
    if not batch.nobodys_voice and asked["material"] != Material.RAW:
        raise Refused(
            "A performer's own voice may be in it, and only measurements may leave the house",
            where=f"batch {batch.digest[:12]}",
            remedy="Ask the gate with --material raw; who does not license recordings is left out.",
        )


def _takes(batch: SyntheticBatch) -> list[SyntheticTake]:
    return list(batch.takes.prefetch_related("descents__parent", "descents__performer"))


def _decided(
    place: Place, batch: SyntheticBatch, root: str, number: int, left_out: list[str]
) -> tuple[SyntheticExport, bool]:
    """Decide anew, sign and log; the same takes of a batch leave by one decision."""
    now = place.clock.now()
    told = {
        "action": Action.EXPORT.value,
        "at": stamp(now),
        "left_out": left_out,
        "licensee": batch.manifest.licensee.slug,
        "manifest": batch.manifest_id,
        "takes": number,
    }
    payload = attestations.exported(batch.digest, root, told)
    with transaction.atomic():
        # The log lets one writer in: after this line no withdrawal comes in between.
        log.wait_to_write()
        if sorted(fallen(place, batch, Action.EXPORT)) != left_out:
            raise Overtaken(
                "A take was withdrawn while it was being exported",
                where=f"batch {batch.digest[:12]}",
                remedy="Run the same command again: it leaves that take out.",
            )
        known = SyntheticExport.objects.filter(batch=batch, root=root).first()
        if known is not None:
            return known, False
        entry = log.record(place, Kind.SYNTHETIC_EXPORTED, digest_of(payload))
        return SyntheticExport.objects.create(
            digest=digest_of(payload),
            batch=batch,
            root=root,
            takes=number,
            envelope=dsse.seal(payload, [place.signer]),
            at=now,
            entry=entry,
        ), True


def _fill(
    place: Place,
    batch: SyntheticBatch,
    takes: list[SyntheticTake],
    partial: Path,
    progress: Progress,
) -> None:
    home = Shelf(place.synthetic)
    (partial / "takes").mkdir()
    for done, take in enumerate(takes):
        progress(done, len(takes), "takes")
        source = home.there(take.copy, shelf.COPIES)
        target = partial / _name(take)
        target.write_bytes(source.read_bytes())
        if digest_file(target) != take.copy:
            raise CheckFailed("A synthetic take's bytes do not match its name", where=source.name)
    rows = list(lineage(place, batch, takes))
    told = {"batch": about(batch), "takes": rows}
    (partial / LINEAGE).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", "utf-8")
    (partial / BATCH).write_bytes(canonical(batch.envelope))
    progress(len(takes), len(takes), "takes")


def about(batch: SyntheticBatch) -> dict[str, Any]:
    """Return what a batch is, as it is told outside."""
    return {
        "at": stamp(batch.at),
        "digest": batch.digest,
        "generator": {
            "digest": batch.generator_digest,
            "name": batch.generator,
            "version": batch.version,
        },
        "licensee": batch.manifest.licensee.slug,
        "manifest": batch.manifest_id,
        "seed": str(batch.seed),
        "whole": batch.whole,
    }


def lineage(
    place: Place, batch: SyntheticBatch, takes: list[SyntheticTake]
) -> Iterator[dict[str, Any]]:
    """Yield of each take what it descends from; performers by the pseudonyms of all exports."""
    handles = {d.performer.handle for take in takes for d in take.descents.all()}
    masks = pseudonyms(place, handles)
    for take in takes:
        descents = take.descents.all()
        parents = [
            {"performer": masks[d.performer.handle], "take": d.parent.sha256}
            for d in descents
            if d.parent is not None
        ]
        learnt = sorted(masks[d.performer.handle] for d in descents if d.parent is None)
        yield {
            "emotion": take.emotion,
            "file": _name(take),
            "note": take.note,
            "parents": parents,
            "performers": learnt,
            "place": take.place,
            "seed": str(take.seed),
            "sha256": take.sha256,
        }


def _name(take: SyntheticTake) -> str:
    return f"takes/{take.sha256}.flac"


def _same(target: Path, root: str) -> None:
    """Check that what lies there is this very export, whole."""
    listed = target / SUMS
    if folder.root_of(target) != root or listed.read_text("utf-8") != folder.sums(target):
        raise Refused(
            "Something else lies there",
            where=str(target),
            remedy="Name a folder that is not there.",
        )
