"""Training from a manifest, and the registry of models and of where they serve."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from yesand.affect.features import Cache
from yesand.agreements.models import Agreement
from yesand.agreements.terms import Terms
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.kernel import durable, ids
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.media import MediaStore
from yesand.training import attestations, card, digest, folder, runs
from yesand.training.errors import AlreadyEnded, NameTaken, NotRegistered
from yesand.training.examples import Example, Settings
from yesand.training.folder import Loaded, load
from yesand.training.grounds import Grounds
from yesand.training.models import Decommission, Deployment, TrainedModel

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

#: Lies in the folder of a model that a withdrawal overtook: it is in no registry.
OVERTAKEN = "OVERTAKEN.txt"


def train(
    place: Place,
    manifest: SignedManifest,
    out: Path,
    *,
    name: str | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> TrainedModel:
    """Train a model on exactly the takes of a manifest, and register it.

    The same manifest, settings and folder again give the model that is there already.

    Raises
    ------
    Overtaken : the manifest no longer holds, or no longer did when training was done: the folder
        is then marked and stays out of the registry.
    Refused : something else lies in ``out``. BadInput : nothing to learn from, unreadable takes.
    """
    out, settings = Path(out).resolve(), settings or Settings()
    manifest = _checked(place, manifest)
    _check_name(name)
    run = _run_before(place, manifest, out, settings)
    if run is None:
        corpus.check_current(place, manifest)
        run = _run(place, manifest, out, settings, progress)
    return _enter(place, out, manifest, name, run)


def register(
    place: Place, where: Path, manifest: SignedManifest, *, name: str | None = None
) -> TrainedModel:
    """Enter a model that was trained elsewhere from a manifest of this house, in any format.

    The same folder twice is the same model.

    Raises
    ------
    Overtaken : the manifest no longer holds. NotFound, BadInput : no folder of plain files.
    Refused : the model names another manifest, or its name is taken.
    """
    manifest, where = _checked(place, manifest), Path(where).resolve()
    _check_name(name)
    if not where.is_dir():
        raise NotFound("No model folder here", where=str(where))
    told = _read(where / folder.ABOUT).get("manifest", manifest.digest)
    if told != manifest.digest:
        raise Refused("The model says it came from another manifest", where=str(where))
    return _enter(place, where, manifest, name, {"trained": "elsewhere"})


def register_files(
    place: Place,
    manifest: SignedManifest,
    files: Mapping[str, str],
    *,
    name: str | None = None,
    run: Mapping[str, Any] | None = None,
    card_text: str = "",
) -> TrainedModel:
    """Enter a model by the digests of its files alone: its weights stay where they are.

    The same files twice are the same model.

    Parameters
    ----------
    files : path → SHA-256, as OpenSSF model signing lists them (``digest.resources``).
    run : the licensee's own record of the training; kept as told, and signed.
    card_text : the licensee's own model card; shown beside what the manifest itself says.

    Raises
    ------
    Overtaken : the manifest no longer holds. BadInput : no files, or a record that has no form.
    Refused : the model is registered under another manifest, or its name is taken.
    """
    manifest = _checked(place, manifest)
    _check_name(name)
    if not files:
        raise BadInput("A model has at least one file", where=name or "model")
    told: dict[str, Any] = {"trained": "elsewhere"}
    if run:
        told["record"] = dict(run)
    if card_text:
        told["card_sha256"] = ids.digest(card_text.encode())
    if "\x00" in card_text or rb"\u0000" in canonical(told):
        raise BadInput("A record holds a character that is none (NUL)", where=name or "model")
    shown = {**_plain_card(place, manifest), **({"told": card_text} if card_text else {})}
    return _entered(place, files, shown, manifest, name, told, None)


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


def files_of(model: TrainedModel) -> dict[str, str]:
    """Return a registered model's files with their SHA-256, as they were signed."""
    predicate = parse(dsse.payload_of(model.envelope))["predicate"]
    return {one["name"]: one["digest"] for one in predicate.get("resources", [])}


def deploy(
    place: Place,
    model: TrainedModel,
    licensee: Organisation,
    since: datetime,
    name: str | None = None,
) -> Deployment:
    """Put a model in service by a licensee from a moment on: signed and logged.

    The same deployment twice is one.

    Raises
    ------
    Refused : another licensee than the manifest's, and the terms allow no onward licensing.
    NameTaken : another deployment has the name.
    """
    name = name or f"{model.name}-{licensee.slug}"
    _check_name(name, 160)
    _check_licensee(model, licensee)
    payload = attestations.deployment(name, model.digest, licensee.slug, stamp(since))
    with transaction.atomic():
        known = Deployment.objects.filter(name=name).first()
        if known:
            if dsse.payload_of(known.envelope) == canonical(payload):
                return known
            raise NameTaken("Another deployment has that name", where=name, remedy="Give another.")
        return Deployment.objects.create(
            name=name,
            model=model,
            licensee=licensee,
            since=since,
            envelope=dsse.seal(payload, [place.signer]),
            entry=log.record(place, Kind.DEPLOYMENT_STARTED, digest_of(payload)),
        )


def decommission(place: Place, deployment: Deployment, until: datetime) -> Decommission:
    """End a deployment, for good: signed and logged. The same end twice is one.

    Raises
    ------
    BadInput : before it began. AlreadyEnded : it ended at another moment.
    """
    if until < deployment.since:
        raise BadInput("A deployment cannot end before it began", where=deployment.name)
    model, licensee = deployment.model.digest, deployment.licensee.slug
    payload = attestations.decommission(deployment.name, model, licensee, stamp(until))
    with transaction.atomic():
        known = Decommission.objects.filter(deployment=deployment).first()
        if known:
            if dsse.payload_of(known.envelope) == canonical(payload):
                return known
            raise AlreadyEnded(f"It ended at {stamp(known.until)}", where=deployment.name)
        return Decommission.objects.create(
            deployment=deployment,
            until=until,
            envelope=dsse.seal(payload, [place.signer]),
            entry=log.record(place, Kind.DEPLOYMENT_ENDED, digest_of(payload)),
        )


def _checked(place: Place, manifest: SignedManifest) -> SignedManifest:
    """Return the manifest as this house signed it: nothing that was added to it is trained on."""
    kept = corpus.find(place, manifest.digest)
    if kept != manifest:
        raise CheckFailed(
            "The manifest is not the one that was signed", where=f"manifest {kept.digest[:12]}"
        )
    return kept


def _check_name(name: str | None, longest: int = 120) -> None:
    if name is not None and not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{longest}}}", name):
        raise BadInput("A name holds letters, digits, - and _ only", where=name)


def _check_licensee(model: TrainedModel, licensee: Organisation) -> None:
    if model.manifest.licensee_id == licensee.pk:
        return
    used = model.manifest.performers.values_list("agreement", flat=True)
    terms = Agreement.objects.filter(digest__in=used).values_list("terms", flat=True)
    if not all(Terms.parse(one).onward_licensing for one in terms):
        raise Refused(
            f"The manifest is {model.manifest.licensee.slug}'s, and its terms allow no onward "
            f"licensing to {licensee.slug}",
            where=model.name,
            remedy="Ask the gate for a manifest of their own.",
        )


def _run(
    place: Place, manifest: SignedManifest, out: Path, settings: Settings, progress: Progress
) -> dict[str, Any]:
    began, run = stamp(place.clock.now()), dict[str, Any]()

    def ready(partial: Path, record: runs.RunRecord) -> None:
        # Noted before the folder is in place, so that a run killed after that can be entered.
        finished = stamp(place.clock.now())
        run.update(record.as_json(), manifest=manifest.digest, began=began, finished=finished)
        durable.write(_note(place, digest.model_digest(partial)), canonical(run))

    examples, grounds = _examples(place, manifest), _grounds(place, manifest)
    runs.train(examples, grounds, settings, out, Cache(place.cache), progress, ready)
    return run


def _run_before(
    place: Place, manifest: SignedManifest, out: Path, settings: Settings
) -> dict[str, Any] | None:
    """Return the run that left a whole model in ``out``, or nothing if the folder is free."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return None
    if (out / OVERTAKEN).exists():
        raise Refused(
            "The model here was overtaken by a withdrawal",
            where=str(out),
            remedy="Delete it, and train on a new manifest.",
        )
    run = _read(_note(place, digest.model_digest(out))) if out.is_dir() else {}
    same = run.get("manifest") == manifest.digest and run.get("settings") == settings.as_json()
    if not same:
        folder.refuse_full(out)
    return run


def _note(place: Place, model: str) -> Path:
    return place.models / f"{model}.json"


def _enter(
    place: Place, where: Path, manifest: SignedManifest, name: str | None, run: dict[str, Any]
) -> TrainedModel:
    told = _read(where / folder.CARD_DATA) or _plain_card(place, manifest)
    return _entered(place, digest.resources(where), told, manifest, name, run, where)


def _entered(
    place: Place,
    files: Mapping[str, str],
    told: dict[str, Any],
    manifest: SignedManifest,
    name: str | None,
    run: dict[str, Any],
    where: Path | None,
) -> TrainedModel:
    named = digest.root(files)
    known = TrainedModel.objects.filter(digest=named).first()
    if known:
        return _same(known, manifest, name)
    name = name or f"voice-{named[:12]}"
    if TrainedModel.objects.filter(name=name).exists():
        raise NameTaken("Another model has that name", where=name, remedy="Give another.")
    marks = card.marks(_grounds(place, manifest), len(manifest.takes))
    payload = attestations.model(name, manifest.digest, files, run, marks)
    try:
        with transaction.atomic():
            # The log lets one writer in: after this line no withdrawal comes in between.
            entry = log.record(place, Kind.MODEL_REGISTERED, digest_of(payload))
            corpus.check_current(place, manifest)
            return TrainedModel.objects.create(
                digest=named,
                name=name,
                manifest=Manifest.objects.get(digest=manifest.digest),
                run=run,
                card=told,
                envelope=dsse.seal(payload, [place.signer]),
                at=place.clock.now(),
                entry=entry,
            )
    except Overtaken as fault:
        if where is not None and _note(place, named).exists():
            _mark(place, where, named, fault)
        raise


def _same(known: TrainedModel, manifest: SignedManifest, name: str | None) -> TrainedModel:
    if known.manifest_id != manifest.digest:
        raise Refused("The model is registered under another manifest", where=known.name)
    if name not in {None, known.name}:
        raise NameTaken(f"The model is registered as {known.name}", where=str(name))
    return known


def _mark(place: Place, where: Path, named: str, fault: Overtaken) -> None:
    durable.write(where / OVERTAKEN, f"Not registered, not to be used.\n{fault}\n".encode())
    _note(place, named).unlink()


def _read(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, or an empty one if there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain_card(place: Place, manifest: SignedManifest) -> dict[str, Any]:
    return card.card(_examples(place, manifest), _grounds(place, manifest), None)


def _examples(place: Place, manifest: SignedManifest) -> list[Example]:
    store = MediaStore(place.media)
    return [
        Example(_where(store, t.sha256), t.sha256, t.performer, t.emotion, t.duration_ms)
        for t in manifest.takes
    ]


def _where(store: MediaStore, sha256: str) -> Path:
    try:
        return store.path_of(sha256)
    except NotFound:  # told with all the others that cannot be read
        return store.folder / sha256


def _grounds(place: Place, manifest: SignedManifest) -> Grounds:
    used = {take.agreement for take in manifest.takes}
    kinds = Agreement.objects.filter(digest__in=used).values_list("kind", flat=True)
    return Grounds(
        manifest=manifest.digest,
        house=place.origin,
        log_size=manifest.log_size,
        request=manifest.request,
        agreements=dict(Counter(kinds)),
        sources=tuple(manifest.predicate["sources"]),
        trial=manifest.trial,
        synthetic=sum(take.synthetic for take in manifest.takes),
    )


def _likeness(here: dict[str, str], known: dict[str, str]) -> float:
    shared = sum(here.get(name) == value for name, value in known.items())
    return shared / max(len(here), len(known))
