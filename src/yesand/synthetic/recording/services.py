"""Recording a batch: signed, with every parent, and its files put in place last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
import scipy
import soundfile
from django.db import transaction

import yesand
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.kernel.clock import stamp
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.synthetic import attestations, shelf
from yesand.synthetic.crediting.services import Credited, credit
from yesand.synthetic.kept import Kept
from yesand.synthetic.making.generator import Generator, Refusal, Wanted
from yesand.synthetic.models import Ancestry, SyntheticBatch, SyntheticTake
from yesand.synthetic.shelf import Shelf
from yesand.takes.models import Take

_CHUNK = 1_000


def enter(
    place: Place,
    manifest: SignedManifest,
    generator: Generator,
    wanted: Wanted,
    request: dict[str, Any],
    kept: Sequence[Kept],
    refusals: Sequence[Refusal],
) -> SyntheticBatch:
    """Sign the batch, record it with every parent, and only then put its files in place.

    Raises
    ------
    Overtaken : a take may no longer be used; nothing is recorded.
    """
    told = [one.as_json() for one in kept]
    refused = [one.as_json() for one in refusals]
    name = attestations.named(request, told, refused)
    credited = credit(place, manifest, generator, name, kept)
    payload = attestations.synthesis(
        name,
        request,
        [
            {**one, "copy": c.sha256, "label": c.label}
            for one, c in zip(told, credited, strict=True)
        ],
        refused,
        {
            "at": stamp(place.clock.now()),
            "house": place.origin,
            "made_with": _versions(),
            "nobodys_voice": generator.nobodys_voice,
            "quarantined": generator.unlicensed,
            "source": generator.source.iri,
            "whole": generator.whole,
        },
    )
    with transaction.atomic():
        # The log lets one writer in: after this line no withdrawal comes in between.
        entry = log.record(place, Kind.SYNTHETIC_MADE, digest_of(payload))
        corpus.check_current(place, manifest)
        batch = SyntheticBatch.objects.create(
            digest=name,
            request=digest_of(request),
            manifest=Manifest.objects.get(digest=manifest.digest),
            generator=generator.name,
            version=generator.version,
            generator_digest=generator.digest,
            settings=generator.settings(),
            seed=wanted.seed,
            each=wanted.each,
            emotion=wanted.emotion,
            whole=generator.whole,
            nobodys_voice=generator.nobodys_voice,
            quarantined=generator.unlicensed,
            made=len(kept),
            refused=refused,
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            entry=entry,
        )
        _record(batch, manifest, told, credited)
        # A file without a row is no take, and is swept; a row never lacks its file.
        _keep(place, batch, kept, credited)
    return batch


def _record(
    batch: SyntheticBatch,
    manifest: SignedManifest,
    told: list[dict[str, Any]],
    credited: Sequence[Credited],
) -> None:
    rows = [
        SyntheticTake(
            batch=batch,
            sha256=one["sha256"],
            place=one["place"],
            emotion=one["emotion"],
            duration_ms=one["duration_ms"],
            sample_rate=one["rate"],
            seed=int(one["seed"]),
            note=one["note"],
            copy=made.sha256,
            label=made.label,
        )
        for one, made in zip(told, credited, strict=True)
    ]
    SyntheticTake.objects.bulk_create(rows, batch_size=_CHUNK)
    entries = [take.entry for take in manifest.takes]
    parents = {t.sha256: t for t in _takes(entries)}
    who = sorted({take.performer_id for take in parents.values()})
    lines = list[Ancestry]()
    for row, one in zip(SyntheticTake.objects.filter(batch=batch), told, strict=True):
        mine = [parents[sha] for sha in one["parents"]]
        lines += [Ancestry(take=row, performer_id=p.performer_id, parent=p) for p in mine]
        if not mine:
            lines += [Ancestry(take=row, performer_id=performer) for performer in who]
    Ancestry.objects.bulk_create(lines, batch_size=_CHUNK)


def _takes(entries: Sequence[int]) -> Iterator[Take]:
    for at in range(0, len(entries), _CHUNK):
        yield from Take.objects.filter(entry_id__in=entries[at : at + _CHUNK])


def _keep(
    place: Place, batch: SyntheticBatch, kept: Sequence[Kept], credited: Sequence[Credited]
) -> None:
    home, apart = Shelf(place.synthetic), batch.quarantined
    files = {one.path: home.path(one.sha256, apart=apart) for one in kept}
    files |= {c.path: home.path(c.sha256, shelf.COPIES, apart=apart) for c in credited}
    home.keep(files)


def _versions() -> dict[str, str]:
    """Return what the samples were computed with: other versions may round otherwise."""
    return {
        "libsndfile": soundfile.__libsndfile_version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "yesand": yesand.__version__,
    }
