"""A troupe that may be synthesised from and trained on, with what was made of it and taught."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from tests.synthetic.synthetic_stage import START, recorded

import yesand
from yesand.agreements.clause import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Action, Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.kernel.clock import SetClock
from yesand.synthetic.making.generator import Wanted
from yesand.synthetic.making.troupe import Troupe
from yesand.synthetic.making.variation import Variation
from yesand.synthetic.models import SyntheticBatch
from yesand.synthetic.services import make
from yesand.synthetic.teaching.services import added
from yesand.takes import services as takes
from yesand.training.heads import HeadSettings
from yesand.training.models import TrainedModel
from yesand.training.services import train

#: Of 2026, the first of it.
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
BOTH = {UseClass.RECOGNITION, UseClass.SYNTHESIS, UseClass.EVALUATION}


def asks(
    house: yesand.House,
    action: Action,
    use: UseClass,
    purpose: Purpose = Purpose.ENTERTAINMENT,
    licensee: str = "house-lab",
) -> SignedManifest:
    """Ask the gate, in Germany."""
    now = house.place.clock.now()
    request = Request(licensee, purpose, use, now, territory="DE", action=action)
    return corpus.gate(house.place, request).manifest


def taught(
    house: yesand.House, manifest: SignedManifest, out: Path, *batches: str, name: str
) -> TrainedModel:
    """Train a head beside batches."""
    beside = added(house.place, manifest, batches)
    return train(
        house.place, manifest, out, name=name, settings=HeadSettings(), added=beside, copies=[]
    )


def staged(empty: Path, folder: Path) -> None:
    """Fill a house: three performers, a batch of each generator, and a model of both."""
    shutil.copytree(empty, folder / "house")
    house = yesand.open(folder / "house", clock=SetClock(OCTOBER))
    draft = standard("recognition", START, use_classes=BOTH)
    takes.import_corpus(house.place, recorded(folder / "troupe", 3, 2), agreement=draft)
    permit = asks(house, Action.TRAIN, UseClass.RECOGNITION)
    made_from = asks(house, Action.SYNTHESISE, UseClass.SYNTHESIS)
    varied, _ = make(house.place, made_from, Variation(), Wanted(1))
    voiced, _ = make(house.place, made_from, Troupe(), Wanted(1))
    model = taught(
        house, permit, folder / "mixed", varied.digest[:9], voiced.digest[:9], name="mixed"
    )
    report = house.estimate_reliance(folder / model.name, out=folder / "mixed.json")
    told = {
        "train": permit.digest,
        "report": report.digest,
        "batches": [varied.digest, voiced.digest],
    }
    (folder / "told.json").write_text(json.dumps(told))
    house.close()


def permit_of(house: yesand.House) -> SignedManifest:
    """Return the stage's manifest to train."""
    (row,) = (m for m in Manifest.objects.all() if m.request["action"] == "train")
    return corpus.find(house.place, row.digest)


def batch_of(generator: str) -> SyntheticBatch:
    """Return the stage's batch by a generator."""
    return SyntheticBatch.objects.get(generator=generator)
