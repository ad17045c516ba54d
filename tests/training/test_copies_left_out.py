"""A performance counts once: copies are left out of training, said so, and add nothing."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from whistles import CRIES, QUICK, RATE, song

import yesand
from small_troupe import START, ask
from yesand.agreements.templates import standard
from yesand.corpus import services as corpus
from yesand.kernel.canonical import parse
from yesand.provenance import dsse
from yesand.reliance.services import estimate
from yesand.takes.copies.services import look
from yesand.takes.models import Take
from yesand.takes.reviewing.services import queue
from yesand.training.services import train

PEOPLE = ("Alba", "Bert", "Cleo")


def record(folder: Path) -> Path:
    """Write a troupe; Mona gives nothing but quieter copies of Alba's, and one of Bert's twice."""
    folder.mkdir()
    with (folder / "takes.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "performer", "emotion"])

        def give(name: str, person: str, emotion: str, wave: np.typing.NDArray[np.float64]) -> None:
            soundfile.write(folder / name, wave, RATE)
            table.writerow([name, person, emotion])

        for p, person in enumerate(PEOPLE):
            for e, emotion in enumerate(CRIES):
                for again in range(2):
                    give(f"{person}-{emotion}-{again}.wav", person, emotion, song(p, e, again))
        give("Bert-again.wav", "Bert", "grave", 0.7 * song(1, 1, 0)[200:])
        for e, emotion in enumerate(CRIES):
            give(f"Mona-{emotion}.wav", "Mona", emotion, 0.5 * song(0, e, 0))
    return folder


@pytest.mark.sqlite
def test_copies_are_left_out_of_training_and_add_nothing(
    house: yesand.House, tmp_path: Path
) -> None:
    agreement = standard("recognition", START)
    house.import_corpus(record(tmp_path / "troupe"), agreement=agreement)
    manifest = corpus.gate(house.place, ask(house)).manifest
    assert len(manifest.takes) == 22
    model = train(house.place, manifest, tmp_path / "model", settings=QUICK)

    # The training record says which, and of what; the card says how many.
    named = {take.sha256: take.original_name for take in Take.objects.all()}
    left = model.run["left_out_as_copies"]
    assert {(named[one["take"]], named[one["of"]], one["kind"]) for one in left} == {
        ("Bert-again.wav", "Bert-grave-0.wav", "near"),
        *((f"Mona-{cry}.wav", f"Alba-{cry}-0.wav", "near") for cry in CRIES),
    }
    assert model.card["data"]["takes"] == 18 and model.card["data"]["copies_left_out"] == 4
    assert "4 more were copies of these" in (tmp_path / "model" / "card.md").read_text()
    assert "Mona" not in model.run["held_out"]
    # Notes are no voices: where all sound alike, each is held out alone, and nothing is said.
    assert model.run["sound_alike"] == [] and len(set(model.run["held_out"].values())) == 3

    # The producer is told: the same performer's copy, and a claim to another's performance.
    told = {take.original_name: take.findings for take in queue()}
    assert [f["finding"] for f in told["Bert-again.wav"]] == ["copy"]
    assert {told[f"Mona-{cry}.wav"][0]["finding"] for cry in CRIES} == {"claim"}
    assert len(told) == 4

    # Who gave nothing else has a row in the report, of nothing.
    report = estimate(house.place, model, tmp_path / "model", resamples=10)
    assert sorted(report.shares) == ["Alba", "Bert", "Cleo", "Mona"]
    assert report.shares["Mona"]["share_ppb"] == report.shares["Mona"]["effect"] == 0
    predicate = parse(dsse.payload_of(report.envelope))["predicate"]
    assert (predicate["performers"], predicate["copies_left_out"]) == (4, 4)

    # When the earlier take goes, the copy is the first: nothing is held against it any more.
    Take.objects.filter(original_name="Bert-grave-0.wav").update(state=Take.State.REJECTED)
    assert len(look(house.place)) == 3
    assert Take.objects.get(original_name="Bert-again.wav").findings == []
