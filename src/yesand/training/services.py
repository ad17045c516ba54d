"""Training from a manifest, and the registry of models and of where they serve."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from yesand.affect.dimensions.services import rated
from yesand.affect.evaluating.services import known
from yesand.affect.listening import Kept
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import ManifestTake, SignedManifest
from yesand.kernel import durable
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import stamp
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.copies import services as copying
from yesand.takes.copies.finding import Copy
from yesand.takes.media import MediaStore
from yesand.training import adapters, attestations, digest, folder, fused, heads, runs
from yesand.training.adapters import AdapterSettings
from yesand.training.around import Around
from yesand.training.errors import NotRegistered
from yesand.training.examples import VOICE, Example, Settings
from yesand.training.folder import Loaded, load
from yesand.training.fused import FusedSettings
from yesand.training.heads import HeadSettings
from yesand.training.kinds import AnySettings
from yesand.training.made import NOTHING, Added, says_synthetic
from yesand.training.memory import as_asked
from yesand.training.models import TrainedModel
from yesand.training.recording import Recorder
from yesand.training.registry.services import (
    check_name,
    decommission,
    deploy,
    entered,
    files_of,
    grounds,
    plain_card,
    register_files,
    to_train,
)
from yesand.training.resuming import services as unfinished
from yesand.training.resuming.shelf import Say, Shelf, unheard
from yesand.training.seeing import check_senses, rated_as, told_senses
from yesand.training.shards import training
from yesand.training.shards.training import ShardSettings
from yesand.training.targeting import services as targeting
from yesand.training.targeting.heard import HEARD

__all__ = [
    "Loaded",
    "decommission",
    "deploy",
    "load",
    "register",
    "register_files",
    "registered",
    "train",
]

#: What trains: takes what ``runs.train`` takes, and tells ``ready`` of a whole folder.
Course = Callable[..., Any]
_TRAINS: dict[type, Course] = {
    Settings: runs.train,
    ShardSettings: training.train,
    HeadSettings: heads.train,
    AdapterSettings: adapters.train,
    FusedSettings: fused.train,
}
#: The house's signed word that what lies beside it was overtaken.
ATTESTATION = "overtaken.json"


def train(
    place: Place,
    manifest: SignedManifest,
    out: Path,
    *,
    name: str | None = None,
    settings: AnySettings | None = None,
    progress: Progress = silent,
    recorder: Recorder | None = None,
    workers: int = 1,
    course: Course | None = None,
    copies: Sequence[Copy] | None = None,
    fresh: bool = False,
    say: Say = unheard,
    added: Added = NOTHING,
) -> TrainedModel:
    """Train a model on exactly the takes of a manifest, and register it.

    The same manifest, settings and folder again give the model that is there already.

    Parameters
    ----------
    course : trains in place of what the settings call for.
    copies : left out as such; none given, they are looked for among the manifest's takes.
    fresh : begin anew, even if the same run was broken off. say : told lines for a person.
    added : synthetic takes that are taught beside the manifest's (``synthetic.teaching``).

    Raises
    ------
    Overtaken : the manifest no longer holds, or no longer did at a checkpoint or when training
        was done: what was reached is then marked, and stays out of the registry.
    Refused : something else lies in ``out``. BadInput : nothing to learn from, unreadable takes.
    """
    out, settings = Path(out).resolve(), settings or Settings()
    manifest = to_train(place, manifest)
    check_name(name)
    check_senses(manifest, settings.senses)
    check_taught(settings, added)
    unfinished.sweep(place)
    run = _run_before(place, manifest, out, settings, added)
    if run is None:
        still_holds = partial(_still_holds, place, manifest, added)
        still_holds()
        course = course or _course(settings)
        shelf = Shelf(unfinished.shelf_of(place), fresh, say=say)
        around = Around(
            cache=Kept(place.cache),
            progress=progress,
            still_holds=still_holds,
            recorder=recorder,
            workers=workers,
            shelf=shelf,
            say=say,
            added=added,
        )
        run = _run(place, manifest, out, settings, around, course, copies)
    return _enter(place, out, manifest, name, run, added)


def _still_holds(place: Place, manifest: SignedManifest, added: Added) -> None:
    corpus.check_current(place, manifest)
    added.still_holds()


def check_taught(settings: AnySettings, added: Added) -> None:
    """Check that what is trained can be taught synthetic takes at all.

    Raises
    ------
    Refused : it cannot.
    """
    if not added.takes:
        return
    if not isinstance(settings, HeadSettings) or settings.senses != VOICE:
        raise Refused(
            "Synthetic takes are taught to a convex head on voices, and to no other model yet: "
            "only there is measured exactly whom they stand for",
            where="--synthetic",
            remedy="Add --kind head.",
        )
    if settings.targets == HEARD:
        raise Refused(
            "Nobody has rated a synthetic take",
            where="--targets heard",
            remedy="Leave it out, or --synthetic.",
        )


def register(
    place: Place, where: Path, manifest: SignedManifest, *, name: str | None = None
) -> TrainedModel:
    """Enter a model that was trained elsewhere from a manifest of this house, in any format.

    The same folder twice is the same model.

    Raises
    ------
    Overtaken : the manifest no longer holds. NotFound, BadInput : no folder of plain files.
    Refused : the model names another manifest, or its name is taken; its folder says that it was
        taught with synthetic takes.
    """
    manifest, where = to_train(place, manifest), Path(where).resolve()
    check_name(name)
    if not where.is_dir():
        raise NotFound("No model folder here", where=str(where))
    _check_unmarked(where)
    told = _read(where / folder.ABOUT)
    check_senses(manifest, told_senses(told))
    if told.get("manifest", manifest.digest) != manifest.digest:
        raise Refused("The model says it came from another manifest", where=str(where))
    _check_performed(where)
    return _enter(place, where, manifest, name, {"trained": "elsewhere"})


def _check_performed(where: Path) -> None:
    """Check that a folder says nothing of synthetic takes, unless it is a model's of this house.

    Raises
    ------
    Refused : it does: whom they came from would be asked and paid for nothing.
    """
    if not says_synthetic(where, _read(where / folder.CARD_DATA)):
        return
    if not TrainedModel.objects.filter(digest=digest.model_digest(where)).exists():
        raise Refused(
            "The model was taught with synthetic takes, and this house has no record of which: "
            "nobody asked whom they came from",
            where=str(where),
            remedy="Train it here: yesand train --kind head --synthetic BATCH.",
        )


def registered(place: Place, where: Path) -> TrainedModel:
    """Return the registered model in a folder, every file of it checked.

    Raises
    ------
    NotFound : no folder. CheckFailed : a file differs from the one registered; it is named.
    NotRegistered : no model that this house knows.
    """
    where = Path(where).resolve()
    files = digest.resources(where)
    found = TrainedModel.objects.filter(digest=digest.root(files)).first()
    if found:
        return found
    likeness = [(_likeness(files, files_of(m)), m) for m in TrainedModel.objects.all()]
    best, known = max(likeness, key=lambda pair: pair[0], default=(0.0, None))
    if known is not None and best >= 0.5:
        digest.check(where, files_of(known))
    raise NotRegistered(
        "This house knows no such model", where=str(where), remedy="Train or register it first."
    )


def _course(settings: AnySettings) -> Course:
    """Return what trains by such settings."""
    return _TRAINS[type(settings)]


def _run(
    place: Place,
    manifest: SignedManifest,
    out: Path,
    settings: AnySettings,
    around: Around,
    course: Course,
    copies: Sequence[Copy] | None,
) -> dict[str, Any]:
    began, run = stamp(place.clock.now()), dict[str, Any]()

    def ready(whole: Path, record: runs.RunRecord) -> None:
        # Noted before the folder is in place, so that a run killed after that can be entered.
        finished = stamp(place.clock.now())
        run.update(record.as_json(), manifest=manifest.digest, began=began, finished=finished)
        note = _note(place, digest.model_digest(whole))
        if not _says_more(_read(note), run):
            durable.write(note, canonical(run))

    examples, stands = examples_of(place, manifest.takes), grounds(place, manifest)
    if copies is None:
        copies = copying.among(place, [take.sha256 for take in manifest.takes], around.progress)
        copying.note(copies)
    copied = {copy.take for copy in copies}
    there = {e.performer for e in examples if e.sha256 not in copied}
    added = around.added.without(copied, there)
    if settings.targets == HEARD:
        examples = targeting.attach(examples)
    labels = sorted({example.emotion for example in examples})
    named, ratings = [e.sha256 for e in examples], rated_as(settings.senses)
    beside, *alone = (known(named, labels, one) for one in ratings)
    try:
        around = replace(
            around,
            ready=ready,
            copies=copies,
            added=added,
            known=beside,
            known_alone=dict(zip(ratings[1:], alone, strict=True)),
            rated=rated(named),
        )
        course(examples, stands, settings, out, around)
    except Overtaken as fault:
        _attest(place, out, manifest, fault)
        raise
    return run


def _run_before(
    place: Place, manifest: SignedManifest, out: Path, settings: AnySettings, added: Added
) -> dict[str, Any] | None:
    """Return the run that left a whole model in ``out``, or nothing if the folder is free."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    _check_unmarked(out)
    run = _read(_note(place, digest.model_digest(out))) if out.is_dir() else {}
    same = run.get("manifest") == manifest.digest and as_asked(run) == settings.as_json()
    if not same or run.get("synthetic", {}).get("asked") != added.asked:
        folder.refuse_full(out)
    return run


def _check_unmarked(where: Path) -> None:
    if (where / folder.OVERTAKEN).exists():
        raise Refused(
            "The model here was overtaken by a withdrawal",
            where=str(where),
            remedy="Delete it, and train on a new manifest.",
        )


def noted(place: Place, model: TrainedModel) -> dict[str, Any]:
    """Return the run that last gave a model's files here: a repeated one may have told more."""
    run = _read(_note(place, model.digest))
    return run if run.get("manifest") == model.manifest_id else model.run


def _says_more(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Tell whether an earlier run of these bytes was verified, and this one is not."""
    alike = all(before.get(name) == now.get(name) for name in ("manifest", "settings"))
    told, found = before.get("unlearning") or {}, now.get("unlearning") or {}
    verified = told.get("verdict") == "unlearned" != found.get("verdict")
    return alike and verified and found.get("from", told.get("from")) == told.get("from")


def _note(place: Place, model: str) -> Path:
    return place.models / f"{model}.json"


def _enter(
    place: Place,
    where: Path,
    manifest: SignedManifest,
    name: str | None,
    run: dict[str, Any],
    added: Added = NOTHING,
) -> TrainedModel:
    told = _read(where / folder.CARD_DATA) or plain_card(place, manifest)
    files = digest.resources(where)
    try:
        return entered(place, files, told, manifest, name, run, added.still_holds)
    except Overtaken as fault:
        named = digest.root(files)
        if _note(place, named).exists():
            folder.mark(where, str(fault))
            _attest(place, where, manifest, fault)
            _note(place, named).unlink()
        raise


def _attest(place: Place, where: Path, manifest: SignedManifest, fault: Overtaken) -> None:
    """Sign, and enter in the log, that a run was stopped, and what was left of it."""
    left = digest.model_digest(where)
    payload = attestations.overtaken(manifest.digest, left, fault.what, stamp(place.clock.now()))
    log.record(place, Kind.RUN_OVERTAKEN, digest_of(payload))
    durable.write(where / ATTESTATION, canonical(dsse.seal(payload, [place.signer])))


def _read(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, or an empty one if there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def examples_of(place: Place, takes: Sequence[ManifestTake]) -> list[Example]:
    """Return takes of a manifest as examples; of one that is deleted no file lies there."""
    store = MediaStore(place.media)
    return [
        Example(_where(store, t.sha256), t.sha256, t.performer, t.emotion, t.duration_ms)
        for t in takes
    ]


def _where(store: MediaStore, sha256: str) -> Path:
    try:
        return store.path_of(sha256)
    except NotFound:  # told with all the others that cannot be read
        return store.folder / sha256


def _likeness(here: dict[str, str], known: dict[str, str]) -> float:
    shared = sum(here.get(name) == value for name, value in known.items())
    return shared / max(len(here), len(known))
