"""Corpora whose truth is known, and a registered model with frozen features to measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import yesand
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.ids import digest, digest_of
from yesand.people.models import Organisation
from yesand.people.services import found, join
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.crediting.masking.services import pseudonyms
from yesand.training.digest import model_digest
from yesand.training.models import TrainedModel

#: Arrays of a folder, and pseudonyms by handle.
Spoil = Callable[[dict[str, Any], dict[str, str]], None]
LABELS = ("angry", "calm", "happy", "sad")


def frozen(
    path: Path,
    performers: int = 8,
    takes: int = 12,
    folds: int = 4,
    clarity: Sequence[float] | None = None,
    seed: int = 0,
) -> Path:
    """Write features in which each performer's takes show the emotion as clearly as ``clarity``.

    A clarity of 0 is noise; a negative one says the opposite of what it is labelled.
    """
    rng = np.random.default_rng(seed)
    width, count = 6, performers * takes
    owner, label = np.repeat(np.arange(performers), takes), np.tile(np.arange(4), count)[:count]
    meaning = rng.normal(size=(len(LABELS), width)) * 1.2
    clear = np.ones(performers) if clarity is None else np.array(clarity)
    shown = meaning[label] * clear[owner, None] + rng.normal(size=(count, width))
    np.savez(
        path,
        take=np.array([digest(b"%d" % i) for i in range(count)]),
        performer=np.array([f"P{o:02d}" for o in owner]),
        label=label,
        labels=np.array(LABELS),
        duration_ms=np.full(count, 2_000),
        fold=owner % folds,
        embedding=np.broadcast_to(shown, (folds, count, width)).astype(np.float32),
        final_embedding=shown.astype(np.float32),
    )
    return path


def registered(house: yesand.House, folder: Path, name: str = "voice") -> TrainedModel:
    """Register a model folder under a manifest of exactly its performers."""
    place = house.place
    with np.load(folder / "frozen.npz") as arrays:
        handles, counts = np.unique(arrays["performer"], return_counts=True)
    lab = found(place, "house-lab", "House Lab", Organisation.Kind.LICENSEE)
    manifest = Manifest.objects.create(
        digest=digest_of(["manifest", name]),
        licensee=lab,
        request={},
        permitted=int(counts.sum()),
        denied=0,
        permitted_root=digest_of("permitted"),
        denied_root=digest_of("denied"),
        log_size=0,
        envelope={},
        at=place.clock.now(),
        entry=log.record(place, Kind.MANIFEST_SIGNED, digest_of(["manifest", name])),
    )
    for handle, takes in zip(handles.tolist(), counts.tolist(), strict=True):
        ManifestPerformer.objects.create(
            manifest=manifest,
            performer=join(place, handle)[0],
            agreement=digest_of(handle),
            takes=takes,
            duration_ms=2_000 * takes,
        )
    return _model(house, folder, name, manifest)


def by_pseudonyms(
    house: yesand.House, model: TrainedModel, folder: Path, into: Path, spoil: Spoil | None = None
) -> TrainedModel:
    """Register a copy of a model whose folder names performers by their pseudonyms.

    ``spoil`` changes its arrays, and is told who is who.
    """
    with np.load(folder / "frozen.npz") as arrays:
        told = {name: arrays[name] for name in arrays.files}
    masks = pseudonyms(house.place, sorted(set(told["performer"].tolist())))
    told["performer"] = np.array([masks[handle] for handle in told["performer"].tolist()])
    if spoil:
        spoil(told, masks)
    into.mkdir()
    np.savez(into / "frozen.npz", **told)
    return _model(house, into, into.name, model.manifest)


def as_another(house: yesand.House, known: Path, folder: Path) -> TrainedModel:
    """Register another folder under the manifest of a model that is known."""
    found = TrainedModel.objects.get(digest=model_digest(known))
    return _model(house, folder, folder.name, found.manifest)


def _model(house: yesand.House, folder: Path, name: str, manifest: Manifest) -> TrainedModel:
    takes, people = manifest.permitted, manifest.performers.count()
    learned = {"takes": takes, "performers": people, "duration_ms": 2_000 * takes}
    return TrainedModel.objects.create(
        digest=model_digest(folder),
        name=name,
        manifest=manifest,
        run={},
        card={"data": learned},
        envelope={},
        at=house.place.clock.now(),
        entry=log.record(house.place, Kind.MODEL_REGISTERED, model_digest(folder)),
    )


def recording(folder: Path) -> Path:
    """Write what a recorded training leaves beside ``frozen.npz``: later performers bring more.

    Its performers stand in another order than the features' handles, as masks would make them.
    """
    with np.load(folder / "frozen.npz") as arrays:
        names, owner = np.unique(arrays["performer"], return_inverse=True)
        takes = len(arrays["take"])
    turned = len(names) - 1 - owner
    brought = np.arange(len(names), 0, -1) / 10
    np.savez(
        folder / "inrun.npz",
        owner=turned,
        moved=np.broadcast_to(brought, (len(names), len(names))),
        likelihood=np.full(takes, -0.4),
        about=np.array('{"folds":[]}'),
    )
    return folder
