"""Making synthetic takes under a permit, recording what each descends from, or leaving nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy
import scipy
import soundfile
from django.db import transaction
from django.db.models import QuerySet

import yesand
from yesand.agreements.vocabulary import Action, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.synthetic import attestations, shelf
from yesand.synthetic.crediting.services import Credited, credit
from yesand.synthetic.errors import NotForSynthesis, NothingMade
from yesand.synthetic.making import checks
from yesand.synthetic.making.generator import (
    MOST,
    Around,
    Corpus,
    Generator,
    Made,
    Outcome,
    Parent,
    Refusal,
    Wanted,
)
from yesand.synthetic.models import Ancestry, SyntheticBatch, SyntheticTake
from yesand.synthetic.shelf import Shelf
from yesand.takes.copies.finding import copies
from yesand.takes.copies.landmarks import Landmarks, landmarks
from yesand.takes.copies.shelf import Shelf as LandmarkShelf
from yesand.takes.media import MediaStore
from yesand.takes.models import Take
from yesand.training.services import examples_of

#: After so many takes it is asked again whether they may still be made.
_ASK = 8
_CHUNK = 1_000
#: A run may make so many takes: further ones are another request's.
_MOST_TAKES = 200_000


@dataclass(frozen=True)
class Kept:
    """A take that lies in the scratch folder, whole and checked."""

    made: Made
    path: Path
    sha256: str
    marks: Landmarks

    def as_json(self) -> dict[str, Any]:
        """Return what is signed of it, whenever it is made."""
        return {
            "duration_ms": round(1000 * len(self.made.samples) / self.made.rate),
            "emotion": self.made.emotion,
            "note": dict(self.made.note),
            "parents": list(self.made.parents),
            "place": self.made.place,
            "rate": self.made.rate,
            "seed": str(self.made.seed),
            "sha256": self.sha256,
        }


@dataclass
class _Run:
    """What has come of a request so far."""

    kept: list[Kept] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def make(
    place: Place,
    manifest: SignedManifest,
    generator: Generator,
    wanted: Wanted,
    *,
    progress: Progress = silent,
    workers: int = 1,
) -> tuple[SyntheticBatch, bool]:
    """Make synthetic takes from a manifest's and record them; tell whether the batch is new.

    The same request again gives the same batch. Killed at any instant it leaves no take: what was
    on its way is swept away by the next run, which makes the same.

    Raises
    ------
    NotForSynthesis : the manifest permits something else. BadInput : a request that cannot be.
    Overtaken : a take may no longer be used; what was made is deleted, and that signed and logged.
    NothingMade : nothing that was made can be kept. Refused : somebody else is making here.
    """
    kept = _checked(place, manifest)
    request = _request(kept, generator, wanted)
    with Shelf(place.synthetic).alone():
        known = SyntheticBatch.objects.filter(request=digest_of(request)).first()
        if known is not None:
            return known, False
        sweep(place)
        corpus.check_current(place, kept)
        run = _Run()
        with Shelf(place.synthetic).scratch() as folder:
            try:
                _fill(place, kept, generator, wanted, folder, run, progress, workers)
                return _enter(place, kept, generator, wanted, request, run), True
            except Overtaken as fault:
                raise _stopped(place, kept, request, run, fault) from fault


def find(named: str) -> SyntheticBatch:
    """Return a batch by its digest, or by how that begins.

    Raises
    ------
    NotFound : there is none, or there are several.
    """
    rows = SyntheticBatch.objects.select_related("manifest__licensee")
    found = list(rows.filter(digest__startswith=named)[:2]) if named else []
    if len(found) != 1:
        raise NotFound(
            "No batch of that digest" if not found else "More than one batch begins so",
            where=named[:16],
            remedy="See `yesand synth list`.",
        )
    return found[0]


def sweep(place: Place) -> int:
    """Remove files that no record names; only for who is ``alone`` on the shelf."""
    rows = SyntheticTake.objects.values_list("sha256", "copy")
    return Shelf(place.synthetic).sweep({name for row in rows.iterator(_CHUNK) for name in row})


def fallen(place: Place, batch: SyntheticBatch, action: Action | None = None) -> frozenset[str]:
    """Return those of a batch's takes (SHA-256) that descend from what may no longer be used.

    Parameters
    ----------
    action : ask whether this may be done, and not what the manifest was for.
    """
    manifest = corpus.find(place, batch.manifest_id)
    lost = corpus.overtaken_takes(place, manifest, action)
    takes = batch.takes.all()
    if not batch.whole:
        takes = takes.filter(parents__sha256__in=lost)
    return frozenset(takes.values_list("sha256", flat=True)) if lost else frozenset()


def _checked(place: Place, manifest: SignedManifest) -> SignedManifest:
    """Return the manifest as this house signed it, if it permits synthesis."""
    from yesand.training.registry.services import checked

    kept = checked(place, manifest)
    asked = kept.asked()
    if asked.action != Action.SYNTHESISE or asked.use_class != UseClass.SYNTHESIS:
        raise NotForSynthesis(
            f"The manifest permits to {asked.action} for {asked.use_class}, and not to synthesise",
            where=f"manifest {kept.digest[:12]}",
            remedy="Ask the gate with --action synthesise --use-class synthesis.",
        )
    return kept


def _request(manifest: SignedManifest, generator: Generator, wanted: Wanted) -> dict[str, Any]:
    if wanted.each < 1 or not 0 <= wanted.seed <= MOST:
        raise BadInput("At least one take for each, and a seed from 0 to 2⁶³ − 1", where="request")
    there = Counter(t.emotion for t in manifest.takes if wanted.emotion in {"", t.emotion})
    if not there:
        known = ", ".join(sorted({t.emotion for t in manifest.takes}))
        raise BadInput(
            "No take of that emotion is permitted", where=wanted.emotion, remedy=f"Of {known}."
        )
    if there.total() * wanted.each > _MOST_TAKES:
        raise BadInput(f"More than {_MOST_TAKES:,} takes at once", remedy="Ask for fewer for each.")
    about = {
        "digest": generator.digest,
        "name": generator.name,
        "settings": generator.settings(),
        "version": generator.version,
    }
    return attestations.asked(manifest.digest, about, wanted.as_json())


def _fill(
    place: Place,
    manifest: SignedManifest,
    generator: Generator,
    wanted: Wanted,
    folder: Path,
    run: _Run,
    progress: Progress,
    workers: int,
) -> None:
    """Make the takes into a folder; keep what nothing is wrong with."""
    given = Corpus(
        tuple(
            Parent(e.sha256, e.emotion, e.performer, Path(e.path))
            for e in examples_of(place, manifest.takes)
        )
    )
    still_holds = partial(corpus.check_current, place, manifest)
    with pool(workers) if workers > 1 else nullcontext() as processes:
        over = processes.map if processes is not None else map
        around = Around(_asking(over, still_holds, progress), still_holds, folder)
        for outcome in generator.make(given, wanted, around):
            _take(outcome, folder, run)
    still_holds()
    progress(0, 1, "copies")
    _without_copies(place, given, wanted, generator, run)
    if not run.kept:
        raise _nothing(run)


def _asking(
    over: Callable[..., Iterable[Outcome]], still_holds: Callable[[], None], progress: Progress
) -> Any:
    """Return what makes a take of every order, asking again and again whether it still may."""

    def each(render: Callable[[Any], Outcome], orders: Sequence[Any]) -> Iterator[Outcome]:
        for done, outcome in enumerate(over(render, orders)):
            progress(done, len(orders), "making")
            if done % _ASK == 0:
                still_holds()
            yield outcome
        progress(len(orders), max(1, len(orders)), "making")

    return each


def _take(outcome: Outcome, folder: Path, run: _Run) -> None:
    """Keep a take in the scratch folder, or say why not."""
    if isinstance(outcome, Refusal):
        run.refused.append(outcome)
        return
    if why := checks.fault(outcome):
        run.refused.append(Refusal(outcome.place, why))
        return
    path = folder / f"{len(run.kept):08d}.flac"
    shelf.write(path, outcome)
    sound = checks.sound_of(outcome)
    run.kept.append(Kept(outcome, path, digest_file(path), landmarks(sound)))


def _without_copies(
    place: Place, given: Corpus, wanted: Wanted, generator: Generator, run: _Run
) -> None:
    """Refuse what is a copy of a parent, or of another take of the batch."""
    used = {sha for kept in run.kept for sha in kept.made.parents}
    store, known = MediaStore(place.media), LandmarkShelf(place.cache)
    parents = [t.sha256 for t in given.takes if generator.whole or t.sha256 in used]
    heard = [(sha, known.of(sha, store.path_of(sha))) for sha in dict.fromkeys(parents)]
    named = {f"made {n}": kept for n, kept in enumerate(run.kept)}
    found = copies([*heard, *((name, kept.marks) for name, kept in named.items())])
    for copy in found:
        kept = named.get(copy.take)
        if kept is not None:
            whose = named[copy.of].made.place if copy.of in named else f"take {copy.of[:12]}"
            how = "An exact" if copy.kind == "exact" else "A near"
            run.refused.append(Refusal(kept.made.place, f"{how} copy of {whose}"))
    out = {copy.take for copy in found}
    run.kept = [kept for name, kept in named.items() if name not in out]


def _nothing(run: _Run) -> NothingMade:
    reasons = Counter(refusal.reason for refusal in run.refused).most_common(3)
    told = "; ".join(f"{number} × {reason}" for reason, number in reasons)
    return NothingMade(
        f"None of {len(run.refused)} takes can be kept: {told}" if told else "Nothing was made",
        remedy="Mend the generator, or ask for another emotion.",
    )


def _enter(
    place: Place,
    manifest: SignedManifest,
    generator: Generator,
    wanted: Wanted,
    request: dict[str, Any],
    run: _Run,
) -> SyntheticBatch:
    """Sign the batch, record it with every parent, and only then put its files in place."""
    told = [kept.as_json() for kept in run.kept]
    refused = [refusal.as_json() for refusal in run.refused]
    name = attestations.named(request, told, refused)
    credited = credit(place, manifest, generator, name, run.kept)
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
            quarantined=generator.unlicensed,
            made=len(run.kept),
            refused=refused,
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            entry=entry,
        )
        _record(batch, manifest, told, credited)
        # A file without a row is no take, and is swept; a row never lacks its file.
        _keep(place, batch, run.kept, credited)
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


def _stopped(
    place: Place, manifest: SignedManifest, request: dict[str, Any], run: _Run, fault: Overtaken
) -> Overtaken:
    """Sign, and enter in the log, that a run was stopped and what it had made is deleted."""
    number, now = len(run.kept), stamp(place.clock.now())
    payload = attestations.stopped(digest_of(request), manifest.digest, fault.what, number, now)
    log.record(place, Kind.RUN_OVERTAKEN, digest_of(payload))
    path = place.synthetic / "stopped" / f"{digest_of(payload)}.json"
    durable.write(path, canonical(dsse.seal(payload, [place.signer])))
    return Overtaken(
        f"{fault.what} What was made until then, {number} takes, is deleted",
        where=fault.where,
        remedy=fault.remedy,
    )


def _versions() -> dict[str, str]:
    """Return what the samples were computed with: other versions may round otherwise."""
    return {
        "libsndfile": soundfile.__libsndfile_version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "yesand": yesand.__version__,
    }


def performers_of(batch: SyntheticBatch) -> QuerySet[Performer]:
    """Return the performers from whom a batch's takes descend."""
    return Performer.objects.filter(descents__take__batch=batch).distinct().order_by("handle")
