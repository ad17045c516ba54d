"""Making synthetic takes under a permit, recording what each descends from, or leaving nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from yesand.agreements.vocabulary import Action, Material, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_file, digest_of
from yesand.kernel.place import Place
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.synthetic import attestations, shelf
from yesand.synthetic.errors import NotForSynthesis, NothingMade
from yesand.synthetic.kept import Kept
from yesand.synthetic.making import checks
from yesand.synthetic.making.generator import (
    MOST,
    Around,
    Corpus,
    Generator,
    Outcome,
    Parent,
    Refusal,
    Wanted,
)
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.synthetic.recording.services import enter
from yesand.synthetic.shelf import Shelf
from yesand.takes.copies.finding import copies
from yesand.takes.copies.landmarks import landmarks
from yesand.takes.copies.shelf import Shelf as LandmarkShelf
from yesand.takes.media import MediaStore
from yesand.training.services import examples_of

#: After so many takes it is asked again whether they may still be made.
_ASK = 8
_CHUNK = 1_000
#: What was found lost of manifests, for pages.
_LOST: dict[tuple[object, ...], frozenset[str]] = {}
_MOST_LOST = 64
#: A run may make so many takes: further ones are another request's.
_MOST_TAKES = 200_000


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
    NothingMade : nothing that was made can be kept. Refused : somebody else is making here; an
        outside generator, where recordings may not be handed to anybody.
    """
    kept = _checked(place, manifest)
    _check_handed(kept, generator)
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
                return enter(place, kept, generator, wanted, request, run.kept, run.refused), True
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
    return _descending(batch, corpus.overtaken_takes(place, manifest, action))


def fallen_as_logged(place: Place, batch: SyntheticBatch) -> frozenset[str]:
    """Return the same for pages, decided once for every manifest, size of the log, and hour."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    hour = stamp(place.clock.now())[:13]
    key = (str(place.root), batch.manifest_id, last, hour)
    lost = _LOST.get(key)
    if lost is None:
        lost = corpus.overtaken_takes(place, corpus.find(place, batch.manifest_id))
        if len(_LOST) >= _MOST_LOST:
            _LOST.clear()
        _LOST[key] = lost
    return _descending(batch, lost)


def _descending(batch: SyntheticBatch, lost: frozenset[str]) -> frozenset[str]:
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


def _check_handed(manifest: SignedManifest, generator: Generator) -> None:
    """Check that somebody else's program may be handed the recordings at all."""
    if generator.outside and manifest.asked().material != Material.RAW:
        raise Refused(
            "An outside generator is handed the recordings, and these may only be measured",
            where=f"manifest {manifest.digest[:12]}",
            remedy="Ask the gate with --material raw; who does not license recordings is left out.",
        )


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
    run.kept.append(Kept.of(outcome, path, digest_file(path), landmarks(sound)))


def _without_copies(
    place: Place, given: Corpus, wanted: Wanted, generator: Generator, run: _Run
) -> None:
    """Refuse what is a copy of a parent, or of another take of the batch."""
    used = {sha for kept in run.kept for sha in kept.parents}
    store, known = MediaStore(place.media), LandmarkShelf(place.cache)
    parents = [t.sha256 for t in given.takes if generator.whole or t.sha256 in used]
    heard = [(sha, known.of(sha, store.path_of(sha))) for sha in dict.fromkeys(parents)]
    named = {f"made {n}": kept for n, kept in enumerate(run.kept)}
    found = copies([*heard, *((name, kept.marks) for name, kept in named.items())])
    for copy in found:
        kept = named.get(copy.take)
        if kept is not None:
            whose = named[copy.of].place if copy.of in named else f"take {copy.of[:12]}"
            how = "An exact" if copy.kind == "exact" else "A near"
            run.refused.append(Refusal(kept.place, f"{how} copy of {whose}"))
    out = {copy.take for copy in found}
    run.kept = [kept for name, kept in named.items() if name not in out]


def _nothing(run: _Run) -> NothingMade:
    reasons = Counter(refusal.reason for refusal in run.refused).most_common(3)
    told = "; ".join(f"{number} × {reason}" for reason, number in reasons)
    return NothingMade(
        f"None of {len(run.refused)} takes can be kept: {told}" if told else "Nothing was made",
        remedy="Mend the generator, or ask for another emotion.",
    )


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


def performers_of(batch: SyntheticBatch) -> QuerySet[Performer]:
    """Return the performers from whom a batch's takes descend."""
    return Performer.objects.filter(descents__take__batch=batch).distinct().order_by("handle")
