"""Which synthetic takes of a batch may be taught beside a manifest's own, and whom they stand for.

A synthetic take is taught only where all that it descends from may be: each of its parents is in
the manifest that was permitted to train, and may still be synthesised from. Of a generator that
learnt from everybody, everybody's takes must be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.synthetic.making.generator import Corpus, Parent
from yesand.synthetic.making.troupe import Troupe
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.synthetic.services import fallen, find
from yesand.synthetic.shelf import Shelf
from yesand.synthetic.teaching.fitted import relied
from yesand.synthetic.teaching.listening import heard
from yesand.synthetic.teaching.passing import Voice, by_generator, by_parents
from yesand.training.made import NOTHING, Added, MadeTake, Passed
from yesand.training.registry.services import to_train
from yesand.training.services import examples_of

WITHDRAWN = "descends from what may no longer be synthesised from"
NOT_PERMITTED = "descends from what this manifest does not permit to train on"
GONE = "its file is deleted"
#: In what a permit to synthesise and one to train must agree.
_ALIKE = ("purpose", "commercial", "territory")
#: How what a batch's takes bring is passed on to people.
PARENTS, MEASURED, DECLARED = "to its parents", "as measured", "as declared"


def added(place: Place, manifest: SignedManifest, named: Sequence[str]) -> Added:
    """Return what batches add to a training on a manifest; nothing, where none is named.

    Raises
    ------
    NotFound : no such batch. BadInput : one is named twice.
    Refused : a batch in quarantine, of another licensee, made for something else, or of which no
        take may be taught; the manifest permits something else. CheckFailed : a file was changed.
    """
    if not named:
        return NOTHING
    manifest = to_train(place, manifest)
    batches = [find(one) for one in named]
    if len({batch.pk for batch in batches}) < len(batches):
        raise BadInput("The same batch is named twice", where="--synthetic")
    takes, told = list[MadeTake](), dict[str, Mapping[str, Any]]()
    for batch in sorted(batches, key=lambda one: one.digest):
        chosen, left, how = _chosen(place, manifest, batch)
        told[batch.digest] = {
            "passed_on": how,
            "generator": batch.generator,
            "version": batch.version,
            "generator_digest": batch.generator_digest,
            "whole": batch.whole,
            "left_out": dict(sorted(left.items())),
            "chosen": len(chosen),
        }
        takes += chosen
    return Added.of(takes, told, partial(_still_hold, place, batches, takes))


def _chosen(
    place: Place, manifest: SignedManifest, batch: SyntheticBatch
) -> tuple[list[MadeTake], Counter[str], str]:
    """Return a batch's takes that may be taught, how many may not, by reason; and how passed on."""
    made_from = corpus.find(place, batch.manifest_id)
    _check_batch(manifest, batch, made_from)
    permitted, lost = {take.sha256 for take in manifest.takes}, fallen(place, batch)
    parents = _parents(batch)
    whole = tuple(take.sha256 for take in made_from.takes) if batch.whole else ()
    voices = {take.sha256: Voice(take.performer, take.emotion) for take in made_from.takes}
    everybody = frozenset(v.performer for v in voices.values()) if batch.whole else frozenset()
    shelf, left, chosen = Shelf(place.synthetic), Counter[str](), list[MadeTake]()
    passed, how = dict[str, tuple[Passed, ...]](), PARENTS
    if batch.whole and permitted.issuperset(whole) and not lost:
        passed, how = _relied(place, batch, made_from)
    for take in batch.takes.order_by("place", "sha256"):
        mine = parents.get(take.pk, ())
        path = shelf.path(take.sha256)
        if take.sha256 in lost:
            left[WITHDRAWN] += 1
        elif not permitted.issuperset(mine or whole):
            left[NOT_PERMITTED] += 1
        elif not path.exists():
            left[GONE] += 1
        else:
            to = passed[take.emotion] if batch.whole else by_parents([voices[p] for p in mine])
            chosen.append(_made(take, batch, path, mine, to, everybody))
    if not chosen:
        raise Refused(
            "No take of the batch may be taught: " + _reasons(left),
            where=f"batch {batch.digest[:12]}",
            remedy="Ask the gate for a manifest to train that holds its parents, or leave it out.",
        )
    return chosen, left, how


def _relied(
    place: Place, batch: SyntheticBatch, made_from: SignedManifest
) -> tuple[dict[str, tuple[Passed, ...]], str]:
    """Return emotion → on whom a generator that learnt from everybody relies, and how it is known.

    It is measured of the fitted voice, if it is still the one that made the batch: there it costs
    no more than to listen to the takes. What it says nothing of is declared.
    """
    declared = by_generator(Voice(take.performer, take.emotion) for take in made_from.takes)
    if batch.generator_digest != Troupe(float(batch.settings.get("spread", 0) or 0)).digest:
        return declared, DECLARED
    takes = examples_of(place, made_from.takes)
    rows = heard(Corpus(tuple(Parent(e.sha256, e.emotion, e.performer, e.path) for e in takes)))
    found = relied(rows, [e.emotion for e in takes], [e.performer for e in takes])
    return {**declared, **found}, MEASURED


def _made(
    take: SyntheticTake,
    batch: SyntheticBatch,
    path: Path,
    mine: tuple[str, ...],
    to: tuple[Passed, ...],
    everybody: frozenset[str],
) -> MadeTake:
    return MadeTake(
        path=path,
        sha256=take.sha256,
        emotion=take.emotion,
        duration_ms=take.duration_ms,
        batch=batch.digest,
        parents=mine,
        passed=to,
        heard=everybody,
    )


def _check_batch(
    manifest: SignedManifest, batch: SyntheticBatch, made_from: SignedManifest
) -> None:
    where = f"batch {batch.digest[:12]}"
    if batch.quarantined:
        raise Refused(
            "Nobody vouches for what made this batch: it is kept apart, and teaches nothing",
            where=where,
        )
    whose = manifest.request["licensee"]
    if batch.manifest.licensee.slug != whose:
        raise Refused(
            f"The batch was made for {batch.manifest.licensee.slug}, and {whose} would train on it",
            where=where,
            remedy=f"Make one from a manifest of {whose}'s own.",
        )
    # Who lets takes be synthesised for one purpose has not let what comes of it serve another.
    asked, given = manifest.request, made_from.request
    if apart := [name for name in _ALIKE if asked[name] != given[name]]:
        told = "; ".join(f"{name} {given[name]}, not {asked[name]}" for name in apart)
        raise Refused(
            f"The batch's takes were permitted for something else than this training: {told}",
            where=where,
            remedy="Ask the gate to synthesise for what is trained, and make a batch from that.",
        )


def _parents(batch: SyntheticBatch) -> dict[int, tuple[str, ...]]:
    """Return each take's parents (SHA-256) in their order; none of a generator that has all."""
    found: dict[int, tuple[str, ...]] = {}
    rows = batch.takes.filter(descents__parent__isnull=False).order_by("descents__pk")
    for pk, parent in rows.values_list("pk", "descents__parent__sha256"):
        found[pk] = (*found.get(pk, ()), parent)
    return found


def _reasons(left: Counter[str]) -> str:
    return "; ".join(f"{number:,} × {reason}" for reason, number in sorted(left.items()))


def _still_hold(place: Place, batches: Sequence[SyntheticBatch], takes: Sequence[MadeTake]) -> None:
    """Check that none of the takes descends from what was taken back meanwhile.

    Raises
    ------
    Overtaken : one does.
    """
    for batch in batches:
        lost = fallen(place, batch) & {t.sha256 for t in takes if t.batch == batch.digest}
        if lost:
            raise Overtaken(
                f"{len(lost):,} synthetic takes descend from what may no longer be used.",
                where=f"batch {batch.digest[:12]}",
                remedy="Train anew: what descends from it is then left out.",
            )
