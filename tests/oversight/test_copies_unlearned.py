"""A copy of what was withdrawn does not come into the model by its removal."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.training.whistles import CRIES, RATE, song

import yesand
from small_troupe import START, ask
from yesand.agreements import services as agreements
from yesand.agreements.templates import standard
from yesand.corpus import services as corpus
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import Refused
from yesand.people import services as people
from yesand.takes import services as takes
from yesand.takes.models import Take
from yesand.training import services
from yesand.training.heads import HeadSettings
from yesand.training.unlearning.services import anew, check_verified, unlearn

pytestmark = pytest.mark.one_database


def record(folder: Path) -> Path:
    """Write four people; Mona gives, beside songs of her own, a quieter copy of one of Alba's."""
    folder.mkdir()
    with (folder / "takes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "performer", "emotion"])
        for p, person in enumerate(("Alba", "Bert", "Cleo", "Mona")):
            for e, emotion in enumerate(CRIES):
                name = f"{person}-{emotion}.wav"
                soundfile.write(folder / name, song(p, e, 0), RATE)
                table.writerow([name, person, emotion])
        copied = next(iter(CRIES))
        soundfile.write(folder / "Mona-again.wav", 0.5 * song(0, 0, 0), RATE)
        table.writerow(["Mona-again.wav", "Mona", copied])
    return folder


def test_a_copy_of_a_withdrawn_take_stays_left_out(house: yesand.House, tmp_path: Path) -> None:
    place = house.place
    draft = standard("recognition", START)
    takes.import_corpus(place, record(tmp_path / "takes"), agreement=draft)
    manifest, old = corpus.gate(place, ask(house)).manifest, tmp_path / "old"
    services.train(place, manifest, old, name="old", settings=HeadSettings())
    agreements.withdraw(place, people.performer("Alba"))
    copy = Take.objects.get(original_name="Mona-again.wav").sha256
    left = anew(place, old, "Alba")
    assert copy in {take.sha256 for take in left.takes}
    made = unlearn(place, old, left, tmp_path / "new", name="new")
    check_verified(made)
    with np.load(tmp_path / "new" / "frozen.npz") as frozen:
        assert copy not in frozen["take"].tolist() and frozen["copy"].tolist() == [copy]
        assert len(frozen["take"]) == 9
    assert made.model.card["data"]["copies_left_out"] == 1
    # Nor does it come in by the next removal.
    agreements.withdraw(place, people.performer("Bert"))
    fewer = anew(place, tmp_path / "new", "Bert")
    unlearn(place, tmp_path / "new", fewer, tmp_path / "newer", name="newer")
    with np.load(tmp_path / "newer" / "frozen.npz") as frozen:
        assert copy not in frozen["take"].tolist() and len(frozen["take"]) == 6
    # Where the house no longer knows what was left out, it is refused.
    note = place.models / f"{made.model.digest}.json"
    note.write_bytes(canonical({**json.loads(note.read_bytes()), "left_out_as_copies": []}))
    with pytest.raises(Refused, match="1 takes of the new manifest were left out"):
        unlearn(place, tmp_path / "new", fewer, tmp_path / "last")
