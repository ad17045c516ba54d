"""A run that a withdrawal overtakes stops at its next checkpoint, which is kept and marked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from safetensors import safe_open
from tests.training.whistles import record

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.models import Entry
from yesand.takes import services as takes
from yesand.training.models import TrainedModel
from yesand.training.services import register, train

#: Trains for hours, if nobody stops it, and says how far it is.
RUN = """
import sys, yesand
place = yesand.open(sys.argv[1]).place
from pathlib import Path
from yesand.affect.learning import Recipe
from yesand.corpus import services as corpus
from yesand.training.examples import Settings
from yesand.training.services import train
told = lambda done, total, note="": print(note, done, flush=True)
train(place, corpus.find(place, sys.argv[2]), Path(sys.argv[3]),
      settings=Settings(recipe=Recipe(epochs=4_000)), progress=told)
"""


def asked(house: yesand.House, folder: Path) -> str:
    takes.import_corpus(
        house.place, record(folder), agreement=standard("recognition", date(2026, 10, 1))
    )
    purpose, use = Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION
    now = house.place.clock.now()
    return corpus.gate(
        house.place, Request("house-lab", purpose, use, now, territory="DE")
    ).manifest.digest


@pytest.mark.deep
@pytest.mark.slow
def test_a_run_in_another_process_stops_with_its_checkpoint_marked(
    house: yesand.House, tmp_path: Path
) -> None:
    place, out = house.place, tmp_path / "model"
    name = asked(house, tmp_path / "takes")
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(place.root), name, str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )
    assert run.stdout is not None
    next(line for line in run.stdout if line.startswith("training") and line.split()[1] != "0")
    agreements.withdraw(place, people.performer("Bert"))
    _, said = run.communicate(timeout=300)
    assert run.returncode != 0 and "Overtaken" in said
    assert {p.name for p in out.iterdir()} == {
        "OVERTAKEN.txt",
        "checkpoint.json",
        "checkpoint.safetensors",
        "overtaken.json",
    }
    reached = json.loads((out / "checkpoint.json").read_text())
    assert reached["manifest"] == name and 0 < reached["steps"]["done"] < reached["steps"]["of"]
    with safe_open(out / "checkpoint.safetensors", "np") as weights:
        assert list(weights.keys())
    signer = place.signer
    envelope = json.loads((out / "overtaken.json").read_text())
    payload = dsse.opened(envelope, {signer.id: signer.public})
    assert payload["predicate"]["manifest"] == name and "withdr" in payload["predicate"]["why"]
    assert Entry.objects.get(kind="run.overtaken").record == digest_of(payload)
    assert not TrainedModel.objects.exists()


def test_what_is_left_of_such_a_run_is_never_registered(
    house: yesand.House, tmp_path: Path
) -> None:
    place, out = house.place, tmp_path / "model"
    manifest = corpus.find(place, asked(house, tmp_path / "takes"))

    def withdraw(done: int, total: int, note: str = "") -> None:
        if note == "training":
            agreements.withdraw(place, people.performer("Bert"))

    with pytest.raises(Overtaken):
        train(place, manifest, out, progress=withdraw)
    assert (out / "OVERTAKEN.txt").exists() and not TrainedModel.objects.exists()
    for again in (lambda: register(place, out, manifest), lambda: train(place, manifest, out)):
        with pytest.raises(Refused, match="overtaken"):
            again()
